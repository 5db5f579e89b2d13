// Optimizer: makes a bound plan cheaper without changing what it means. One rule per file in
// rules/.
#pragma once

#include <vector>

#include "expr/eval_context.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

/// Optimizes all sinks of one job together, so that scans of one table can be shared.
Result<std::vector<PlanPtr>> Optimize(std::vector<PlanPtr> sinks, const expr::EvalContext& context);

/// The same node over other inputs.
PlanPtr WithInputs(const PlanPtr& node, std::vector<PlanPtr> inputs);

}  // namespace thalweg::sql
