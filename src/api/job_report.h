// JobReport: the counters of a run's jobs as JSON, for `--report`. Rows are counted since a job's
// last start; restarts tell how many starts came before it. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "runtime/job.h"

namespace thalweg::api {

class JobReport {
 public:
  void OnStart(const runtime::Job* job, std::string_view name);
  void OnEnd(const runtime::Job* job);
  std::string ToJson() const;

 private:
  struct Entry {
    int starts = 0;
    bool stopped = false;
    runtime::JobStats stats;
  };
  mutable std::mutex mutex_;
  std::map<const runtime::Job*, std::string> running_;
  std::map<std::string, Entry> jobs_;
};

}  // namespace thalweg::api
