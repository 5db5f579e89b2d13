#include "cli/interrupt.h"

#include <pthread.h>
#include <unistd.h>

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
  while (true) {
    int signal = 0;
    if (sigwait(&signals_, &signal) != 0) continue;
    if (signal == SIGUSR1) {
      if (done_.load()) return;
      continue;
    }
    if (received_.exchange(true)) _exit(1);
    stop_();
  }
}

}  // namespace thalweg::cli
