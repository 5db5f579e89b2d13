// Pacer: how many rows a generator may have made by now at a given rate. Rows come in steps of
// about 10 ms, so that a fast stream is not woken for every row; the first step is due at once.
// Pure but for its start; not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace thalweg::connectors {

class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  Pacer(double rows_per_second, Clock::time_point start)
      : rows_per_second_(rows_per_second),
        step_(std::max<int64_t>(1, static_cast<int64_t>(std::min(rows_per_second / 100, 1e12)))),
        start_(start) {}

  /// Rows due at `now` beyond the `made` ones since the start.
  int64_t Due(int64_t made, Clock::time_point now) const {
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double due = static_cast<double>(step_) + std::min(seconds * rows_per_second_, 4e18);
    return std::max<int64_t>(0, static_cast<int64_t>(due) - made);
  }
  /// When the next step will be due.
  Clock::time_point NextDue(int64_t made) const {
    const double seconds = static_cast<double>(made) / rows_per_second_;
    return start_ +
           std::chrono::duration_cast<Clock::duration>(
               std::chrono::duration<double>(std::min(seconds, 1e9))) +
           std::chrono::microseconds(1);
  }

 private:
  const double rows_per_second_;
  const int64_t step_;
  const Clock::time_point start_;
};

}  // namespace thalweg::connectors
