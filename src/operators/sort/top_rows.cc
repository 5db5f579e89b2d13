// TopRows: ORDER BY .. LIMIT (or LIMIT alone) of a stream: after each batch, rows that have left
// the first `limit` rows after `offset` are sent as -D, rows that have entered as +I.
//
// State: the rows in order; with retractions all of them, since any may move up, else only the
// first offset + limit. Memory is reserved row by row.
#include <map>

#include "data/gather.h"
#include "operators/sort/row_buffer.h"
#include "operators/sort/sort_key.h"
#include "operators/sort/sort_operators.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::RowKind;

constexpr char kStateName[] = "top";
/// Tree node and two strings.
constexpr int64_t kRowOverhead = 160;

class TopRows final : public Operator {
 public:
  TopRows(const graph::SortNode& node, data::Schema schema, bool input_retracts)
      : node_(node), schema_(std::move(schema)), input_retracts_(input_retracts) {}
  ~TopRows() override {
    if (context_ != nullptr) context_->pool()->Release(bytes_);
  }

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    for (const StateEntry& e : restored) {
      if (e.name != kStateName) continue;
      state::ByteReader in(e.bytes);
      const auto count = in.Fixed<int64_t>();
      for (int64_t i = 0; i < count && in.ok(); ++i) {
        std::string key(in.Bytes());
        const auto arrival = in.Fixed<uint64_t>();
        std::string row(in.Bytes());
        TW_RETURN_IF_ERROR(Insert(std::move(key), arrival, std::move(row)));
      }
      if (!in.ok()) return Status::BadData("state is truncated: a sorted row is cut off");
    }
    if (!node_.final_only) sent_ = Top();
    return Status::OK();
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    const data::Rows rows = batch.rows();
    for (int32_t k = 0; k < rows.count(); ++k) {
      const int32_t row = rows[k];
      std::string key;
      std::string bytes;
      AppendSortKey(node_.keys, batch, row, &key);
      AppendRowBytes(batch, row, &bytes);
      if (data::SignOf(batch.kind(row)) > 0) {
        TW_RETURN_IF_ERROR(Insert(std::move(key), next_arrival_++, std::move(bytes)));
      } else {
        Remove(key, bytes);
      }
    }
    if (!node_.final_only) TW_RETURN_IF_ERROR(SendChanges());
    return Progress::kDone;
  }

  Result<Progress> OnInputEnd(int) override {
    if (node_.final_only) TW_RETURN_IF_ERROR(SendChanges());
    return Progress::kDone;
  }

  Status Snapshot(OperatorState* state) override {
    StateEntry e{kStateName, 0, {}};
    state::AppendFixed(static_cast<int64_t>(rows_.size()), &e.bytes);
    for (const auto& [key, row] : rows_) {
      state::AppendBytes(key.first, &e.bytes);
      state::AppendFixed(key.second, &e.bytes);
      state::AppendBytes(row, &e.bytes);
    }
    state->push_back(std::move(e));
    return Status::OK();
  }

 private:
  using Key = std::pair<std::string, uint64_t>;  // sort key, arrival

  Status Insert(std::string key, uint64_t arrival, std::string row) {
    next_arrival_ = std::max(next_arrival_, arrival + 1);
    const int64_t bytes = static_cast<int64_t>(key.size() + row.size()) + kRowOverhead;
    TW_RETURN_IF_ERROR(context_->pool()->Reserve(bytes));
    bytes_ += bytes;
    rows_.emplace(Key(std::move(key), arrival), std::move(row));
    if (!input_retracts_ && node_.limit >= 0 &&
        static_cast<int64_t>(rows_.size()) > node_.offset + node_.limit) {
      Erase(std::prev(rows_.end()));
    }
    return Status::OK();
  }
  void Remove(const std::string& key, const std::string& row) {
    for (auto it = rows_.lower_bound(Key(key, 0)); it != rows_.end() && it->first.first == key;
         ++it) {
      if (it->second != row) continue;
      Erase(it);
      return;
    }
  }
  void Erase(std::map<Key, std::string>::iterator it) {
    const int64_t bytes =
        static_cast<int64_t>(it->first.first.size() + it->second.size()) + kRowOverhead;
    context_->pool()->Release(bytes);
    bytes_ -= bytes;
    rows_.erase(it);
  }

  // The rows [offset, offset + limit), by arrival number.
  std::map<uint64_t, std::string> Top() const {
    std::map<uint64_t, std::string> top;
    int64_t position = 0;
    for (const auto& [key, row] : rows_) {
      if (node_.limit >= 0 && position >= node_.offset + node_.limit) break;
      if (position++ >= node_.offset) top.emplace(key.second, row);
    }
    return top;
  }

  Status SendChanges() {
    std::map<uint64_t, std::string> top = Top();
    std::vector<std::pair<RowKind, std::string_view>> changes;
    for (const auto& [arrival, row] : sent_) {
      if (!top.contains(arrival)) changes.emplace_back(RowKind::kDelete, row);
    }
    if (node_.final_only) {  // in order
      int64_t position = 0;
      for (const auto& [key, row] : rows_) {
        if (node_.limit >= 0 && position >= node_.offset + node_.limit) break;
        if (position++ >= node_.offset) changes.emplace_back(RowKind::kInsert, row);
      }
    } else {
      for (const auto& [arrival, row] : top) {
        if (!sent_.contains(arrival)) changes.emplace_back(RowKind::kInsert, row);
      }
    }
    if (!changes.empty()) TW_RETURN_IF_ERROR(Emit(changes));
    sent_ = std::move(top);
    return Status::OK();
  }

  Status Emit(const std::vector<std::pair<RowKind, std::string_view>>& changes) {
    const auto n = static_cast<int32_t>(changes.size());
    std::vector<std::vector<data::ColumnPtr>> parts(schema_.size());
    auto kinds = data::Buffer::Allocate(n);
    bool deletes = false;
    for (int32_t k = 0; k < n; ++k) {
      const auto& [kind, bytes] = changes[static_cast<size_t>(k)];
      kinds->mutable_data()[k] = static_cast<uint8_t>(kind);
      deletes |= kind != RowKind::kInsert;
      state::ByteReader in(bytes);
      for (size_t c = 0; c < schema_.size(); ++c) {
        TW_ASSIGN_OR_RETURN(auto cell, state::DecodeRows(schema_[c].type, 1, &in));
        parts[c].push_back(std::move(cell));
      }
    }
    Batch out;
    out.size = n;
    for (const auto& p : parts) out.columns.push_back(data::Concat(p));
    if (deletes) out.kinds = std::move(kinds);
    context_->Emit(std::move(out));
    return Status::OK();
  }

  const graph::SortNode& node_;
  const data::Schema schema_;
  const bool input_retracts_;
  std::map<Key, std::string> rows_;
  std::map<uint64_t, std::string> sent_;
  uint64_t next_arrival_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeTopRows(const graph::SortNode& node, data::Schema schema,
                                      bool input_retracts) {
  return std::make_unique<TopRows>(node, std::move(schema), input_retracts);
}

}  // namespace thalweg::operators
