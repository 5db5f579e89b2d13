// WakeTimer: one thread that calls functions at a given time, for sources that pace themselves.
//
// Functions run on the timer's thread and must be short (a mailbox wake). Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace thalweg {

class WakeTimer {
 public:
  using Clock = std::chrono::steady_clock;
  using Id = uint64_t;

  WakeTimer() = default;
  ~WakeTimer();
  WakeTimer(const WakeTimer&) = delete;
  WakeTimer& operator=(const WakeTimer&) = delete;

  /// The process's own; never destroyed.
  static WakeTimer* Process();

  /// Calls `function` once at `time` or soon after; the thread starts at the first call.
  Id At(Clock::time_point time, std::function<void()> function);
  /// After it returns, the function has run or never will.
  void Cancel(Id id);

 private:
  struct Entry {
    Id id;
    std::function<void()> function;
  };

  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, Entry> entries_;
  std::thread thread_;
  Id next_id_ = 1;
  Id running_ = 0;
  bool stop_ = false;
};

}  // namespace thalweg
