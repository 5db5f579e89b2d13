// InsertBinder: INSERT as a plan that ends in a sink: columns matched, implicit casts added, what
// the sink's constraints need recorded.
#pragma once

#include "sql/binder/query_binder.h"
#include "sql/parser/ast/statement.h"

namespace thalweg::sql {

class InsertBinder {
 public:
  explicit InsertBinder(const BindContext& context) : context_(context) {}

  Result<PlanPtr> Bind(const ast::Insert& insert);
  /// INSERT INTO `table` of a query that is already bound (CREATE TABLE .. AS).
  Result<PlanPtr> BindInto(const CatalogTable& table, PlanPtr query, SqlSpan span);

 private:
  Result<PlanPtr> MakeSink(const CatalogTable& table, connectors::Options options, bool overwrite,
                           PlanPtr query, SqlSpan span);

  const BindContext& context_;
};

/// A bare SELECT: its rows go to the caller.
PlanPtr MakeCollect(PlanPtr query);

}  // namespace thalweg::sql
