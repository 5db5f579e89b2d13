// TopRows: ORDER BY .. LIMIT (or LIMIT alone) of a stream: after each batch, rows that have left
// the first `limit` rows after `offset` are sent as -D, rows that have entered as +I.
//
// State: a table of rows by their arrival number, and a tree of them in order, which Open rebuilds;
// with retractions all rows, since any may move up, else only the first offset + limit. It all
// belongs to subtask 0.
#include <fmt/format.h>

#include <map>
#include <optional>

#include "data/gather.h"
#include "operators/aggregate/group_table.h"
#include "operators/sort/sort_key.h"
#include "operators/sort/sort_operators.h"
#include "state/keyed_table.h"
#include "state/string_ref.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::RowKind;

constexpr char kStateName[] = "top";
constexpr char kSortedDefinition[] = "sorted";
/// A node of the tree.
constexpr int64_t kNodeBytes = 96;

struct Values {
  state::StringRef key;  // sort key
  state::StringRef row;
};

// The strings of a table's rows.
class OwnedValues final : public state::OwnedField {
 public:
  static Values* Of(uint8_t* row) {
    return reinterpret_cast<Values*>(row + sizeof(state::RowHeader) + 16);  // null bits, arrival
  }
  void Free(uint8_t* row, state::Slab* slab) override {
    Of(row)->key.Free(slab);
    Of(row)->row.Free(slab);
  }
  void Save(const uint8_t* row, std::string* out) const override {
    Of(const_cast<uint8_t*>(row))->key.Save(out);
    Of(const_cast<uint8_t*>(row))->row.Save(out);
  }
  Status Load(uint8_t* row, state::Slab* slab, state::ByteReader* in) override {
    if (Of(row)->key.Load(slab, in) && Of(row)->row.Load(slab, in)) return Status::OK();
    return Status::BadData("a sorted row is cut off");
  }
};

class TopRows final : public Operator {
 public:
  TopRows(const graph::SortNode& node, data::Schema schema, std::vector<std::string> lineage,
          bool input_retracts)
      : node_(node),
        schema_(std::move(schema)),
        lineage_(std::move(lineage)),
        input_retracts_(input_retracts) {
    if (lineage_.size() == schema_.size()) return;
    lineage_.clear();
    for (const data::Field& f : schema_) lineage_.push_back(f.name);
  }
  ~TopRows() override {
    if (context_ != nullptr) {
      context_->pool()->Release(static_cast<int64_t>(rows_.size()) * kNodeBytes);
    }
  }

  Status Open(OperatorContext* context, const OperatorState&) override {
    context_ = context;
    memory_.emplace(context->pool());
    state::KeyedTableOptions options;
    options.key_types = {data::Type::Bigint()};
    options.value_bytes = sizeof(Values);
    options.groups = GroupsOf(*context, true);
    options.max_parallelism = context->max_parallelism();
    options.values = "sorted";
    for (const auto& field : schema_) options.values += " " + field.type.ToString();
    table_.emplace(std::move(options), &*memory_);
    TW_CHECK(table_->layout().value_offset() == static_cast<int32_t>(sizeof(state::RowHeader)) + 16,
             "a row's values stand elsewhere");
    table_->AddOwnedField(&owned_);
    table_->SetSchema(Schema());
    TW_RETURN_IF_ERROR(context->state()->AddTable(kStateName, &*table_));
    std::vector<uint8_t*> restored;
    table_->CollectRows(&restored);
    for (uint8_t* row : restored) {
      uint64_t arrival;
      std::memcpy(&arrival, row + table_->layout().key_offset(0), sizeof(arrival));
      TW_RETURN_IF_ERROR(AddNode(arrival, row));
    }
    if (!node_.final_only) sent_ = Top();
    return Status::OK();
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    const data::Rows rows = batch.rows();
    std::string key;
    std::string bytes;
    for (int32_t k = 0; k < rows.count(); ++k) {
      const int32_t row = rows[k];
      key.clear();
      bytes.clear();
      AppendSortKey(node_.keys, batch, row, &key);
      AppendRowBytes(batch, row, &bytes);
      if (data::SignOf(batch.kind(row)) > 0) {
        TW_RETURN_IF_ERROR(Insert(key, bytes));
      } else {
        Remove(key, bytes);
      }
    }
    TW_RETURN_IF_ERROR(memory_->status());
    if (!node_.final_only) TW_RETURN_IF_ERROR(SendChanges());
    return Progress::kDone;
  }

  Result<Progress> OnInputEnd(int) override {
    if (node_.final_only) TW_RETURN_IF_ERROR(SendChanges());
    return Progress::kDone;
  }

 private:
  state::TableSchema Schema() const {
    state::TableSchema t;
    t.definition = kSortedDefinition;
    t.keys.push_back({"arrival", {}, {}});
    const int32_t offset = table_->layout().value_offset();
    t.fields.resize(2);
    t.fields[0].identity = "sort key";
    t.fields[0].required = "its rows are sorted otherwise";
    t.fields[0].codec = "sort key";
    for (const graph::SortKey& k : node_.keys) {
      t.fields[0].codec += fmt::format(
          " {}{}{}", schema_[static_cast<size_t>(k.column)].type.WithNullable(true).ToSummary(),
          k.ascending ? " ASC" : " DESC", k.nulls_last ? " NULLS LAST" : "");
    }
    t.fields[1].identity = "row";
    t.fields[1].codec = "columns";
    t.fields[1].type = data::Type::Row(schema_);
    t.fields[1].members = lineage_;
    for (int i = 0; i < 2; ++i) {
      t.fields[i].internal = true;
      t.fields[i].offset = offset + 16 * i;
      t.fields[i].bytes = 16;
      t.fields[i].tails = {{state::TailPart::Kind::kString, offset + 16 * i}};
    }
    return t;
  }

  using Key = std::pair<std::string_view, uint64_t>;  // sort key (in the row), arrival
  using Tree = std::map<Key, uint8_t*>;

  Status Insert(std::string_view key, std::string_view bytes) {
    const uint64_t arrival = next_arrival_;
    arrival_->mutable_values<int64_t>()[0] = static_cast<int64_t>(arrival);
    const data::Column* column = arrival_.get();
    uint64_t hash = data::kEmptyRowHash;
    data::HashColumn(*column, data::Rows::All(1), &hash);
    uint8_t* row;
    table_->FindOrInsert(std::span(&column, 1), data::Rows::All(1), &hash, &row);
    OwnedValues::Of(row)->key.Store(key, table_->SlabOf(row));
    OwnedValues::Of(row)->row.Store(bytes, table_->SlabOf(row));
    TW_RETURN_IF_ERROR(AddNode(arrival, row));
    if (!input_retracts_ && node_.limit >= 0 &&
        static_cast<int64_t>(rows_.size()) > node_.offset + node_.limit) {
      Erase(std::prev(rows_.end()));
    }
    return Status::OK();
  }
  Status AddNode(uint64_t arrival, uint8_t* row) {
    next_arrival_ = std::max(next_arrival_, arrival + 1);
    TW_RETURN_IF_ERROR(context_->pool()->Reserve(kNodeBytes));
    rows_.emplace(Key(OwnedValues::Of(row)->key.View(), arrival), row);
    return Status::OK();
  }
  void Remove(std::string_view key, std::string_view bytes) {
    for (auto it = rows_.lower_bound(Key(key, 0)); it != rows_.end() && it->first.first == key;
         ++it) {
      if (OwnedValues::Of(it->second)->row.View() != bytes) continue;
      Erase(it);
      return;
    }
  }
  void Erase(Tree::iterator it) {
    uint8_t* row = it->second;
    rows_.erase(it);  // its key views the row
    table_->Erase(row);
    context_->pool()->Release(kNodeBytes);
  }

  // The rows [offset, offset + limit), by arrival number.
  std::map<uint64_t, std::string> Top() const {
    std::map<uint64_t, std::string> top;
    int64_t position = 0;
    for (const auto& [key, row] : rows_) {
      if (node_.limit >= 0 && position >= node_.offset + node_.limit) break;
      if (position++ >= node_.offset) {
        top.emplace(key.second, std::string(OwnedValues::Of(row)->row.View()));
      }
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
        if (position++ < node_.offset) continue;
        changes.emplace_back(RowKind::kInsert, OwnedValues::Of(row)->row.View());
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
  std::vector<std::string> lineage_;
  const bool input_retracts_;
  std::optional<state::StateMemory> memory_;
  OwnedValues owned_;
  std::optional<state::KeyedTable> table_;
  std::shared_ptr<data::Column> arrival_ = data::Column::Make(data::Type::Bigint(), 1);
  Tree rows_;
  std::map<uint64_t, std::string> sent_;
  uint64_t next_arrival_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeTopRows(const graph::SortNode& node, data::Schema schema,
                                      std::vector<std::string> lineage, bool input_retracts) {
  return std::make_unique<TopRows>(node, std::move(schema), std::move(lineage), input_retracts);
}

}  // namespace thalweg::operators
