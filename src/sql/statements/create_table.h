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
/// `table` with the watermark and the primary key of `elements`, if they have any, its expressions
/// bound anew and checked; the columns of `elements` are the caller's matter.
Result<CatalogTablePtr> CompleteTable(CatalogTable table, const ast::CreateTable& elements,
                                      const BindContext& context);
CatalogColumn MakeCatalogColumn(const ast::ColumnDefinition& definition);
Result<CatalogTablePtr> MakeView(const ast::CreateView& statement, std::string query_text,
                                 const BindContext& context);

}  // namespace thalweg::sql
