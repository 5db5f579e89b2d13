// RestartStrategy: whether and when a failed job is started again; Flink's restart-strategy.*.
//
// A pure state machine: failures at clock readings in, delays out. Errors that another attempt
// cannot cure (malformed data, a failing expression, a wrong option) end the job under every
// strategy.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/status.h"

namespace thalweg::runtime {

struct RestartOptions {
  enum class Kind : uint8_t { kNone, kFixedDelay, kFailureRate, kExponentialDelay };
  Kind kind = Kind::kNone;
  // kFixedDelay; delay_ms: kFailureRate, too
  int64_t attempts = 1;
  int64_t delay_ms = 1000;
  // kFailureRate
  int64_t failures_per_interval = 1;
  int64_t interval_ms = 60'000;
  // kExponentialDelay
  int64_t initial_backoff_ms = 1000;
  int64_t max_backoff_ms = 60'000;
  double multiplier = 1.5;
  double jitter = 0.1;                     ///< share of the delay that is random
  int64_t reset_threshold_ms = 3'600'000;  ///< so long without failure: back to the initial delay
  int64_t attempts_before_reset = INT64_MAX;
};

class RestartStrategy {
 public:
  explicit RestartStrategy(RestartOptions options) : options_(options) {}

  /// The job failed with `status` at `now_ms`: milliseconds to wait before the next attempt, or
  /// nothing: it has failed for good. `random` in [0, 1).
  std::optional<int64_t> OnFailure(const Status& status, int64_t now_ms, double random);

 private:
  const RestartOptions options_;
  std::deque<int64_t> failures_;  // kFailureRate: within the interval
  int64_t attempts_ = 0;
  int64_t last_failure_ms_ = 0;
  double backoff_ms_ = 0;
};

/// Whether the same input may give another result.
bool MayBeCured(const Status& status);

}  // namespace thalweg::runtime
