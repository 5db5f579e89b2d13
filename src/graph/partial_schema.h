// The columns between the local and the global phase of an aggregation.
//
//   keys | record count, if the input retracts | per call that is not DISTINCT its accumulators
//        | per distinct group (graph/distinct_groups.h): ARRAY of values, ARRAY of BIGINT masks
//
// Accumulators: COUNT: BIGINT; SUM: sum and BIGINT count; AVG: sum and count; VAR, STDDEV: sum of
// squares, sum, count; MIN, MAX: the value; LISTAGG: the text. Bit i of a mask says that the value
// has passed the filter of the group's i-th member.
// A window's local phase has the slice's end (BIGINT) right after the keys, and at the end how many
// rows (BIGINT) have gone into this one, for the count of late rows.
#pragma once

#include <optional>
#include <span>

#include "data/type.h"
#include "expr/aggregate.h"

namespace thalweg::graph {

/// The columns after the keys (and slice end), or nothing: the calls cannot be split into two
/// phases, and the planner keeps AggregatePhase::kSingle.
std::optional<data::Schema> PartialSchema(std::span<const expr::AggregateCall> calls,
                                          bool input_retracts);

}  // namespace thalweg::graph
