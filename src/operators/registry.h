// Makes the operator of a graph node. One list, in registry.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

class SourceCoordinator;
class SinkCoordinator;

/// The operator of a scan. `wake` is called from any thread when a pending source can go on.
Result<std::unique_ptr<Operator>> MakeSourceOperator(const graph::ScanNode& node,
                                                     std::shared_ptr<SourceCoordinator> coordinator,
                                                     std::function<void()> wake);
/// The operator of a sink node.
std::unique_ptr<Operator> MakeSinkOperator(const graph::Node& node,
                                           std::shared_ptr<SinkCoordinator> coordinator,
                                           std::string job_name);

/// The operator of every other node. One instance for one subtask; `graph` and `node` outlive it.
Result<std::unique_ptr<Operator>> MakeOperator(const graph::Graph& graph, const graph::Node& node);

}  // namespace thalweg::operators
