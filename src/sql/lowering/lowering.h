// Lowering: optimized plans with their changelogs as the graph that the runtime runs: exchanges,
// phases, names, identities. Equal sub-plans become one node.
#pragma once

#include "sql/planner/changelog.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

graph::Graph Lower(const std::vector<PlanPtr>& sinks, const ChangelogMap& changelog,
                   const BindContext& context);

}  // namespace thalweg::sql
