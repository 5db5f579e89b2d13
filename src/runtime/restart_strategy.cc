#include "runtime/restart_strategy.h"

#include <algorithm>

namespace thalweg::runtime {

bool MayBeCured(const Status& status) {
  return status.code() == StatusCode::kIo || status.code() == StatusCode::kInternal;
}

std::optional<int64_t> RestartStrategy::OnFailure(const Status& status, int64_t now_ms,
                                                  double random) {
  if (!MayBeCured(status)) return std::nullopt;
  switch (options_.kind) {
    case RestartOptions::Kind::kNone:
      return std::nullopt;
    case RestartOptions::Kind::kFixedDelay:
      if (++attempts_ > options_.attempts) return std::nullopt;
      return options_.delay_ms;
    case RestartOptions::Kind::kFailureRate: {
      failures_.push_back(now_ms);
      while (failures_.front() <= now_ms - options_.interval_ms) failures_.pop_front();
      if (static_cast<int64_t>(failures_.size()) > options_.failures_per_interval) {
        return std::nullopt;
      }
      return options_.delay_ms;
    }
    case RestartOptions::Kind::kExponentialDelay: {
      if (attempts_ > 0 && now_ms - last_failure_ms_ >= options_.reset_threshold_ms) attempts_ = 0;
      last_failure_ms_ = now_ms;
      if (++attempts_ > options_.attempts_before_reset) return std::nullopt;
      backoff_ms_ = attempts_ == 1 ? static_cast<double>(options_.initial_backoff_ms)
                                   : backoff_ms_ * options_.multiplier;
      backoff_ms_ = std::min(backoff_ms_, static_cast<double>(options_.max_backoff_ms));
      const double spread = backoff_ms_ * options_.jitter * (2 * random - 1);
      return std::max<int64_t>(0, static_cast<int64_t>(backoff_ms_ + spread));
    }
  }
  return std::nullopt;
}

}  // namespace thalweg::runtime
