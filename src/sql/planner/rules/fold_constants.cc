#include <optional>

#include "sql/planner/optimizer.h"
#include "sql/planner/rules/rules.h"

namespace thalweg::sql {
namespace {

using expr::ExprKind;
using expr::ExprPtr;

bool IsTrue(const ExprPtr& e) {
  return e->kind == ExprKind::kLiteral && e->type.root() == data::TypeRoot::kBoolean &&
         !e->literal->IsNull(0) && e->literal->At<uint8_t>(0) != 0;
}

std::vector<ExprPtr> Conjuncts(const ExprPtr& condition) {
  if (condition == nullptr) return {};
  return condition->kind == ExprKind::kAnd ? condition->args : std::vector<ExprPtr>{condition};
}

/// Equal values of the type are the same value: no -0.0, no blanks that do not count.
bool EqualsIsIdentity(const data::Type& type) {
  return type.is_exact_numeric() || type.root() == data::TypeRoot::kDate ||
         type.root() == data::TypeRoot::kVarchar;
}

/// `column = literal`, or nullptrs.
struct Equality {
  ExprPtr column, literal;
};
Equality EqualityOf(const ExprPtr& e) {
  if (e->kind != ExprKind::kCall || e->function->name != "=") return {};
  Equality q{e->args[0], e->args[1]};
  if (q.column->kind == ExprKind::kLiteral) std::swap(q.column, q.literal);
  if (q.column->kind != ExprKind::kColumn || q.literal->kind != ExprKind::kLiteral ||
      !q.column->type.EqualsIgnoringNullability(q.literal->type) ||
      !EqualsIsIdentity(q.column->type) || q.literal->literal->IsNull(0)) {
    return {};
  }
  return q;
}

/// What a calc's condition says about the rows that pass it: WHERE c = 2 makes c + 1 the constant 3
/// and decides CASE c WHEN ....
class KnownColumns {
 public:
  KnownColumns(const ExprPtr& condition, size_t columns) : values_(columns) {
    for (const ExprPtr& conjunct : Conjuncts(condition)) {
      const Equality q = EqualityOf(conjunct);
      if (q.column == nullptr) continue;
      values_[static_cast<size_t>(q.column->column)] = q.literal;
      any_ = true;
    }
  }
  /// A column that is passed on stays one: keys and windows are found by it.
  ExprPtr Apply(const ExprPtr& e) const {
    if (!any_ || e->kind == ExprKind::kColumn || EqualityOf(e).column != nullptr) return e;
    return expr::Substitute(e, values_);
  }

 private:
  std::vector<ExprPtr> values_;  // by input column; null: unknown
  bool any_ = false;
};

/// `folded` under the type that the plan was made with, or `original`.
ExprPtr Retyped(const ExprPtr& folded, const ExprPtr& original) {
  const data::Type& type = original->type;
  if (folded->type == type) {
    return folded->type.time_attribute() == type.time_attribute() ? folded : WithType(folded, type);
  }
  // A call that must not give NULL checks that by its own type.
  const bool loosens = folded->type.EqualsIgnoringNullability(type) && type.nullable() &&
                       folded->kind != ExprKind::kCall;
  return loosens ? WithType(folded, type) : original;
}

Result<ExprPtr> FoldCondition(const ExprPtr& condition, const KnownColumns& known,
                              const expr::EvalContext& context) {
  std::vector<ExprPtr> conjuncts;
  for (const ExprPtr& conjunct : Conjuncts(condition)) {
    TW_ASSIGN_OR_RETURN(ExprPtr folded, expr::FoldConstants(known.Apply(conjunct), context));
    if (!IsTrue(folded)) conjuncts.push_back(std::move(folded));
  }
  if (conjuncts.size() < 2) return conjuncts.empty() ? nullptr : conjuncts[0];
  auto all = std::make_shared<expr::Expr>(*condition);
  all->args = std::move(conjuncts);
  return expr::FoldConstants(all, context);
}

}  // namespace

Result<PlanPtr> FoldPlanConstants(const PlanPtr& plan, const expr::EvalContext& context) {
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : plan->inputs) {
    TW_ASSIGN_OR_RETURN(PlanPtr folded, FoldPlanConstants(input, context));
    inputs.push_back(std::move(folded));
  }
  PlanPtr node = WithInputs(plan, std::move(inputs));
  const auto* calc = SpecOf<graph::CalcNode>(node);
  if (calc == nullptr) return node;
  ExprPtr condition = calc->condition;
  if (condition != nullptr) {
    TW_ASSIGN_OR_RETURN(condition, expr::FoldConstants(condition, context));
  }
  const KnownColumns known(condition, node->inputs[0]->schema.size());
  TW_ASSIGN_OR_RETURN(condition, FoldCondition(condition, known, context));
  std::vector<ExprPtr> projections;
  for (const ExprPtr& original : calc->projections) {
    TW_ASSIGN_OR_RETURN(ExprPtr e, expr::FoldConstants(known.Apply(original), context));
    projections.push_back(Retyped(e, original));
  }
  return MakeCalc(node->inputs[0], std::move(condition), std::move(projections),
                  NamesOf(node->schema));
}

}  // namespace thalweg::sql
