#include "operators/sink/sink_operator.h"

#include <fmt/format.h>

#include "operators/sink/length_enforcer.h"

namespace thalweg::operators {
namespace {

constexpr int64_t kTimerIntervalMs = 1000;  // how often a writer may roll by time

}  // namespace

SinkOperator::SinkOperator(const graph::Node& node, std::shared_ptr<SinkCoordinator> coordinator,
                           std::string job_name)
    : node_(std::get<graph::SinkNode>(node.spec)),
      schema_(node.output),
      coordinator_(std::move(coordinator)),
      job_name_(std::move(job_name)) {}

SinkOperator::~SinkOperator() {
  if (writer_ && !ended_) writer_->Abort();
}

Status SinkOperator::Open(OperatorContext* context, const OperatorState& restored) {
  context_ = context;
  if (coordinator_->sink() == nullptr) return Status::OK();
  epoch_ = coordinator_->restored_epoch();
  connectors::WriterContext writer_context;
  writer_context.subtask = context->subtask();
  writer_context.parallelism = context->parallelism();
  writer_context.job_name = job_name_;
  writer_context.eval = &context->eval();
  TW_ASSIGN_OR_RETURN(writer_, coordinator_->sink()->MakeWriter(writer_context));
  std::vector<std::string> snapshots;
  for (const StateEntry& e : restored) {
    if (e.name == SinkCoordinator::kWriterState) snapshots.push_back(e.bytes);
  }
  if (!snapshots.empty()) TW_RETURN_IF_ERROR(writer_->Restore(snapshots));
  context->WakeAt(context->eval().now_ms + kTimerIntervalMs);
  return Status::OK();
}

Result<Progress> SinkOperator::OnBatch(int input, data::Batch batch) {
  Status violation;
  if (!node_.not_null_columns.empty()) violation = EnforceNotNull(&batch);
  if (node_.length != graph::LengthEnforcer::kIgnore) TW_RETURN_IF_ERROR(EnforceLength(&batch));
  if (!batch.empty()) {
    TW_RETURN_IF_ERROR(writer_ ? writer_->Write(batch) : coordinator_->collector()(batch));
  }
  if (!violation.ok()) return violation;
  return Progress::kDone;
}

Status SinkOperator::EnforceNotNull(data::Batch* batch) {
  Status violation;
  for (int column : node_.not_null_columns) {
    const data::Column& c = *batch->columns[static_cast<size_t>(column)];
    if (!c.may_have_nulls()) continue;
    const bool fails = node_.not_null == graph::NotNullEnforcer::kError;
    auto kept = data::Buffer::Allocate(static_cast<int64_t>(batch->num_rows()) * 4);
    const data::Rows rows = batch->rows();
    int32_t count = 0;
    bool any_null = false;
    for (int32_t k = 0; k < rows.count() && !(fails && any_null); ++k) {
      if (c.IsNull(rows[k])) {
        any_null = true;
      } else {
        kept->as<int32_t>()[count++] = rows[k];
      }
    }
    if (!any_null) continue;
    if (fails) {
      batch->Select(std::move(kept), count);  // the rows before it are still written
      violation = Status::BadData(fmt::format(
          "Column '{}' is NOT NULL, however, a null value is being written into it (table {}). You "
          "can set job configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this "
          "exception and drop such records silently.",
          schema_[static_cast<size_t>(column)].name, node_.table));
      continue;
    }
    context_->metrics()->skipped_rows += batch->num_rows() - count;
    batch->Select(std::move(kept), count);
  }
  return violation;
}

Status SinkOperator::EnforceLength(data::Batch* batch) {
  for (size_t j = 0; j < batch->columns.size() && j < node_.physical.size(); ++j) {
    const data::Field& field = node_.physical[j];
    if (!field.type.is_character() && !field.type.is_binary()) continue;
    if (field.type.length() == data::Type::kMaxLength) continue;
    TW_ASSIGN_OR_RETURN(batch->columns[j],
                        ApplyLength(batch->columns[j], batch->rows(), batch->size, field,
                                    node_.length, node_.table));
  }
  return Status::OK();
}

Result<Progress> SinkOperator::OnWatermark(int64_t watermark_ms) {
  watermark_ms_ = watermark_ms;
  context_->EmitWatermark(watermark_ms);
  return Progress::kDone;
}

Result<Progress> SinkOperator::OnTimers(TimeDomain domain, int64_t time_ms) {
  if (writer_) TW_RETURN_IF_ERROR(writer_->OnProcessingTime(time_ms));
  context_->WakeAt(time_ms + kTimerIntervalMs);
  return Progress::kDone;
}

// What follows the last barrier belongs to the epoch after it.
Result<Progress> SinkOperator::OnInputEnd(int input) {
  ended_ = true;
  TW_RETURN_IF_ERROR(Seal(epoch_ + 1, true));
  return Progress::kDone;
}

Status SinkOperator::OnBarrier(int64_t epoch) {
  epoch_ = epoch;
  return Seal(epoch, coordinator_->RollsAt(epoch));
}

Status SinkOperator::Seal(int64_t epoch, bool roll) {
  if (!writer_ || !coordinator_->commits()) return Status::OK();
  TW_ASSIGN_OR_RETURN(std::string sealed, writer_->Seal(epoch, roll));
  coordinator_->AddSealed(epoch, watermark_ms_, std::move(sealed));
  return Status::OK();
}

Status SinkOperator::Snapshot(OperatorState* state) {
  if (!writer_ || ended_) return Status::OK();
  TW_ASSIGN_OR_RETURN(std::string bytes, writer_->Snapshot());
  if (!bytes.empty()) {
    state->push_back({SinkCoordinator::kWriterState, StateEntry::kOneSubtask, std::move(bytes)});
  }
  return Status::OK();
}

}  // namespace thalweg::operators
