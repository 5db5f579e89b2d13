// Projection of nested fields: a scan reads only the fields of its ROW columns that are asked for.
#pragma once

#include <vector>

#include "sql/planner/plan.h"

namespace thalweg::sql {

/// If `input` is a scan: the same scan with ROW columns cut down to the fields that the expressions
/// reach, and the expressions rewritten to match. Otherwise nothing changes.
PlanPtr PruneNestedFields(const PlanPtr& input, expr::ExprPtr* condition,
                          std::vector<expr::ExprPtr>* projections);

}  // namespace thalweg::sql
