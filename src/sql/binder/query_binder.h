// QueryBinder: a query of the syntax tree as a logical plan, every name resolved and every
// expression typed. What is not supported yet is refused here, by its name.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sql/binder/bind_context.h"
#include "sql/binder/expression_binder.h"
#include "sql/parser/ast/query.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

class QueryBinder {
 public:
  explicit QueryBinder(const BindContext& context) : context_(context) {}

  Result<PlanPtr> BindQuery(const ast::Query& query);

  /// The rows of a table, all its columns in declared order; `span` is the reference's.
  Result<PlanPtr> BindTable(const CatalogTablePtr& table, const std::vector<ast::Hint>& hints,
                            SqlSpan span);

 private:
  struct CommonTableBinding {
    std::string name;
    PlanPtr plan;
  };
  /// The body's plan, and for ORDER BY: how many leading columns are its result (the rest are
  /// hidden sort columns), and the sort keys.
  struct BodyResult {
    PlanPtr plan;
    size_t visible = 0;
    std::vector<graph::SortKey> sort;
  };

  Result<PlanPtr> BindBody(const ast::QueryBody& body);
  Result<BodyResult> BindSelect(const ast::Select& select,
                                const std::vector<ast::OrderItem>& order_by);
  Result<PlanPtr> BindSetOperation(const ast::SetOperation& operation);
  Result<PlanPtr> BindValues(const ast::Values& values);
  Result<PlanPtr> BindOrderAndLimit(const ast::Query& query);
  Result<std::vector<graph::SortKey>> BindOrderByOutput(const std::vector<ast::OrderItem>& items,
                                                        const PlanPtr& plan);
  Result<PlanPtr> MakeSort(PlanPtr input, std::vector<graph::SortKey> keys,
                           const ast::Query& query);
  Result<int64_t> ConstantCount(const ast::Expr& e, std::string_view what);

  Result<PlanPtr> BindTableRef(const ast::TableRef& ref, Scope* scope);
  Result<PlanPtr> BindNamedTable(const ast::NamedTable& table);
  Result<PlanPtr> BindView(const CatalogTablePtr& view, SqlSpan span);
  Result<PlanPtr> BindFunctionTable(const ast::FunctionTable& table);
  Result<PlanPtr> BindWindowFunction(const ast::Call& call, std::string_view name);

  Status CheckSelect(const ast::Select& select);

  const BindContext& context_;
  std::vector<CommonTableBinding> common_tables_;
  int depth_ = 0;
};

/// Whether every scan below is bounded.
Result<bool> IsBounded(const PlanPtr& plan, const BindContext& context);
/// The table of a scan as its connector sees it.
connectors::ConnectorTable ConnectorTableOf(const graph::ScanNode& scan);

}  // namespace thalweg::sql
