#include <cmath>
#include <cstdio>
#include <cstdlib>

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

/// Flink's planner keeps floating-point constants as decimals: those know no -0.0, and a FLOAT that
/// is computed has seven digits.
data::ColumnPtr AsPlannerConstant(const Expr& e, data::ColumnPtr value) {
  const data::TypeRoot root = value->type().root();
  if (value->IsNull(0)) return value;
  const bool cast = e.function != nullptr && e.function->category == FunctionCategory::kConversion;
  if (root == data::TypeRoot::kFloat && !cast && std::isfinite(value->At<float>(0))) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.6e", static_cast<double>(value->At<float>(0)));
    auto c = data::Column::Make(value->type(), 1);
    c->mutable_values<float>()[0] = std::strtof(text, nullptr);
    value = std::move(c);
  }
  const bool zero = (root == data::TypeRoot::kDouble && value->At<double>(0) == 0) ||
                    (root == data::TypeRoot::kFloat && value->At<float>(0) == 0);
  if (!zero) return value;
  auto c = data::Column::Make(value->type(), 1);
  if (root == data::TypeRoot::kDouble) {
    c->mutable_values<double>()[0] = 0;
  } else {
    c->mutable_values<float>()[0] = 0;
  }
  return c;
}

bool IsTrue(const Expr& literal) {
  return !literal.literal->IsNull(0) && literal.literal->At<uint8_t>(0) != 0;
}

/// CASE without the branches that no row takes.
ExprPtr DropDeadBranches(const ExprPtr& e) {
  if (e->kind != ExprKind::kCase) return e;
  std::vector<ExprPtr> args;
  size_t i = 0;
  for (; i + 1 < e->args.size(); i += 2) {
    const ExprPtr& condition = e->args[i];
    if (condition->kind != ExprKind::kLiteral) {
      args.insert(args.end(), {condition, e->args[i + 1]});
    } else if (IsTrue(*condition)) {
      break;  // whatever comes later
    }
  }
  if (i + 1 == e->args.size() && args.size() + 1 == e->args.size()) return e;
  args.push_back(i + 1 == e->args.size() ? e->args[i] : e->args[i + 1]);
  if (args.size() == 1) return args[0];
  auto copy = std::make_shared<Expr>(*e);
  copy->args = std::move(args);
  return copy;
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
    e = DropDeadBranches(std::move(copy));
  }
  if (e->kind == ExprKind::kLiteral || !e->deterministic() || ReadsColumn(*e)) return e;
  Result<data::ColumnPtr> value = EvaluateConstant(e, context);
  if (!value.ok()) return e;  // fails again when a row is evaluated
  return MakeLiteral(AsPlannerConstant(*e, (*value)->WithType(e->type)));
}

}  // namespace thalweg::expr
