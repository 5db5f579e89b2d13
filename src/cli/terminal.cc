#include "cli/terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>

namespace thalweg::cli {

Terminal::Terminal()
    : output_is_terminal_(isatty(STDOUT_FILENO) == 1),
      error_is_terminal_(isatty(STDERR_FILENO) == 1) {}

Status Terminal::Write(std::string_view text) {
  std::lock_guard lock(mutex_);
  if (output_is_terminal_) EraseProgress();
  errno = 0;
  const bool written =
      fwrite(text.data(), 1, text.size(), stdout) == text.size() && fflush(stdout) == 0;
  if (!written) return Status::Io(std::string("standard output: ") + strerror(errno));
  if (output_is_terminal_) DrawProgress();
  return Status::OK();
}

void Terminal::Error(std::string_view line) {
  std::lock_guard lock(mutex_);
  EraseProgress();
  fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  DrawProgress();
}

void Terminal::SetProgress(std::string_view line) {
  if (!error_is_terminal_) return;
  std::lock_guard lock(mutex_);
  EraseProgress();
  progress_ = line;
  DrawProgress();
}

void Terminal::EraseProgress() {
  if (!progress_.empty()) fputs("\r\033[K", stderr);
}

void Terminal::DrawProgress() {
  if (!progress_.empty()) fputs(progress_.c_str(), stderr);
  fflush(stderr);
}

}  // namespace thalweg::cli
