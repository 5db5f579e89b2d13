// GroupAggregate: GROUP BY without windows.
//
// Input -> output changelog: any -> +I, -U, +U, -D per group; -U only if the node emits it; final
// +I rows only in batch mode. A group's change is sent once per batch (mini-batch) or once per
// input row, and only when its result differs; its first row is +I; when its last input row has
// been retracted, -D.
// State: one row per group, kept for ever, or until nothing has touched it for the state TTL
// (processing time). With a TTL unchanged results are sent as well, as Flink does, so that states
// downstream stay alive.
// Watermarks pass through. A restore finds the groups of its key groups, whatever the parallelism.
#pragma once

#include <memory>

#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

/// For GroupAggregateNode, all phases.
Result<std::unique_ptr<Operator>> MakeGroupAggregateOperator(const graph::Graph& graph,
                                                             const graph::Node& node);

}  // namespace thalweg::operators
