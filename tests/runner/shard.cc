#include "runner/shard.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace thalweg::testing {
namespace {

bool WriteAll(int fd, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = write(fd, at, size);
    if (n <= 0) return false;
    at += n;
    size -= n;
  }
  return true;
}

bool ReadAll(int fd, void* data, size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t n = read(fd, at, size);
    if (n <= 0) return false;
    at += n;
    size -= n;
  }
  return true;
}

std::string HowItDied(int status, int limit_s) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGALRM) return "took longer than " + std::to_string(limit_s) + " s\n";
    return std::string("the process died: ") + strsignal(signal) + "\n";
  }
  return "the process ended with exit code " + std::to_string(WEXITSTATUS(status)) + "\n";
}

}  // namespace

std::vector<UnitResult> RunUnits(int count, int limit_s,
                                 const std::function<std::string(int)>& run) {
  std::vector<UnitResult> results(count);
  int next = 0;
  while (next < count) {
    int channel[2];
    if (pipe(channel) != 0) return results;
    fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      close(channel[0]);
      for (int i = next; i < count; ++i) {
        alarm(limit_s);
        const std::string message = run(i);
        const uint32_t size = static_cast<uint32_t>(message.size());
        if (!WriteAll(channel[1], &size, sizeof size) ||
            !WriteAll(channel[1], message.data(), size))
          break;
      }
      alarm(0);
      fflush(nullptr);
      _exit(0);
    }
    close(channel[1]);
    uint32_t size = 0;
    while (next < count && ReadAll(channel[0], &size, sizeof size)) {
      std::string message(size, '\0');
      if (!ReadAll(channel[0], message.data(), size)) break;
      results[next++] = UnitResult{true, std::move(message)};
    }
    close(channel[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (next < count) results[next++] = UnitResult{false, HowItDied(status, limit_s)};
  }
  return results;
}

}  // namespace thalweg::testing
