// FinalSort: ORDER BY [LIMIT] at the end of a bounded input; LIMIT alone as the rows arrive.
//
// Rows are kept as columns while they are few for the memory limit; then, and at barriers, they are
// put away as sorted runs, which are merged at the end.
#include <algorithm>

#include "base/memory_charge.h"
#include "operators/sort/row_buffer.h"
#include "operators/sort/sort_key.h"
#include "operators/sort/sort_operators.h"
#include "operators/sort/sorted_runs.h"

namespace thalweg::operators {
namespace {
using data::Batch;

constexpr char kStateName[] = "rows";
constexpr char kRunsName[] = "runs";
constexpr char kSeenName[] = "seen";
/// A sort with a limit throws away what cannot win once it holds this many rows too many.
constexpr int64_t kSlack = 64 << 10;
/// What it takes to sort a row beside the row and a copy of it.
constexpr int64_t kSortingBytes = 48;
/// However large the memory limit is: the rows must fit into one batch.
constexpr int64_t kMostSorting = int64_t{16} << 30;

class FinalSort final : public Operator {
 public:
  FinalSort(const graph::SortNode& node, data::Schema schema)
      : node_(node),
        wanted_(node.limit < 0 ? -1 : node.offset + node.limit),
        buffer_(schema),
        runs_(node.keys, std::move(schema), wanted_) {}

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    order_charge_.Open(context->pool());
    for (const StateEntry& e : restored) {
      if (e.name != kSeenName || e.bytes.size() != sizeof(int64_t)) continue;
      int64_t seen;  // one subtask has seen the rows, the others none
      std::memcpy(&seen, e.bytes.data(), sizeof(seen));
      seen_ += seen;
    }
    if (node_.keys.empty()) return Status::OK();
    TW_RETURN_IF_ERROR(runs_.Open(context, kRunsName));
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
    const int64_t sorting = 2 * buffer_.bytes() + kSortingBytes * buffer_.num_rows();
    if (sorting > std::min(runs_.memory()->limit() / 8, kMostSorting) ||
        runs_.memory()->space()->forced()) {
      TW_RETURN_IF_ERROR(PutAway());
    }
    return Progress::kDone;
  }

  Result<Progress> OnInputEnd(int) override {
    if (node_.keys.empty()) return Progress::kDone;
    if (!runs_.empty()) {
      TW_RETURN_IF_ERROR(PutAway());
      merging_ = true;
    } else if (buffer_.num_rows() > 0) {
      order_ = SortedRows(node_.keys, buffer_.All(), wanted_);
      TW_RETURN_IF_ERROR(order_charge_.Set(AllocatedBytes(order_)));
      next_ = static_cast<size_t>(std::min(node_.offset, static_cast<int64_t>(order_.size())));
    }
    return Produce();
  }

  Result<Progress> Produce() override {
    while (merging_) {
      if (context_->output_full()) return Progress::kMore;
      TW_RETURN_IF_ERROR(SendMerged());
    }
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
    TW_RETURN_IF_ERROR(PutAway());
    state->push_back(
        {kSeenName, 0, std::string(reinterpret_cast<const char*>(&seen_), sizeof(seen_))});
    return Status::OK();
  }

 private:
  Status PutAway() {
    if (buffer_.num_rows() == 0) return Status::OK();
    const Batch& all = buffer_.All();
    TW_RETURN_IF_ERROR(runs_.Add(all, SortedRows(node_.keys, all, wanted_)));
    buffer_.Clear();
    return Status::OK();
  }

  // The next batch of rows [offset, wanted) of the runs.
  Status SendMerged() {
    int64_t most = context_->batch_rows();
    if (wanted_ >= 0) most = std::min(most, wanted_ - merged_);
    TW_ASSIGN_OR_RETURN(Batch rows, runs_.Next(static_cast<int32_t>(most)));
    merging_ = rows.size > 0;
    const int64_t skipped = std::clamp<int64_t>(node_.offset - merged_, 0, rows.size);
    merged_ += rows.size;
    for (auto& c : rows.columns) {
      c = c->Slice(static_cast<int32_t>(skipped), rows.size - static_cast<int32_t>(skipped));
    }
    rows.size -= static_cast<int32_t>(skipped);
    if (rows.size > 0) context_->Emit(std::move(rows));
    return Status::OK();
  }

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
  SortedRuns runs_;
  bool merging_ = false;
  int64_t merged_ = 0;  // rows that the runs have given
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
