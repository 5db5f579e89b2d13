#include "operators/source/source_operator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace thalweg::operators {

Result<std::unique_ptr<Operator>> SourceOperator::Make(
    const graph::ScanNode& node, std::shared_ptr<SourceCoordinator> coordinator,
    std::function<void()> wake) {
  auto op = std::make_unique<SourceOperator>();
  op->node_ = &node;
  op->coordinator_ = std::move(coordinator);
  op->wake_ = std::move(wake);
  if (node.watermark) {
    TW_ASSIGN_OR_RETURN(op->time_program_, expr::Program::Compile({node.watermark->rowtime,
                                                                   node.watermark->watermark}));
  }
  return std::unique_ptr<Operator>(std::move(op));
}

Status SourceOperator::Open(OperatorContext* context, const OperatorState& restored) {
  context_ = context;
  last_active_ms_ = context->eval().now_ms;
  return Status::OK();
}

Status SourceOperator::TakeSplits() {
  for (auto& taken : coordinator_->Take(context_->subtask(), context_->parallelism())) {
    auto open = std::make_unique<OpenSplit>();
    open->split = std::move(taken.split);
    open->cutter = WatermarkCutter(node_->watermark ? node_->watermark->interval_ms : 0);
    open->cutter.Restore(taken.emitted_watermark, taken.current_watermark);
    open->last_row_ms = context_->eval().now_ms;
    OpenSplit* raw = open.get();
    connectors::ReaderContext reader_context;
    reader_context.batch_rows = context_->batch_rows();
    reader_context.decode_helpers = coordinator_->IdleSubtasksPerSplit(context_->parallelism());
    reader_context.eval = &context_->eval();
    reader_context.wake = wake_;
    TW_ASSIGN_OR_RETURN(raw->reader, coordinator_->source()->MakeReader(
                                         raw->split, coordinator_->scan(), reader_context));
    splits_.push_back(std::move(open));
  }
  return Status::OK();
}

SourceOperator::OpenSplit* SourceOperator::NextToRead() {
  OpenSplit* best = nullptr;
  for (const auto& s : splits_) {
    if (s->pending) continue;
    if (best == nullptr || s->cutter.watermark() < best->cutter.watermark()) best = s.get();
    if (!time_program_) break;  // without a watermark: one after the other
  }
  return best;
}

Result<SourceOperatorBase::PollState> SourceOperator::Poll() {
  if (splits_.empty() || time_program_) TW_RETURN_IF_ERROR(TakeSplits());
  for (auto& s : splits_) s->pending = false;
  while (OpenSplit* split = NextToRead()) {
    data::Batch batch;
    TW_ASSIGN_OR_RETURN(auto state, split->reader->Next(&batch));
    switch (state) {
      case connectors::SplitReader::State::kBatch:
        TW_RETURN_IF_ERROR(OnRead(split, std::move(batch)));
        return PollState::kEmitted;
      case connectors::SplitReader::State::kPending:
        split->pending = true;
        split->cutter.Flush();  // the source has run dry: nothing is held back by the interval
        break;
      case connectors::SplitReader::State::kEnd:
        FinishSplit(split);
        return PollState::kEmitted;
    }
  }
  if (splits_.empty() && coordinator_->Drained(context_->subtask())) {
    coordinator_->Leave(context_->subtask());
    return PollState::kFinished;
  }
  TW_ASSIGN_OR_RETURN(Progress done,
                      OnTimers(TimeDomain::kProcessingTime, context_->eval().now_ms));
  static_cast<void>(done);
  return PollState::kPending;
}

void SourceOperator::FinishSplit(OpenSplit* split) {
  skipped_of_finished_ += split->reader->skipped();
  std::erase_if(splits_, [&](const auto& s) { return s.get() == split; });
  // The last split's end is the source's end: the runtime then sends the final watermark.
  if (!splits_.empty()) AdvanceWatermark();
}

Status SourceOperator::OnRead(OpenSplit* split, data::Batch batch) {
  split->last_row_ms = last_active_ms_ = context_->eval().now_ms;
  split->idle = false;
  split->split.position = split->reader->position();
  int64_t skipped = skipped_of_finished_;
  for (const auto& s : splits_) skipped += s->reader->skipped();
  context_->metrics()->skipped_rows = skipped;
  if (!time_program_) {
    context_->Emit(std::move(batch));
    return Status::OK();
  }
  if (batch.selection) batch = batch.Compact();
  TW_ASSIGN_OR_RETURN(auto times, time_program_->Evaluate(context_->eval(), batch));
  rowtimes_ = data::Flatten(times[0]);
  const uint8_t* known = rowtimes_->validity();
  if (known != nullptr && std::memchr(known, 0, static_cast<size_t>(batch.size)) != nullptr) {
    return Status::BadData(fmt::format(
        "{}: the time attribute '{}' is NULL in a row read from {}; every row needs an event "
        "time: filter such rows out before the table, or give the column a value",
        node_->table, node_->watermark->rowtime_name, split->reader->name()));
  }
  watermarks_ = data::Flatten(times[1]);
  if (watermarks_->validity() != nullptr) {
    auto dense = data::Column::Make(watermarks_->type(), batch.size);
    for (int32_t i = 0; i < batch.size; ++i) {
      dense->mutable_values<int64_t>()[i] =
          watermarks_->IsNull(i) ? data::kMinWatermark : watermarks_->values<int64_t>()[i];
    }
    watermarks_ = dense;
  }
  batch_ = std::move(batch);
  next_row_ = 0;
  const int32_t rows = batch_.size;
  while (next_row_ < rows) EmitPiece(split);
  batch_ = {};
  return Status::OK();
}

void SourceOperator::EmitPiece(OpenSplit* split) {
  const int32_t begin = next_row_;
  next_row_ = split->cutter.Advance(rowtimes_->values<int64_t>(), watermarks_->values<int64_t>(),
                                    begin, batch_.size);
  data::Batch piece;
  piece.size = next_row_ - begin;
  for (const auto& c : batch_.columns) {
    piece.columns.push_back(piece.size == batch_.size ? c : c->Slice(begin, piece.size));
  }
  context_->Emit(std::move(piece));
  AdvanceWatermark();
}

void SourceOperator::AdvanceWatermark() {
  int64_t lowest = data::kMaxWatermark;
  bool any_active = false;
  for (const auto& s : splits_) {
    if (s->idle) continue;
    any_active = true;
    lowest = std::min(lowest, s->cutter.watermark());
  }
  if (!any_active) return;
  SetIdle(false);
  if (lowest > sent_watermark_ && lowest != data::kMaxWatermark) {
    sent_watermark_ = lowest;
    context_->EmitWatermark(lowest);
  }
  coordinator_->Report(context_->subtask(), true, sent_watermark_);
}

void SourceOperator::SetIdle(bool idle) {
  if (idle == marked_idle_) return;
  marked_idle_ = idle;
  context_->MarkIdle(idle);
}

Result<Progress> SourceOperator::OnTimers(TimeDomain domain, int64_t time_ms) {
  if (!time_program_) return Progress::kDone;
  const int64_t timeout = node_->watermark->idle_timeout_ms;
  bool reads = false;
  for (auto& s : splits_) {
    if (timeout > 0 && s->pending && time_ms - s->last_row_ms >= timeout) s->idle = true;
    reads |= !s->idle;
    if (timeout > 0 && !s->idle) context_->WakeAt(s->last_row_ms + timeout);
  }
  if (reads) {
    AdvanceWatermark();
  } else {
    FollowTheOthers(time_ms);
  }
  return Progress::kDone;
}

void SourceOperator::FollowTheOthers(int64_t time_ms) {
  const auto others = coordinator_->Report(context_->subtask(), false, sent_watermark_);
  if (others.reading) {
    last_active_ms_ = time_ms;
    SetIdle(false);
  }
  if (others.watermark > sent_watermark_) {
    sent_watermark_ = others.watermark;
    context_->EmitWatermark(sent_watermark_);
  }
  const int64_t timeout = node_->watermark->idle_timeout_ms;
  if (timeout <= 0 || others.reading || coordinator_->alone()) return;
  if (time_ms - last_active_ms_ >= timeout) {
    SetIdle(true);
  } else {
    context_->WakeAt(last_active_ms_ + timeout);
  }
}

Status SourceOperator::Snapshot(OperatorState* state) {
  for (const auto& s : splits_) {
    const SplitState split{s->split, s->cutter.emitted(), s->cutter.current()};
    state->push_back({"split", StateEntry::kNoKeyGroup, split.Encode()});
  }
  return Status::OK();
}

}  // namespace thalweg::operators
