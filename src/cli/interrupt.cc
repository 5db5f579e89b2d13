#include "cli/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace thalweg::cli {

Interrupt::Interrupt(std::function<void()> stop) : stop_(std::move(stop)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGUSR1);  // wakes the thread at the end
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::thread([this] { Wait(); });
}

Interrupt::~Interrupt() {
  done_.store(true);
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void Interrupt::Wait() {
  std::chrono::steady_clock::time_point first;
  while (true) {
    int signal = 0;
    if (sigwait(&signals_, &signal) != 0) continue;
    if (signal == SIGUSR1) {
      if (done_.load()) return;
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (received_.exchange(true)) {
      // timeout(1) signals the process and then its group, so one request arrives twice.
      if (now - first < std::chrono::milliseconds(500)) continue;
      _exit(1);
    }
    first = now;
    stop_();
  }
}

}  // namespace thalweg::cli
