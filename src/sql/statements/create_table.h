// CREATE TABLE and CREATE VIEW: from the syntax tree to a catalog table, LIKE merged and all of the
// declaration's promises checked.
#pragma once

#include "sql/binder/bind_context.h"
#include "sql/parser/ast/statement.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

/// `query` is the bound query of CREATE TABLE .. AS, else null.
Result<CatalogTablePtr> MakeTable(const ast::CreateTable& statement, const PlanPtr& query,
                                  const BindContext& context);
Result<CatalogTablePtr> MakeView(const ast::CreateView& statement, std::string query_text,
                                 const BindContext& context);

}  // namespace thalweg::sql
