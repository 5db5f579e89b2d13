// TimeSort: ORDER BY an ascending time attribute on a stream. Rows wait until the watermark has
// passed their time; rows behind the watermark are dropped and counted.
#include <algorithm>
#include <cstring>

#include "base/memory_charge.h"
#include "operators/sort/row_buffer.h"
#include "operators/sort/sort_key.h"
#include "operators/sort/sort_operators.h"

namespace thalweg::operators {
namespace {
using data::Batch;

constexpr char kStateName[] = "rows";
constexpr char kProgressName[] = "progress";

class TimeSort final : public Operator {
 public:
  TimeSort(const graph::SortNode& node, data::Schema schema)
      : node_(node),
        processing_time_(schema[static_cast<size_t>(node.keys[0].column)].type.time_attribute() ==
                         data::TimeAttribute::kProctime),
        buffer_(std::move(schema)) {}

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    due_charge_.Open(context->pool());
    for (const StateEntry& e : restored) {
      if (e.name != kProgressName || e.bytes.size() != sizeof(int64_t)) continue;
      int64_t progress;  // that of the subtask that reads the rows, whichever it is
      std::memcpy(&progress, e.bytes.data(), sizeof(progress));
      progress_ = std::max(progress_, progress);
    }
    return buffer_.Restore(kStateName, restored);
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    if (processing_time_) {  // all rows of a batch have one processing time
      const auto order = SortedRows(node_.keys, batch, -1);
      if (!order.empty()) {
        context_->Emit(GatherRows(batch, order.data(), static_cast<int32_t>(order.size())));
      }
      return Progress::kDone;
    }
    std::vector<int32_t> kept;
    const data::Rows rows = batch.rows();
    rows.ForEach([&](int32_t row) {
      if (TimeOf(batch, row) > progress_) {
        kept.push_back(row);
      } else {
        ++context_->metrics()->late_rows;
      }
    });
    if (kept.size() == static_cast<size_t>(rows.count())) {
      buffer_.Add(batch);
    } else {
      buffer_.Add(GatherRows(batch, kept.data(), static_cast<int32_t>(kept.size())));
    }
    return Progress::kDone;
  }

  Result<Progress> OnWatermark(int64_t watermark_ms) override {
    progress_ = watermark_ms;
    due_.clear();
    next_ = 0;
    if (!processing_time_ && buffer_.num_rows() > 0) {
      const Batch& all = buffer_.All();
      std::vector<int32_t> later;
      for (const int32_t row : SortedRows(node_.keys, all, -1)) {
        (TimeOf(all, row) <= watermark_ms ? due_ : later).push_back(row);
      }
      if (!due_.empty()) {
        sending_ = GatherRows(all, due_.data(), static_cast<int32_t>(due_.size()));
        for (size_t i = 0; i < due_.size(); ++i) due_[i] = static_cast<int32_t>(i);
        TW_RETURN_IF_ERROR(due_charge_.Set(AllocatedBytes(due_) + AllocatedBytes(later)));
        buffer_.Keep(later);
      }
    }
    forward_ = true;
    return Produce();
  }

  Result<Progress> Produce() override {
    while (next_ < due_.size()) {
      if (context_->output_full()) return Progress::kMore;
      const auto n = static_cast<int32_t>(
          std::min(due_.size() - next_, static_cast<size_t>(context_->batch_rows())));
      context_->Emit(GatherRows(sending_, due_.data() + next_, n));
      next_ += static_cast<size_t>(n);
    }
    sending_ = Batch();
    if (forward_) context_->EmitWatermark(progress_);
    forward_ = false;
    return Progress::kDone;
  }

  Status Snapshot(OperatorState* state) override {
    buffer_.Snapshot(kStateName, state);
    state->push_back({kProgressName, 0,
                      std::string(reinterpret_cast<const char*>(&progress_), sizeof(progress_))});
    return Status::OK();
  }

 private:
  int64_t TimeOf(const Batch& batch, int32_t row) const {
    const data::Column& c = *batch.columns[static_cast<size_t>(node_.keys[0].column)];
    return c.IsNull(row)
               ? INT64_MIN
               : c.At<int64_t>(row) / (data::TimestampUnitsPerSecond(c.type().precision()) / 1000);
  }

  const graph::SortNode& node_;
  const bool processing_time_;
  RowBuffer buffer_;
  int64_t progress_ = INT64_MIN;
  Batch sending_;
  std::vector<int32_t> due_;
  MemoryCharge due_charge_;
  size_t next_ = 0;
  bool forward_ = false;
};

}  // namespace

std::unique_ptr<Operator> MakeTimeSort(const graph::SortNode& node, data::Schema schema) {
  return std::make_unique<TimeSort>(node, std::move(schema));
}

}  // namespace thalweg::operators
