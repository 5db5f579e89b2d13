#include "operators/sort/sort_operators.h"

#include "operators/sort/sort_key.h"

namespace thalweg::operators {

Result<std::unique_ptr<Operator>> MakeSortOperator(const graph::Graph& graph,
                                                   const graph::Node& node) {
  const auto& spec = std::get<graph::SortNode>(node.spec);
  const graph::Node& input = graph.nodes[static_cast<size_t>(node.inputs[0].from)];
  TW_RETURN_IF_ERROR(CheckSortable(spec.keys, input.output));
  const bool inserts = input.mode == graph::ChangelogMode::kInsertOnly;
  if (spec.final_only && inserts) return MakeFinalSort(spec, input.output);
  if (spec.keys.empty() && inserts) return MakeFinalSort(spec, input.output);
  if (spec.limit >= 0 || spec.final_only)
    return MakeTopRows(spec, input.output, input.lineage, !inserts);
  if (spec.keys.empty()) return MakeTopRows(spec, input.output, input.lineage, !inserts);
  const data::Type& first = input.output[static_cast<size_t>(spec.keys[0].column)].type;
  if (!inserts || !first.is_timestamp() || !spec.keys[0].ascending) {
    return Status::NotSupported("Sort on a non-time-attribute field is not supported.");
  }
  return MakeTimeSort(spec, input.output);
}

}  // namespace thalweg::operators
