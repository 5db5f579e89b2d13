#include "operators/source/values_operator.h"

#include <algorithm>
#include <cstring>

namespace thalweg::operators {

Status ValuesOperator::Open(OperatorContext* context, const OperatorState& restored) {
  context_ = context;
  for (const StateEntry& e : restored) {
    if (e.name == "next_row") std::memcpy(&next_row_, e.bytes.data(), sizeof next_row_);
  }
  return Status::OK();
}

Result<SourceOperatorBase::PollState> ValuesOperator::Poll() {
  if (context_->subtask() != 0 || next_row_ >= node_.num_rows) return PollState::kFinished;
  data::Batch batch;
  batch.size = std::min(context_->batch_rows(), node_.num_rows - next_row_);
  for (const auto& c : node_.columns) batch.columns.push_back(c->Slice(next_row_, batch.size));
  next_row_ += batch.size;
  context_->Emit(std::move(batch));
  return PollState::kEmitted;
}

Status ValuesOperator::Snapshot(OperatorState* state) {
  if (context_->subtask() == 0) {
    state->push_back({"next_row", StateEntry::kNoKeyGroup,
                      std::string(reinterpret_cast<const char*>(&next_row_), sizeof next_row_)});
  }
  return Status::OK();
}

}  // namespace thalweg::operators
