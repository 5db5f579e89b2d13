// Wakeup: lets any thread wake a worker that has run out of work.
//
//   worker:  uint64_t seen = w.Prepare();  <look for work>;  if none: w.WaitUntil(seen, deadline);
//   others:  <make work>;  w.Notify();
// A Notify between Prepare and WaitUntil is never lost. Notify costs one atomic load when the
// worker is awake.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace thalweg::runtime {

class Wakeup {
 public:
  uint64_t Prepare() const { return signals_.load(std::memory_order_seq_cst); }

  void Notify() {
    signals_.fetch_add(1, std::memory_order_seq_cst);
    if (waiting_.load(std::memory_order_seq_cst)) {
      std::lock_guard lock(mutex_);
      condition_.notify_one();
    }
  }

  /// Returns at once if there was a Notify since Prepare returned `seen`; spins briefly, then
  /// sleeps until one comes or `timeout` has passed.
  void Wait(uint64_t seen, std::chrono::milliseconds timeout) {
    for (int i = 0; i < kSpins; ++i) {
      if (signals_.load(std::memory_order_relaxed) != seen) return;
      __builtin_ia32_pause();
    }
    std::unique_lock lock(mutex_);
    waiting_.store(true, std::memory_order_seq_cst);
    condition_.wait_for(lock, timeout,
                        [&] { return signals_.load(std::memory_order_seq_cst) != seen; });
    waiting_.store(false, std::memory_order_seq_cst);
  }

 private:
  static constexpr int kSpins = 500;  // some microseconds: less than a futex round trip

  std::atomic<uint64_t> signals_{0};
  std::atomic<bool> waiting_{false};
  std::mutex mutex_;
  std::condition_variable condition_;
};

}  // namespace thalweg::runtime
