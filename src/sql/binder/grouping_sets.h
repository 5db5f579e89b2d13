// GROUP BY: its keys, and the grouping sets that GROUPING SETS, CUBE and ROLLUP stand for.
#pragma once

#include "sql/binder/aggregate_builder.h"
#include "sql/binder/expression_binder.h"

namespace thalweg::sql {

/// Fills `groups` and uses->group_windows. Without GROUP BY: one set without keys.
Status BindGroupBy(const ast::Select& select, ExpressionBinder* binder, GroupSpec* groups,
                   AggregateUses* uses);

}  // namespace thalweg::sql
