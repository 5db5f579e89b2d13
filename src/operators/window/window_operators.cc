#include "operators/window/window_operators.h"

#include "operators/window/window_slicer.h"

namespace thalweg::operators {

Result<std::unique_ptr<Operator>> MakeWindowAggregateOperator(const graph::Graph& graph,
                                                              const graph::Node& node) {
  const auto& spec = std::get<graph::WindowAggregateNode>(node.spec);
  if (!spec.attached) TW_RETURN_IF_ERROR(CheckWindowSpec(spec.window));
  if (spec.window.kind == graph::WindowKind::kSession && !spec.attached) {
    if (spec.phase != graph::AggregatePhase::kSingle) {
      return Status::NotSupported("two phases for session windows");
    }
    return MakeSessionAggregate(graph, node);
  }
  if (spec.phase == graph::AggregatePhase::kLocal) return MakeLocalSliceAggregate(graph, node);
  return MakeSliceAggregate(graph, node);
}

}  // namespace thalweg::operators
