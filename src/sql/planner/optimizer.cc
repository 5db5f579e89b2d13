#include "sql/planner/optimizer.h"

#include "sql/planner/rules/rules.h"

namespace thalweg::sql {

PlanPtr WithInputs(const PlanPtr& node, std::vector<PlanPtr> inputs) {
  if (inputs == node->inputs) return node;
  auto copy = std::make_shared<PlanNode>(*node);
  copy->inputs = std::move(inputs);
  return copy;
}

Result<std::vector<PlanPtr>> Optimize(std::vector<PlanPtr> sinks,
                                      const expr::EvalContext& context) {
  ScanUses uses;
  std::map<std::string, int> counts;
  std::vector<PlanPtr> pruned;
  for (PlanPtr& sink : sinks) {
    sink = MergeCalcs(sink, context);
    TW_ASSIGN_OR_RETURN(sink, FoldPlanConstants(sink, context));
    pruned.push_back(PruneColumns(sink, nullptr));
    CollectScanUses(pruned.back(), &uses, &counts);
  }
  bool shared = false;
  for (const auto& [table, count] : counts) shared = shared || count > 1;
  for (size_t i = 0; i < sinks.size(); ++i) {
    // Scans of one table become equal, and so one, when they read the same columns.
    sinks[i] = shared ? PruneColumns(sinks[i], &uses) : pruned[i];
    sinks[i] = MergeCalcs(sinks[i], context);
    sinks[i] = PushFilters(sinks[i], counts);
  }
  return sinks;
}

}  // namespace thalweg::sql
