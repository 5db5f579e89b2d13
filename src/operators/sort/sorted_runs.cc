#include "operators/sort/sorted_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "operators/aggregate/group_table.h"
#include "operators/sort/sort_key.h"
#include "state/string_ref.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::Batch;

constexpr size_t kChunkBytes = 64 << 10;
constexpr char kDefinition[] = "sorted runs";
/// Barriers put away what there is, however little: so many runs at the end of the list whose
/// chunks are few become one.
constexpr size_t kMostSmallRuns = 16;
constexpr size_t kSmallRunChunks = 64;

}  // namespace

// The values of a table's row.
struct SortedRuns::Chunk {
  uint64_t run;
  state::StringRef records;
  static Chunk* Of(uint8_t* row) {
    return reinterpret_cast<Chunk*>(row + sizeof(state::RowHeader) + 16);  // null bits, number
  }
};

class SortedRuns::OwnedBytes final : public state::OwnedField {
 public:
  void Free(uint8_t* row, state::Slab* slab) override { Chunk::Of(row)->records.Free(slab); }
  void Save(const uint8_t* row, std::string* out) const override {
    Chunk::Of(const_cast<uint8_t*>(row))->records.Save(out);
  }
  Status Load(uint8_t* row, state::Slab* slab, state::ByteReader* in) override {
    if (Chunk::Of(row)->records.Load(slab, in)) return Status::OK();
    return Status::BadData("a chunk of sorted rows is cut off");
  }
};

// Takes records out of runs, the smallest first.
class SortedRuns::Merge {
 public:
  Merge(state::KeyedTable* table, std::deque<Run> runs) : table_(table) {
    for (Run& run : runs) {
      readers_.push_back(std::make_unique<Reader>());
      readers_.back()->run = std::move(run);
    }
    for (auto& reader : readers_) {
      if (Advance(reader.get())) heap_.push_back(reader.get());
    }
    for (size_t i = heap_.size() / 2; i-- > 0;) SiftDown(i);
  }
  bool done() const { return heap_.empty(); }
  std::string_view key() const { return heap_[0]->key; }
  std::string_view row() const { return heap_[0]->row; }
  /// What key() and row() have shown stays until Forget.
  void Pop() {
    if (!Advance(heap_[0])) {
      heap_[0] = heap_.back();
      heap_.pop_back();
    }
    if (!heap_.empty()) SiftDown(0);
  }
  void Forget() {
    for (uint8_t* chunk : read_) table_->Erase(chunk);
    read_.clear();
  }
  const Status& status() const { return status_; }

 private:
  struct Reader {
    Run run;
    uint8_t* chunk = nullptr;
    state::ByteReader records{std::string_view()};
    uint64_t prefix = 0;  // of the key
    std::string_view key;
    std::string_view row;
  };
  static bool Less(const Reader& a, const Reader& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = a.key.compare(b.key);
    return order != 0 ? order < 0 : a.run.number < b.run.number;
  }
  bool Advance(Reader* r) {
    if (r->records.remaining() == 0) {
      if (r->chunk != nullptr) read_.push_back(r->chunk);
      if (r->run.chunks.empty()) return false;
      r->chunk = r->run.chunks.front();
      r->run.chunks.pop_front();
      const std::string_view records = Chunk::Of(r->chunk)->records.View();
      table_->memory().Trim();
      table_->memory().ReadAhead(reinterpret_cast<const uint8_t*>(records.data()), records.size());
      r->records = state::ByteReader(records);
    }
    r->key = r->records.Bytes();
    r->row = r->records.Bytes();
    if (!r->records.ok()) {
      status_ = Status::BadData("a chunk of sorted rows is damaged");
      return false;
    }
    char prefix[8] = {};
    std::memcpy(prefix, r->key.data(), std::min<size_t>(8, r->key.size()));
    std::memcpy(&r->prefix, prefix, sizeof(prefix));
    r->prefix = __builtin_bswap64(r->prefix);
    return true;
  }
  void SiftDown(size_t i) {
    Reader* const moved = heap_[i];
    for (size_t child; (child = 2 * i + 1) < heap_.size(); i = child) {
      if (child + 1 < heap_.size() && Less(*heap_[child + 1], *heap_[child])) ++child;
      if (!Less(*heap_[child], *moved)) break;
      heap_[i] = heap_[child];
    }
    heap_[i] = moved;
  }

  state::KeyedTable* const table_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::vector<Reader*> heap_;
  std::vector<uint8_t*> read_;  // chunks that have been read to their ends
  Status status_;
};

SortedRuns::SortedRuns(std::vector<graph::SortKey> keys, data::Schema schema, int64_t most_rows)
    : keys_(std::move(keys)),
      schema_(std::move(schema)),
      most_rows_(most_rows),
      owned_(std::make_unique<OwnedBytes>()) {}

SortedRuns::~SortedRuns() = default;

Status SortedRuns::Open(OperatorContext* context, const std::string& name) {
  context_ = context;
  memory_.emplace(context->pool());
  state::KeyedTableOptions options;
  options.key_types = {data::Type::Bigint()};
  options.value_bytes = sizeof(Chunk);
  options.groups = GroupsOf(*context, true);
  options.max_parallelism = context->max_parallelism();
  options.values = kDefinition;
  for (const auto& field : schema_) options.values += " " + field.type.ToString();
  table_.emplace(std::move(options), &*memory_);
  TW_CHECK(table_->layout().value_offset() == static_cast<int32_t>(sizeof(state::RowHeader)) + 16,
           "a row's values stand elsewhere");
  table_->AddOwnedField(owned_.get());
  table_->SetSchema(Schema());
  TW_RETURN_IF_ERROR(context->state()->AddTable(name, &*table_));
  Restore();
  return Status::OK();
}

state::TableSchema SortedRuns::Schema() const {
  state::TableSchema t;
  t.definition = kDefinition;
  t.keys.push_back({"chunk", {}, {}});
  state::FieldSchema f;
  f.identity = "records";
  f.codec = "sorted rows";
  for (const graph::SortKey& k : keys_) {
    f.codec += fmt::format(" {}{}{}", k.column, k.ascending ? " ASC" : " DESC",
                           k.nulls_last ? " NULLS LAST" : "");
  }
  f.codec += " of";
  for (const data::Field& field : schema_) {
    f.codec += " " + field.type.WithNullable(true).ToSummary();
  }
  f.required = "its rows are sorted otherwise, or have other columns";
  f.internal = true;
  f.offset = table_->layout().value_offset();
  f.bytes = sizeof(Chunk);
  f.tails = {
      {state::TailPart::Kind::kString, f.offset + static_cast<int32_t>(offsetof(Chunk, records))}};
  t.fields.push_back(std::move(f));
  return t;
}

void SortedRuns::Restore() {
  struct Restored {
    uint64_t run;
    int64_t number;
    uint8_t* chunk;
  };
  std::vector<Restored> chunks;
  state::KeyedTable::Cursor cursor;
  for (std::vector<uint8_t*> rows;; rows.clear()) {
    table_->NextRows(&cursor, 4096, &rows);
    if (rows.empty()) break;
    for (uint8_t* row : rows) {
      int64_t number;
      std::memcpy(&number, row + table_->layout().key_offset(0), sizeof(number));
      chunks.push_back({Chunk::Of(row)->run, number, row});
    }
  }
  std::sort(chunks.begin(), chunks.end(), [](const Restored& a, const Restored& b) {
    return a.run != b.run ? a.run < b.run : a.number < b.number;
  });
  for (const Restored& c : chunks) {
    if (runs_.empty() || runs_.back().number != c.run) runs_.push_back({c.run, {}});
    runs_.back().chunks.push_back(c.chunk);
    next_run_ = c.run + 1;
    next_chunk_ = std::max(next_chunk_, c.number + 1);
  }
}

Status SortedRuns::Seal(Run* run) {
  if (open_.empty()) return Status::OK();
  chunk_number_->mutable_values<int64_t>()[0] = next_chunk_++;
  const data::Column* column = chunk_number_.get();
  uint64_t hash = data::kEmptyRowHash;
  data::HashColumn(*column, data::Rows::All(1), &hash);
  uint8_t* row;
  table_->FindOrInsert(std::span(&column, 1), data::Rows::All(1), &hash, &row);
  Chunk::Of(row)->run = run->number;
  Chunk::Of(row)->records.Store(open_, table_->SlabOf(row));
  run->chunks.push_back(row);
  open_.clear();
  return memory_->status();
}

Status SortedRuns::AppendRecord(std::string_view key, std::string_view row, Run* run) {
  const size_t bytes = 8 + key.size() + row.size();
  if (open_.size() + bytes > kChunkBytes) TW_RETURN_IF_ERROR(Seal(run));
  state::AppendBytes(key, &open_);
  state::AppendBytes(row, &open_);
  return Status::OK();
}

Status SortedRuns::Add(const Batch& batch, const std::vector<int32_t>& order) {
  Run run{next_run_++, {}};
  std::string key;
  std::string bytes;
  for (const int32_t row : order) {
    key.clear();
    bytes.clear();
    AppendSortKey(keys_, batch, row, &key);
    AppendRowBytes(batch, row, &bytes);
    TW_RETURN_IF_ERROR(AppendRecord(key, bytes, &run));
  }
  TW_RETURN_IF_ERROR(Seal(&run));
  if (!run.chunks.empty()) runs_.push_back(std::move(run));
  return Compact();
}

Status SortedRuns::Compact() {
  size_t small = 0;
  while (small < runs_.size() && runs_[runs_.size() - 1 - small].chunks.size() < kSmallRunChunks) {
    ++small;
  }
  if (small < kMostSmallRuns) return Status::OK();
  const auto first = runs_.end() - static_cast<int64_t>(small);
  Merge merge(&*table_, std::deque<Run>(std::make_move_iterator(first),
                                        std::make_move_iterator(runs_.end())));
  runs_.erase(first, runs_.end());
  Run run{next_run_++, {}};
  for (int64_t rows = 0; !merge.done(); ++rows) {
    if (most_rows_ < 0 || rows < most_rows_) {
      TW_RETURN_IF_ERROR(AppendRecord(merge.key(), merge.row(), &run));
    }
    merge.Pop();
    merge.Forget();
  }
  TW_RETURN_IF_ERROR(Seal(&run));
  runs_.push_back(std::move(run));
  return merge.status();
}

Result<Batch> SortedRuns::Next(int32_t most) {
  if (merge_ == nullptr) {
    merge_ = std::make_unique<Merge>(&*table_, std::move(runs_));
    runs_.clear();
  }
  std::vector<state::ByteReader> rows;
  for (; static_cast<int32_t>(rows.size()) < most && !merge_->done(); merge_->Pop()) {
    rows.emplace_back(merge_->row());
  }
  TW_RETURN_IF_ERROR(merge_->status());
  Batch out;
  out.size = static_cast<int32_t>(rows.size());
  for (const data::Field& field : schema_) {
    TW_ASSIGN_OR_RETURN(auto column, state::DecodeEach(field.type, rows));
    out.columns.push_back(std::move(column));
  }
  merge_->Forget();
  return out;
}

}  // namespace thalweg::operators
