#include "operators/calc/expand_operator.h"

namespace thalweg::operators {

Result<std::unique_ptr<Operator>> ExpandOperator::Make(const graph::ExpandNode& node) {
  auto op = std::make_unique<ExpandOperator>();
  for (const auto& projection : node.projections) {
    TW_ASSIGN_OR_RETURN(auto program, expr::Program::Compile(projection));
    op->projections_.push_back(std::move(program));
  }
  return std::unique_ptr<Operator>(std::move(op));
}

Status ExpandOperator::Open(OperatorContext* context, const OperatorState& restored) {
  context_ = context;
  return Status::OK();
}

Result<Progress> ExpandOperator::OnBatch(int input, data::Batch batch) {
  for (const auto& projection : projections_) {
    data::Batch out = batch;
    TW_ASSIGN_OR_RETURN(out.columns, projection->Evaluate(context_->eval(), batch));
    context_->Emit(std::move(out));
  }
  return Progress::kDone;
}

}  // namespace thalweg::operators
