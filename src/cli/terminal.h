// Terminal: standard output and standard error, with one line at the bottom of the screen that
// tells how far a job is. Everything else that is written goes above that line. Thread-safe.
#pragma once

#include <atomic>
#include <cstdio>
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

  /// To standard output, at once; kCancelled when nobody reads it any more.
  Status Write(std::string_view text);
  /// To standard error, the same way.
  Status WriteError(std::string_view text);
  /// Nobody reads standard output any more.
  bool output_closed() const { return output_closed_; }
  /// A line to standard error.
  void Error(std::string_view line);
  /// The same without waiting: beside what another thread writes, and not at all if nobody reads.
  void TryError(std::string_view line);
  /// Replaces the progress line; an empty one removes it, one wider than the terminal is cut.
  /// Without a terminal: nothing.
  void SetProgress(std::string_view line);

 private:
  Status WriteTo(FILE* stream, std::string_view text);
  void PrintError(std::string_view line);
  void EraseProgress();
  void DrawProgress();

  const bool output_is_terminal_;
  const bool error_is_terminal_;
  std::atomic<bool> output_closed_ = false;
  std::mutex mutex_;
  std::string progress_;
};

}  // namespace thalweg::cli
