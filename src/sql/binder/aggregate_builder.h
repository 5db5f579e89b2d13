// Builds the plan of GROUP BY: group keys, grouping sets, windows and aggregates over an input.
#pragma once

#include <string>
#include <vector>

#include "sql/binder/aggregate_uses.h"
#include "sql/binder/bind_context.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

struct GroupSpec {
  std::vector<expr::ExprPtr> keys;  ///< over the input, all different
  std::vector<std::string> names;   ///< one per key
  /// Grouping sets, each a list of positions in `keys`. One set of all keys: plain GROUP BY.
  std::vector<std::vector<int>> sets;
};

struct AggregatePlan {
  PlanPtr plan;
  std::vector<expr::ExprPtr> keys;      ///< where each key stands in the plan's output
  std::vector<expr::ExprPtr> virtuals;  ///< what each of uses.columns has become
};

Result<AggregatePlan> BuildAggregate(PlanPtr input, const GroupSpec& groups,
                                     const AggregateUses& uses, const BindContext& context);

/// SELECT DISTINCT, UNION: the different rows.
Result<PlanPtr> BuildDistinct(PlanPtr input, const BindContext& context);

}  // namespace thalweg::sql
