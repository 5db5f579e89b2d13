// Makes the operator of a graph node. One list, in registry.cc.
#pragma once

#include <memory>

#include "base/status.h"
#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

/// One instance for one subtask. `graph` and `node` outlive it. Scans and sinks are made by the
/// runtime, with their connectors (operators/source/, operators/sink/).
Result<std::unique_ptr<Operator>> MakeOperator(const graph::Graph& graph, const graph::Node& node);

}  // namespace thalweg::operators
