// ExpressionBinder: a scalar expression of the syntax tree, typed and resolved over one row.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "expr/builder.h"
#include "expr/eval_context.h"
#include "sql/binder/aggregate_uses.h"
#include "sql/binder/scope.h"
#include "sql/parser/ast/query.h"

namespace thalweg::sql {

class ExpressionBinder {
 public:
  /// `scope` may be empty (literals only). `place` names the clause for errors ("WHERE").
  ExpressionBinder(const expr::EvalContext& context, const Scope& scope, std::string_view place)
      : context_(context), scope_(scope), place_(place) {}

  bool streaming() const { return context_.streaming; }
  /// What CURRENT_DATABASE() is.
  void SetCurrentDatabase(const std::string* name) { current_database_ = name; }
  /// Lets aggregates and group window functions stand in the expression; they are added to `uses`.
  void AllowAggregates(AggregateUses* uses) { uses_ = uses; }

  Result<expr::ExprPtr> Bind(const ast::Expr& e);
  /// The same, and BOOLEAN; kInvalidSql otherwise.
  Result<expr::ExprPtr> BindCondition(const ast::Expr& e);
  /// Fields of ROW-valued `e`, for (expr).* and column.*.
  Result<std::vector<std::pair<std::string, expr::ExprPtr>>> ExpandStar(const ast::Star& star);

  /// Where in the text a bound column reference stands.
  SqlSpan SpanOf(const expr::Expr* e, SqlSpan otherwise) const;

 private:
  Result<expr::ExprPtr> BindByKind(const ast::Expr& e);
  Result<expr::ExprPtr> BindColumn(const ast::ColumnRef& e);
  Result<expr::ExprPtr> BindCall(const ast::Call& e);
  Result<expr::ExprPtr> BindAggregate(const ast::Call& e);
  Result<expr::ExprPtr> BindGroupingFunction(const ast::Call& e);
  Result<expr::ExprPtr> BindWindowProperty(const ast::Call& e, std::string_view upper);
  Result<expr::ExprPtr> BindCase(const ast::Case& e);
  Result<expr::ExprPtr> BindIn(const ast::In& e);
  Result<expr::ExprPtr> BindField(expr::ExprPtr base, const ast::Identifier& field, SqlSpan span);
  Result<std::vector<expr::ExprPtr>> BindArgs(const std::vector<ast::ExprPtr>& args);
  Result<expr::ExprPtr> Call(std::string_view name, std::vector<expr::ExprPtr> args, SqlSpan span);

  const expr::EvalContext& context_;
  const Scope& scope_;
  std::string place_;
  AggregateUses* uses_ = nullptr;
  bool inside_aggregate_ = false;
  const std::string* current_database_ = nullptr;
  std::unordered_map<const expr::Expr*, SqlSpan> spans_;
};

/// Whether an aggregate (or a group window function) stands in the expression.
bool ContainsAggregate(const ast::Expr& e);
/// The upper-case form of an SQL word.
std::string UpperCase(std::string_view text);
/// There is no function of this name; what may have been meant.
Status UnknownFunction(const ast::Call& e, const std::vector<expr::ExprPtr>& args);
/// TUMBLE, HOP or SESSION with two or more arguments, as in GROUP BY.
bool IsGroupWindowCall(const ast::Expr& e);
/// Window of GROUP BY TUMBLE(ts, ..); arguments bound by `binder`.
Result<GroupWindow> BindGroupWindow(const ast::Call& e, std::string_view kind,
                                    ExpressionBinder* binder);
/// The milliseconds of a constant positive interval argument.
Result<int64_t> ConstantIntervalMs(const ast::Expr& e, std::string_view what, bool positive);

}  // namespace thalweg::sql
