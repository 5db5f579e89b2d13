// The window operators, one per kind of state: slices, sessions, none.
//
// What they have in common: input +I (legacy group windows also take retractions), output +I once
// per window, when the watermark or the clock has passed its end; rows of a window that has fired
// are late: dropped and counted. State is freed with the last window that needs it. A restore finds
// the windows of its key groups, whatever the parallelism. Windows of the processing time that are
// open when a bounded input ends are never sent, as in Flink.
#pragma once

#include <memory>

#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

/// For WindowAggregateNode, all phases and kinds.
Result<std::unique_ptr<Operator>> MakeWindowAggregateOperator(const graph::Graph& graph,
                                                              const graph::Node& node);
/// For WindowTableFunctionNode.
Result<std::unique_ptr<Operator>> MakeWindowTableFunctionOperator(const graph::Graph& graph,
                                                                  const graph::Node& node);

/// TUMBLE, HOP, CUMULATE and attached windows; phase kSingle or kGlobal.
Result<std::unique_ptr<Operator>> MakeSliceAggregate(const graph::Graph& graph,
                                                     const graph::Node& node);
/// Phase kLocal of the same.
Result<std::unique_ptr<Operator>> MakeLocalSliceAggregate(const graph::Graph& graph,
                                                          const graph::Node& node);
/// SESSION; phase kSingle.
Result<std::unique_ptr<Operator>> MakeSessionAggregate(const graph::Graph& graph,
                                                       const graph::Node& node);

}  // namespace thalweg::operators
