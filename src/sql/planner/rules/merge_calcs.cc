#include "sql/planner/optimizer.h"
#include "sql/planner/rules/rules.h"

namespace thalweg::sql {
namespace {

using expr::ExprPtr;
using graph::CalcNode;

constexpr int64_t kMaxSize = 5000;

// How often each column is read by the expressions, shared sub-trees counted each time.
void CountUses(const ExprPtr& e, std::vector<int>* counts) {
  if (e->kind == expr::ExprKind::kColumn) {
    ++(*counts)[static_cast<size_t>(e->column)];
    return;
  }
  for (const ExprPtr& arg : e->args) CountUses(arg, counts);
}

ExprPtr And(const ExprPtr& a, const ExprPtr& b, const expr::EvalContext& context) {
  if (a == nullptr) return b;
  if (b == nullptr) return a;
  Result<ExprPtr> both = expr::MakeCall("AND", {a, b}, context);
  TW_CHECK(both.ok(), both.status().message());
  return *both;
}

bool CanMerge(const CalcNode& top, const CalcNode& bottom) {
  std::vector<int> counts(bottom.projections.size(), 0);
  int64_t own = 0;
  for (const ExprPtr& e : top.projections) {
    own += ExprSize(e, kMaxSize);
    if (own >= kMaxSize) return false;
    CountUses(e, &counts);
  }
  if (top.condition != nullptr) {
    own += ExprSize(top.condition, kMaxSize);
    if (own >= kMaxSize) return false;
    CountUses(top.condition, &counts);
  }
  int64_t size = own;
  for (size_t i = 0; i < counts.size(); ++i) {
    const ExprPtr& e = bottom.projections[i];
    if (counts[i] > 0 && !e->deterministic() && (counts[i] > 1 || top.condition != nullptr)) {
      return false;  // it must be evaluated once for each row
    }
    size += counts[i] * ExprSize(e, kMaxSize);
  }
  return size < kMaxSize;
}

PlanPtr Merge(const PlanPtr& plan, const CalcNode& top, const expr::EvalContext& context) {
  const PlanPtr& below = plan->inputs[0];
  const auto* bottom = SpecOf<CalcNode>(below);
  if (bottom == nullptr || !CanMerge(top, *bottom)) return nullptr;
  std::vector<ExprPtr> projections;
  for (size_t i = 0; i < top.projections.size(); ++i) {
    ExprPtr e = expr::Substitute(top.projections[i], bottom->projections);
    const data::Type& type = plan->schema[i].type;
    if (e->type.time_attribute() != type.time_attribute() ||
        e->type.nullable() != type.nullable()) {
      e = WithType(e, type);
    }
    projections.push_back(std::move(e));
  }
  ExprPtr condition = bottom->condition;
  if (top.condition != nullptr) {
    condition = And(condition, expr::Substitute(top.condition, bottom->projections), context);
  }
  return MakeCalc(below->inputs[0], std::move(condition), std::move(projections),
                  NamesOf(plan->schema));
}

}  // namespace

PlanPtr MergeCalcs(const PlanPtr& plan, const expr::EvalContext& context) {
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : plan->inputs) inputs.push_back(MergeCalcs(input, context));
  PlanPtr node = WithInputs(plan, std::move(inputs));
  while (const auto* calc = SpecOf<CalcNode>(node)) {
    PlanPtr merged = Merge(node, *calc, context);
    if (merged == nullptr) break;
    node = std::move(merged);
  }
  return node;
}

}  // namespace thalweg::sql
