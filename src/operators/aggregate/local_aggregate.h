// LocalAggregate: the local phase: groups one batch and sends its partial accumulators
// (graph/partial_schema.h).
//
// Input -> output changelog: any -> +I. State: none between batches.
#pragma once

#include <memory>
#include <vector>

#include "operators/aggregate/group_table.h"
#include "operators/operator.h"

namespace thalweg::operators {

/// `tells_rows`: a last column says how many rows have gone into each partial one.
Result<std::unique_ptr<Operator>> MakeLocalAggregate(std::vector<int> keys,
                                                     GroupTableOptions options,
                                                     bool tells_rows = false);

}  // namespace thalweg::operators
