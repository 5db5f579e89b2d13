// How plan nodes are called in EXPLAIN, errors and metrics: as Flink calls them.
#pragma once

#include <string>

#include "sql/planner/plan.h"

namespace thalweg::sql {

/// "GroupAggregate(groupBy=[a], select=[a, COUNT(*) AS EXPR$1])"
std::string Describe(const PlanNode& node);
/// Plain words: what state the operator keeps, and when that is freed; empty for none.
std::string DescribeState(const PlanNode& node);

}  // namespace thalweg::sql
