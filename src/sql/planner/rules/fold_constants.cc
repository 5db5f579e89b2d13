#include "sql/planner/optimizer.h"
#include "sql/planner/rules/rules.h"

namespace thalweg::sql {
namespace {

using expr::ExprPtr;

bool IsTrue(const ExprPtr& e) {
  return e->kind == expr::ExprKind::kLiteral && e->type.root() == data::TypeRoot::kBoolean &&
         !e->literal->IsNull(0) && e->literal->At<uint8_t>(0) != 0;
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
    if (IsTrue(condition)) condition = nullptr;
  }
  std::vector<ExprPtr> projections;
  for (size_t i = 0; i < calc->projections.size(); ++i) {
    TW_ASSIGN_OR_RETURN(ExprPtr e, expr::FoldConstants(calc->projections[i], context));
    // What is folded keeps the type that the plan was made with.
    if (!(e->type == node->schema[i].type)) e = calc->projections[i];
    projections.push_back(std::move(e));
  }
  return MakeCalc(node->inputs[0], std::move(condition), std::move(projections),
                  NamesOf(node->schema));
}

}  // namespace thalweg::sql
