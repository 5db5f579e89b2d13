// Progress: the running jobs as one line on a terminal, twice a second: rows in and out, rows a
// second, watermark and how far it lags behind the clock; and, terminal or not, hints about output
// that does not come.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/job_hints.h"
#include "api/session.h"
#include "cli/terminal.h"

namespace thalweg::cli {

class Progress {
 public:
  /// `tick` is called twice a second, too, on a terminal.
  Progress(Terminal* terminal, std::function<void()> tick);
  ~Progress();

  void Add(const runtime::Job* job, std::string_view name);
  void Remove(const runtime::Job* job);

 private:
  void Loop();
  void ShowHints();
  std::string Line();

  Terminal* const terminal_;
  const std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  struct Watched {
    const runtime::Job* job;
    std::string name;
    api::JobHints hints;
  };
  std::vector<Watched> jobs_;
  int64_t last_rows_ = 0;
  int64_t last_ms_ = 0;
  std::thread thread_;
};

}  // namespace thalweg::cli
