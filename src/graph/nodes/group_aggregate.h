// GroupAggregateNode: GROUP BY without windows, and SELECT DISTINCT (no aggregates).
//
// Output columns: the keys, then one per aggregate (phase kSingle and kGlobal); kLocal puts the
// keys, then the partial accumulators (graph/partial_schema.h) and sends +I only. Input any mode;
// output updating, unless batch (final +I rows only).
#pragma once

#include <vector>

#include "expr/aggregate.h"

namespace thalweg::graph {

enum class AggregatePhase : uint8_t {
  kSingle,  ///< raw rows in, results out
  kLocal,   ///< raw rows in, per-batch partial accumulators out; keeps no state
  kGlobal,  ///< partial accumulators in, results out
};

struct GroupAggregateNode {
  AggregatePhase phase = AggregatePhase::kSingle;
  std::vector<int> keys;  ///< input columns; empty: one global group
  std::vector<expr::AggregateCall> aggregates;
  bool input_retracts = false;     ///< -U or -D may arrive
  bool emit_update_before = true;  ///< some consumer needs -U
  bool mini_batch = true;          ///< one change per key and batch; false: one per input row
  int64_t state_ttl_ms = 0;        ///< 0: kept for ever
  bool final_only = false;         ///< batch mode: emit once, at the end of the input
};

}  // namespace thalweg::graph
