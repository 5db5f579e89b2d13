#include "operators/calc/calc_operator.h"

namespace thalweg::operators {

Result<std::unique_ptr<Operator>> CalcOperator::Make(const graph::CalcNode& node) {
  auto op = std::make_unique<CalcOperator>();
  TW_ASSIGN_OR_RETURN(op->program_, expr::Program::Compile(node.projections, node.condition));
  return std::unique_ptr<Operator>(std::move(op));
}

Status CalcOperator::Open(OperatorContext* context, const OperatorState& restored) {
  context_ = context;
  return Status::OK();
}

Result<Progress> CalcOperator::OnBatch(int input, data::Batch batch) {
  TW_ASSIGN_OR_RETURN(data::Batch out, program_->Run(context_->eval(), batch));
  if (!out.empty()) context_->Emit(std::move(out));
  return Progress::kDone;
}

}  // namespace thalweg::operators
