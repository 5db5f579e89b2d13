// When to make a checkpoint, and what its failure means: pure functions, facts in, decision out.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/checkpoint_options.h"

namespace thalweg::runtime {

struct TriggerFacts {
  bool running = false;       ///< one is being made
  bool sources_live = true;   ///< some source subtask can still inject a barrier
  bool requested = false;     ///< a stop or a savepoint asks for one now
  bool suspended = false;     ///< the sources have stopped for good
  int64_t last_begin_ms = 0;  ///< or the job's start
  int64_t last_end_ms = 0;    ///< or the job's start
};

constexpr int64_t kNever = INT64_MAX;

/// Clock reading at which the next checkpoint is due.
inline int64_t NextTriggerMs(const CheckpointOptions& options, const TriggerFacts& facts) {
  if (facts.running || facts.suspended || !facts.sources_live) return kNever;
  if (facts.requested) return 0;
  if (options.interval_ms <= 0) return kNever;
  return std::max(facts.last_begin_ms + options.interval_ms,
                  facts.last_end_ms + options.min_pause_ms);
}

/// Whether the job goes on after `consecutive` failed checkpoints.
inline bool Tolerates(const CheckpointOptions& options, int64_t consecutive) {
  return options.tolerable_failures < 0 || consecutive <= options.tolerable_failures;
}

}  // namespace thalweg::runtime
