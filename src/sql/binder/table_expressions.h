// The expressions in a table's DDL: computed columns and the watermark, bound over its columns.
#pragma once

#include <optional>
#include <vector>

#include "sql/binder/bind_context.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

struct TableExpressions {
  /// Every column of the table in declared order, over the stored row: physical columns, then
  /// metadata columns, each of its declared type.
  std::vector<expr::ExprPtr> columns;
  /// Over the stored row; null without a watermark.
  expr::ExprPtr rowtime;
  expr::ExprPtr watermark;
};

/// Checks what the DDL says, too: the watermark's column and type, what computed columns may see.
Result<TableExpressions> BindTableExpressions(const CatalogTable& table,
                                              const expr::EvalContext& context);

}  // namespace thalweg::sql
