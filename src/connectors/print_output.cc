#include "connectors/print_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

namespace thalweg::connectors {
namespace {

Status PrintToStream(bool standard_error, std::string_view text) {
  // Writers of several subtasks share the stream; lines must not be torn.
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  while (!text.empty()) {
    const ssize_t n =
        ::write(standard_error ? STDERR_FILENO : STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const std::string message = fmt::format("cannot print to standard {}: {}",
                                              standard_error ? "error" : "output", strerror(errno));
      // Who has gone does not come back: no reason to start the job again.
      return errno == EPIPE ? Status::Cancelled(message) : Status::Io(message);
    }
    text.remove_prefix(static_cast<size_t>(n));
  }
  return Status::OK();
}

PrintOutput* Output() {
  static PrintOutput output = &PrintToStream;
  return &output;
}

}  // namespace

void SetPrintOutput(PrintOutput output) {
  *Output() = output ? std::move(output) : PrintOutput(&PrintToStream);
}

Status Print(bool standard_error, std::string_view lines) {
  return (*Output())(standard_error, lines);
}

}  // namespace thalweg::connectors
