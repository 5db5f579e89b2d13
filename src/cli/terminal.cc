#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "cli/progress_line.h"

namespace thalweg::cli {

namespace {

/// 0: unknown.
size_t TerminalColumns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

Terminal::Terminal()
    : output_is_terminal_(isatty(STDOUT_FILENO) == 1),
      error_is_terminal_(isatty(STDERR_FILENO) == 1) {}

Status Terminal::Write(std::string_view text) { return WriteTo(stdout, text); }

Status Terminal::WriteError(std::string_view text) { return WriteTo(stderr, text); }

Status Terminal::WriteTo(FILE* stream, std::string_view text) {
  std::lock_guard lock(mutex_);
  const bool visible = stream == stdout ? output_is_terminal_ : error_is_terminal_;
  if (visible) EraseProgress();
  errno = 0;
  if (fwrite(text.data(), 1, text.size(), stream) != text.size() || fflush(stream) != 0) {
    const std::string message =
        std::string(stream == stdout ? "standard output: " : "standard error: ") + strerror(errno);
    if (errno != EPIPE) return Status::Io(message);
    if (stream == stdout) output_closed_ = true;
    return Status::Cancelled(message);
  }
  if (visible) DrawProgress();
  return Status::OK();
}

void Terminal::Error(std::string_view line) {
  std::lock_guard lock(mutex_);
  PrintError(line);
}

void Terminal::TryError(std::string_view line) {
  pollfd room{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&room, 1, 0) != 1) return;
  if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) {
    PrintError(line);
  } else {
    dprintf(STDERR_FILENO, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
}

void Terminal::PrintError(std::string_view line) {
  EraseProgress();
  fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  DrawProgress();
}

void Terminal::SetProgress(std::string_view line) {
  if (!error_is_terminal_) return;
  std::lock_guard lock(mutex_);
  EraseProgress();
  progress_ = ShortenedTo(TerminalColumns(), line);
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
