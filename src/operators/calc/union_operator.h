// Union: passes the rows of all inputs on, in arrival order. The runtime combines the watermarks.
#pragma once

#include "operators/operator.h"

namespace thalweg::operators {

class UnionOperator final : public Operator {
 public:
  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    return Status::OK();
  }
  Result<Progress> OnBatch(int input, data::Batch batch) override {
    context_->Emit(std::move(batch));
    return Progress::kDone;
  }
};

}  // namespace thalweg::operators
