// Terminal: standard output and standard error, with one line at the bottom of the screen that
// tells how far a job is. Everything else that is written goes above that line. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::cli {

class Terminal {
 public:
  Terminal();

  bool output_is_terminal() const { return output_is_terminal_; }
  bool error_is_terminal() const { return error_is_terminal_; }

  /// To standard output, at once; kIo when nobody reads it any more.
  Status Write(std::string_view text);
  /// A line to standard error.
  void Error(std::string_view line);
  /// Replaces the progress line; an empty one removes it. Without a terminal: nothing.
  void SetProgress(std::string_view line);

 private:
  void EraseProgress();
  void DrawProgress();

  const bool output_is_terminal_;
  const bool error_is_terminal_;
  std::mutex mutex_;
  std::string progress_;
};

}  // namespace thalweg::cli
