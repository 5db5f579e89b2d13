#include "operators/sort/row_buffer.h"

#include <numeric>

#include "data/gather.h"
#include "state/value_codec.h"

namespace thalweg::operators {
using data::Batch;

namespace {
/// Copied together, so that small batches do not cost an allocation a row.
constexpr int64_t kSettleRows = 4096;

int64_t BytesOf(const data::Column& column) {
  int64_t bytes = 0;
  for (const auto& owner : column.owners()) bytes += owner->size();
  for (const auto& child : column.children()) bytes += BytesOf(*child);
  return bytes;
}

int64_t BytesOf(const Batch& batch) {
  int64_t bytes = 0;
  for (const auto& column : batch.columns) bytes += BytesOf(*column);
  return bytes;
}

Batch DeepCopy(Batch batch) {
  for (auto& column : batch.columns) column = data::DeepCopy(column);
  return batch;
}
}  // namespace

Batch GatherRows(const Batch& batch, const int32_t* rows, int32_t count) {
  Batch out;
  out.size = count;
  for (const auto& c : batch.columns) out.columns.push_back(data::Gather(*c, rows, count));
  return out;
}

void RowBuffer::Add(const Batch& batch) {
  if (batch.empty()) return;
  Batch b = batch.Compact();
  b.kinds = nullptr;
  num_rows_ += b.size;
  arrived_rows_ += b.size;
  arrived_.push_back(std::move(b));
  if (arrived_rows_ >= kSettleRows) Settle();
}

void RowBuffer::Settle() {
  if (arrived_.empty()) return;
  batches_.push_back(DeepCopy(data::ConcatBatches(arrived_)));
  bytes_ += BytesOf(batches_.back());
  arrived_.clear();
  arrived_rows_ = 0;
}

const Batch& RowBuffer::All() {
  Settle();
  if (batches_.empty()) batches_.emplace_back();
  if (batches_.size() > 1) {
    Batch joined = data::ConcatBatches(batches_);
    batches_.clear();
    batches_.push_back(std::move(joined));
  }
  return batches_[0];
}

void RowBuffer::Clear() {
  batches_.clear();
  arrived_.clear();
  arrived_rows_ = num_rows_ = bytes_ = 0;
}

void RowBuffer::Keep(const std::vector<int32_t>& rows) {
  if (rows.empty()) return Clear();
  // Copied once more, or the strings of the rows that leave would stay with those that do not.
  Batch kept = DeepCopy(GatherRows(All(), rows.data(), static_cast<int32_t>(rows.size())));
  batches_.clear();
  num_rows_ = kept.size;
  bytes_ = BytesOf(kept);
  batches_.push_back(std::move(kept));
}

void RowBuffer::Snapshot(const std::string& name, OperatorState* out) {
  if (num_rows_ == 0) return;
  const Batch& all = All();
  StateEntry entry{name, 0, {}};
  std::vector<int32_t> index(static_cast<size_t>(all.size));
  std::iota(index.begin(), index.end(), 0);
  state::AppendFixed(all.size, &entry.bytes);
  for (const auto& c : all.columns) {
    state::EncodeRows(*c, index.data(), all.size, &entry.bytes);
  }
  out->push_back(std::move(entry));
}

Status RowBuffer::Restore(const std::string& name, const OperatorState& restored) {
  for (const StateEntry& e : restored) {
    if (e.name != name) continue;
    state::ByteReader in(e.bytes);
    Batch b;
    b.size = in.Fixed<int32_t>();
    if (b.size < 0) return Status::BadData("state of a sort is damaged");
    for (const auto& f : schema_) {
      TW_ASSIGN_OR_RETURN(auto column, state::DecodeRows(f.type, b.size, &in));
      b.columns.push_back(std::move(column));
    }
    num_rows_ += b.size;
    bytes_ += BytesOf(b);
    batches_.push_back(std::move(b));
  }
  return Status::OK();
}

}  // namespace thalweg::operators
