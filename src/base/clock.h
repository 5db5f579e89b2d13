// Clock: the seam for processing time, so that a whole job can run under a simulated clock.
#pragma once

#include <atomic>
#include <cstdint>

namespace thalweg {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01T00:00:00Z.
  virtual int64_t NowMs() = 0;
  /// The machine's clock.
  static Clock* System();
};

/// Stands still until told; for tests and simulation.
class ManualClock : public Clock {
 public:
  explicit ManualClock(int64_t now_ms) : now_ms_(now_ms) {}
  int64_t NowMs() override { return now_ms_.load(std::memory_order_relaxed); }
  void Set(int64_t now_ms) { now_ms_.store(now_ms, std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> now_ms_;
};

}  // namespace thalweg
