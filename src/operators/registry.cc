#include "operators/registry.h"

#include <fmt/format.h>

#include "operators/aggregate/group_aggregate.h"
#include "operators/calc/calc_operator.h"
#include "operators/calc/expand_operator.h"
#include "operators/calc/union_operator.h"
#include "operators/sink/sink_operator.h"
#include "operators/sort/sort_operators.h"
#include "operators/source/source_operator.h"
#include "operators/source/values_operator.h"
#include "operators/window/window_operators.h"

namespace thalweg::operators {

Result<std::unique_ptr<Operator>> MakeSourceOperator(const graph::ScanNode& node,
                                                     std::shared_ptr<SourceCoordinator> coordinator,
                                                     std::function<void()> wake) {
  return SourceOperator::Make(node, std::move(coordinator), std::move(wake));
}

std::unique_ptr<Operator> MakeSinkOperator(const graph::Node& node,
                                           std::shared_ptr<SinkCoordinator> coordinator,
                                           std::string job_name) {
  return std::make_unique<SinkOperator>(node, std::move(coordinator), std::move(job_name));
}

Result<std::unique_ptr<Operator>> MakeOperator(const graph::Graph& graph, const graph::Node& node) {
  if (const auto* calc = std::get_if<graph::CalcNode>(&node.spec)) return CalcOperator::Make(*calc);
  if (const auto* expand = std::get_if<graph::ExpandNode>(&node.spec)) {
    return ExpandOperator::Make(*expand);
  }
  if (const auto* values = std::get_if<graph::ValuesNode>(&node.spec)) {
    return std::unique_ptr<Operator>(std::make_unique<ValuesOperator>(*values));
  }
  if (std::holds_alternative<graph::GroupAggregateNode>(node.spec)) {
    return MakeGroupAggregateOperator(graph, node);
  }
  if (std::holds_alternative<graph::SortNode>(node.spec)) return MakeSortOperator(graph, node);
  if (std::holds_alternative<graph::WindowAggregateNode>(node.spec)) {
    return MakeWindowAggregateOperator(graph, node);
  }
  if (std::holds_alternative<graph::WindowTableFunctionNode>(node.spec)) {
    return MakeWindowTableFunctionOperator(graph, node);
  }
  if (std::holds_alternative<graph::UnionNode>(node.spec)) {
    return std::unique_ptr<Operator>(std::make_unique<UnionOperator>());
  }
  return Status::Internal(fmt::format("no operator for {}", node.name));
}

}  // namespace thalweg::operators
