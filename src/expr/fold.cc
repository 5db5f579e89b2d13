#include "data/batch.h"
#include "expr/builder.h"
#include "expr/program.h"

namespace thalweg::expr {
namespace {

bool ReadsColumn(const Expr& e) {
  if (e.kind == ExprKind::kColumn) return true;
  for (const auto& a : e.args) {
    if (ReadsColumn(*a)) return true;
  }
  return false;
}

/// The value of an expression that reads no column.
Result<data::ColumnPtr> EvaluateConstant(const ExprPtr& e, const EvalContext& context) {
  TW_ASSIGN_OR_RETURN(auto program, Program::Compile({e}));
  data::Batch one;
  one.size = 1;
  TW_ASSIGN_OR_RETURN(auto columns, program->Evaluate(context, one));
  return data::Flatten(columns[0]);
}

}  // namespace

Result<ExprPtr> FoldConstants(ExprPtr e, const EvalContext& context) {
  if (e->kind == ExprKind::kColumn || e->kind == ExprKind::kLiteral) return e;
  std::vector<ExprPtr> args;
  bool changed = false;
  for (const auto& a : e->args) {
    TW_ASSIGN_OR_RETURN(ExprPtr folded, FoldConstants(a, context));
    changed |= folded != a;
    args.push_back(std::move(folded));
  }
  if (changed) {
    auto copy = std::make_shared<Expr>(*e);
    copy->args = std::move(args);
    e = std::move(copy);
  }
  if (!e->deterministic() || ReadsColumn(*e)) return e;
  Result<data::ColumnPtr> value = EvaluateConstant(e, context);
  if (!value.ok()) return e;  // fails again when a row is evaluated
  return MakeLiteral((*value)->WithType(e->type));
}

}  // namespace thalweg::expr
