// Interrupt: what SIGINT and SIGTERM do. The first one calls `stop`; a second one, half a second
// later or more, ends the process at once with exit code 1.
//
// Made before any other thread, so that all of them inherit the blocked signals; one thread of its
// own waits for them.
#pragma once

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

namespace thalweg::cli {

class Interrupt {
 public:
  /// `stop` runs on the interrupt's thread, at most once.
  explicit Interrupt(std::function<void()> stop);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool received() const { return received_.load(); }

 private:
  void Wait();

  const std::function<void()> stop_;
  sigset_t signals_;
  std::atomic<bool> received_{false};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace thalweg::cli
