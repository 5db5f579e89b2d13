#include "sql/planner/optimizer.h"
#include "sql/planner/rules/rules.h"

namespace thalweg::sql {

PlanPtr PushFilters(const PlanPtr& plan, const std::map<std::string, int>& scan_counts) {
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : plan->inputs) inputs.push_back(PushFilters(input, scan_counts));
  const auto* calc = SpecOf<graph::CalcNode>(plan);
  if (calc != nullptr && calc->condition != nullptr) {
    const auto* scan = SpecOf<graph::ScanNode>(inputs[0]);
    // A shared scan serves several conditions.
    if (scan != nullptr && !scan->watermark && scan_counts.at(ScanIdentity(*scan)) == 1) {
      graph::ScanNode filtered = *scan;
      const expr::ExprPtr& condition = calc->condition;
      std::vector<expr::ExprPtr> conjuncts = {condition};
      if (condition->kind == expr::ExprKind::kAnd) conjuncts = condition->args;
      for (const expr::ExprPtr& conjunct : conjuncts) {
        if (conjunct->deterministic()) filtered.filters.push_back(conjunct);
      }
      auto copy = std::make_shared<PlanNode>(*inputs[0]);
      copy->spec = std::move(filtered);
      inputs[0] = std::move(copy);
    }
  }
  return WithInputs(plan, std::move(inputs));
}

}  // namespace thalweg::sql
