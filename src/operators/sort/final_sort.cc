// FinalSort: ORDER BY [LIMIT] at the end of a bounded input; LIMIT alone as the rows arrive.
#include <algorithm>

#include "base/memory_charge.h"
#include "operators/sort/row_buffer.h"
#include "operators/sort/sort_key.h"
#include "operators/sort/sort_operators.h"

namespace thalweg::operators {
namespace {
using data::Batch;

constexpr char kStateName[] = "rows";
constexpr char kSeenName[] = "seen";
/// A sort with a limit throws away what cannot win once it holds this many rows too many.
constexpr int64_t kSlack = 64 << 10;

class FinalSort final : public Operator {
 public:
  FinalSort(const graph::SortNode& node, data::Schema schema)
      : node_(node),
        wanted_(node.limit < 0 ? -1 : node.offset + node.limit),
        buffer_(std::move(schema)) {}

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    order_charge_.Open(context->pool());
    for (const StateEntry& e : restored) {
      if (e.name != kSeenName || e.bytes.size() != sizeof(int64_t)) continue;
      int64_t seen;  // one subtask has seen the rows, the others none
      std::memcpy(&seen, e.bytes.data(), sizeof(seen));
      seen_ += seen;
    }
    return buffer_.Restore(kStateName, restored);
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    if (node_.keys.empty()) {
      PassOn(std::move(batch));
      return Progress::kDone;
    }
    buffer_.Add(batch);
    if (wanted_ >= 0 && buffer_.num_rows() > wanted_ + std::max(wanted_, kSlack)) {
      buffer_.Keep(SortedRows(node_.keys, buffer_.All(), wanted_));
    }
    return Progress::kDone;
  }

  Result<Progress> OnInputEnd(int) override {
    if (node_.keys.empty() || buffer_.num_rows() == 0) return Progress::kDone;
    order_ = SortedRows(node_.keys, buffer_.All(), wanted_);
    TW_RETURN_IF_ERROR(order_charge_.Set(AllocatedBytes(order_)));
    next_ = static_cast<size_t>(std::min(node_.offset, static_cast<int64_t>(order_.size())));
    return Produce();
  }

  Result<Progress> Produce() override {
    while (next_ < order_.size()) {
      if (context_->output_full()) return Progress::kMore;
      const auto n = static_cast<int32_t>(
          std::min(order_.size() - next_, static_cast<size_t>(context_->batch_rows())));
      context_->Emit(GatherRows(buffer_.All(), order_.data() + next_, n));
      next_ += static_cast<size_t>(n);
    }
    return Progress::kDone;
  }

  Status Snapshot(OperatorState* state) override {
    buffer_.Snapshot(kStateName, state);
    state->push_back(
        {kSeenName, 0, std::string(reinterpret_cast<const char*>(&seen_), sizeof(seen_))});
    return Status::OK();
  }

 private:
  // LIMIT without ORDER BY: rows [offset, offset + limit) in order of arrival.
  void PassOn(Batch batch) {
    const data::Rows rows = batch.rows();
    const int64_t before = seen_;
    seen_ += rows.count();
    const int64_t first = std::max<int64_t>(0, node_.offset - before);
    const int64_t end =
        wanted_ < 0 ? rows.count() : std::min<int64_t>(rows.count(), wanted_ - before);
    if (first >= end) return;
    if (first > 0 || end < rows.count()) {
      const auto count = static_cast<int32_t>(end - first);
      auto selection = data::Buffer::Allocate(static_cast<int64_t>(count) * 4);
      for (int32_t k = 0; k < count; ++k) {
        selection->as<int32_t>()[k] = rows[static_cast<int32_t>(first) + k];
      }
      batch.Select(std::move(selection), count);
    }
    context_->Emit(std::move(batch));
  }

  const graph::SortNode& node_;
  const int64_t wanted_;  // offset + limit; -1: all
  RowBuffer buffer_;
  int64_t seen_ = 0;
  std::vector<int32_t> order_;
  MemoryCharge order_charge_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeFinalSort(const graph::SortNode& node, data::Schema schema) {
  return std::make_unique<FinalSort>(node, std::move(schema));
}

}  // namespace thalweg::operators
