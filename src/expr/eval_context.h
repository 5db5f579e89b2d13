// EvalContext: what an expression may know beside its arguments.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace thalweg::expr {

class TimeZone;  // expr/time_zone.h

/// Lives as long as the programs that use it; one per task, so not thread-safe.
struct EvalContext {
  /// table.local-time-zone.
  std::shared_ptr<const TimeZone> zone;
  /// Epoch ms at which the query started: CURRENT_TIMESTAMP in batch mode.
  int64_t query_start_ms = 0;
  /// Epoch ms, read once per batch from the job's clock: NOW(), CURRENT_TIMESTAMP (streaming),
  /// PROCTIME().
  int64_t now_ms = 0;
  /// Current watermark of the task's input, epoch ms; INT64_MIN before the first.
  int64_t watermark_ms = INT64_MIN;
  bool streaming = true;
  /// The jobs's seed for RAND() and UUID() under simulation; 0: seeded from the system.
  uint64_t seed = 0;
  /// Generators of RAND and UUID, by call (functions/random.cc).
  mutable std::map<const void*, uint64_t> random_states;
};

}  // namespace thalweg::expr
