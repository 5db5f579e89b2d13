#include "operators/operator.h"

namespace thalweg::operators {

Result<Progress> Operator::OnWatermark(int64_t watermark_ms) {
  context_->EmitWatermark(watermark_ms);
  return Progress::kDone;
}

Result<Progress> Operator::OnTimers(TimeDomain domain, int64_t time_ms) { return Progress::kDone; }

Result<Progress> Operator::OnInputEnd(int input) { return Progress::kDone; }

Result<Progress> Operator::Produce() { return Progress::kDone; }

Status Operator::OnBarrier(int64_t epoch) { return Status::OK(); }
Status Operator::Snapshot(OperatorState* state) { return Status::OK(); }

}  // namespace thalweg::operators
