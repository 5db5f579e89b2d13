#include "operators/calc/calc_operator.h"

namespace thalweg::operators {
namespace {

// Below this share of selected rows, gathering them once is cheaper than carrying the others along.
constexpr int kCompactBelowOneIn = 4;

}  // namespace

Result<std::unique_ptr<Operator>> CalcOperator::Make(const graph::CalcNode& node) {
  auto op = std::make_unique<CalcOperator>();
  if (node.condition) {
    TW_ASSIGN_OR_RETURN(op->filter_, expr::Filter::Compile(node.condition));
  }
  TW_ASSIGN_OR_RETURN(op->projection_, expr::Program::Compile(node.projections));
  return std::unique_ptr<Operator>(std::move(op));
}

Status CalcOperator::Open(OperatorContext* context, const OperatorState& restored) {
  context_ = context;
  return Status::OK();
}

Result<Progress> CalcOperator::OnBatch(int input, data::Batch batch) {
  if (filter_) {
    TW_RETURN_IF_ERROR(filter_->Apply(context_->eval(), &batch));
    if (batch.empty()) return Progress::kDone;
    if (batch.selected_count * kCompactBelowOneIn < batch.size) batch = batch.Compact();
  }
  data::Batch out;
  TW_ASSIGN_OR_RETURN(out.columns, projection_->Evaluate(context_->eval(), batch));
  out.size = batch.size;
  out.kinds = std::move(batch.kinds);
  out.selection = std::move(batch.selection);
  out.selected_count = batch.selected_count;
  context_->Emit(std::move(out));
  return Progress::kDone;
}

}  // namespace thalweg::operators
