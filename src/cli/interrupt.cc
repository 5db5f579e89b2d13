#include "cli/interrupt.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace thalweg::cli {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// timeout(1) signals the process and then its group, so one request arrives twice.
constexpr milliseconds kOneRequest{500};
constexpr milliseconds kOverdue{1500};
constexpr milliseconds kLong{3'600'000};

}  // namespace

Interrupt::Interrupt(std::function<void()> stop, std::function<bool()> end_overdue)
    : stop_(std::move(stop)), end_overdue_(std::move(end_overdue)) {
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
  while (!NextRequest(kLong)) {
    if (done_.load()) return;
  }
  const auto first = steady_clock::now();
  received_.store(true);
  stop_();
  bool overdue = false;
  while (!done_.load()) {
    const auto left = first + kOverdue - steady_clock::now();
    const bool again = NextRequest(overdue ? kLong : duration_cast<milliseconds>(left));
    const auto passed = steady_clock::now() - first;
    if (again && passed >= kOneRequest) _exit(1);
    if (overdue || passed < kOverdue) continue;
    overdue = true;
    if (end_overdue_()) _exit(0);
  }
}

bool Interrupt::NextRequest(milliseconds wait) const {
  const int64_t ms = std::max<int64_t>(wait.count(), 0);
  const timespec at_most{.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1'000'000};
  const int signal = sigtimedwait(&signals_, nullptr, &at_most);
  return signal == SIGINT || signal == SIGTERM;
}

}  // namespace thalweg::cli
