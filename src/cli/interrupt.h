// Interrupt: what SIGINT and SIGTERM do. The first one calls `stop`; a second one, half a second
// later or more, ends the process at once with exit code 1. Supervisors kill what does not end in
// time, and scripts wait for it: a process that need not come to its end by itself, since the next
// start goes on from what is durable, ends a second and a half after the first signal.
//
// Made before any other thread, so that all of them inherit the blocked signals; one thread of its
// own waits for them.
#pragma once

#include <signal.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace thalweg::cli {

class Interrupt {
 public:
  /// Both run on the interrupt's thread, at most once, and must not wait for anything.
  /// `end_overdue`: true if the process may end with exit code 0 now.
  Interrupt(std::function<void()> stop, std::function<bool()> end_overdue);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool received() const { return received_.load(); }

 private:
  void Wait();
  /// SIGINT or SIGTERM; false: none in time, or the end.
  bool NextRequest(std::chrono::milliseconds wait) const;

  const std::function<void()> stop_;
  const std::function<bool()> end_overdue_;
  sigset_t signals_;
  std::atomic<bool> received_{false};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace thalweg::cli
