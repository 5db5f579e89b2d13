#include "savepoint/savepoint_connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/byte_coding.h"
#include "base/memory.h"
#include "connectors/option_reader.h"
#include "runtime/checkpoint_storage.h"
#include "savepoint/entry_reader.h"
#include "savepoint/stored_state_catalog.h"
#include "state/stored_table.h"

namespace thalweg::savepoint {
namespace {
using connectors::ConnectorContext;
using connectors::ConnectorTable;
using connectors::MetadataColumn;
using connectors::OptionReader;
using connectors::ReaderContext;
using connectors::ScanSpec;
using connectors::Split;
using connectors::SplitReader;
using data::Column;
using data::ColumnPtr;
using data::Type;
using operators::StoredRows;

constexpr int kMostSplits = 16;
constexpr int32_t kBatchBytes = 4 << 20;

/// What the table is about, looked up once.
struct Wanted {
  FileSystem* fs = nullptr;
  std::string operator_name;
  std::string table;
  data::Schema physical;
  std::vector<std::string> sources;  // of the physical columns: names in the state
  bool entries = false;

  /// The names in the state of some of the physical columns.
  std::vector<std::string> SourcesOf(const data::Schema& columns) const {
    std::vector<std::string> out;
    for (const data::Field& f : columns) {
      const auto at = std::ranges::find(physical, f.name, &data::Field::name);
      TW_CHECK(at != physical.end(), f.name);
      out.push_back(sources[static_cast<size_t>(at - physical.begin())]);
    }
    return out;
  }
};

/// A part of a ROW, if only some of its fields are read.
ColumnPtr Prune(const ColumnPtr& column, const Type& type) {
  if (type.root() != data::TypeRoot::kRow || column->type().EqualsIgnoringNullability(type)) {
    return column;
  }
  const ColumnPtr flat = data::Flatten(column);
  std::vector<ColumnPtr> children;
  for (const data::Field& f : type.fields()) {
    const auto& all = flat->type().fields();
    const auto at = std::ranges::find(all, f.name, &data::Field::name);
    TW_CHECK(at != all.end(), f.name);
    children.push_back(Prune(flat->children()[static_cast<size_t>(at - all.begin())], f.type));
  }
  auto out = Column::MakeRow(type, flat->size(), std::move(children));
  for (int32_t i = 0; i < flat->size(); ++i) {
    if (flat->IsNull(i)) out->SetNull(i);
  }
  return out;
}

/// One table of one manifest, open.
class OpenTable {
 public:
  static Result<std::shared_ptr<const OpenTable>> Open(const Wanted& wanted,
                                                       const std::string& path) {
    auto open = std::make_shared<OpenTable>();
    TW_ASSIGN_OR_RETURN(const StoredStateCatalog catalog,
                        StoredStateCatalog::Load(wanted.fs, path));
    TW_ASSIGN_OR_RETURN(const runtime::NodeSnapshot* node,
                        catalog.FindOperator(wanted.operator_name, true));
    TW_ASSIGN_OR_RETURN(const state::TableSchema* schema, catalog.FindTable(*node, wanted.table));
    std::vector<const runtime::StateSegment*> named;
    for (const runtime::StateSegment& s : node->segments) named.push_back(&s);
    std::ranges::stable_sort(named, {}, &runtime::StateSegment::epoch);
    std::vector<std::shared_ptr<const state::StateSegment>> segments;
    for (const runtime::StateSegment* s : named) {
      // Small ones stand in the manifest, which goes.
      if (s->file.empty()) open->small_.push_back(std::make_unique<runtime::StateSegment>(*s));
      TW_ASSIGN_OR_RETURN(auto segment,
                          runtime::OpenSegment(wanted.fs, catalog.folder(),
                                               s->file.empty() ? *open->small_.back() : *s));
      segments.push_back(std::move(segment));
    }
    TW_ASSIGN_OR_RETURN(open->table_, state::StoredTable::Open(std::move(segments), *schema));
    return {std::move(open)};
  }
  const std::shared_ptr<const state::StoredTable>& table() const { return table_; }

 private:
  std::vector<std::unique_ptr<runtime::StateSegment>> small_;
  std::shared_ptr<const state::StoredTable> table_;
};

struct RangeSplit {
  std::string path;  // of the manifest
  data::KeyGroupRange groups{0, 0};

  std::string Encode() const {
    std::string out;
    PutString(path, &out);
    PutSigned(groups.first, &out);
    PutSigned(groups.end, &out);
    return out;
  }
  static Result<RangeSplit> Decode(std::string_view payload) {
    RangeSplit s;
    int64_t first = 0, end = 0;
    ByteReader in(payload);
    if (!in.GetString(&s.path) || !in.GetSigned(&first) || !in.GetSigned(&end)) {
      return Status::Internal("damaged split of a savepoint");
    }
    s.groups = {static_cast<int>(first), static_cast<int>(end)};
    return s;
  }
};

class RowReader final : public SplitReader {
 public:
  RowReader(std::string name, std::shared_ptr<const OpenTable> open, data::KeyGroupRange groups,
            const Wanted& wanted, const ScanSpec& spec, int32_t batch_rows)
      : name_(std::move(name)),
        open_(std::move(open)),
        spec_(spec),
        reader_(open_->table(), groups) {
    const int32_t row_bytes = std::max(1, open_->table()->schema().row_bytes);
    batch_rows_ = std::max(1, std::min(batch_rows, kBatchBytes / row_bytes));
    sources_ = wanted.SourcesOf(spec_.columns);
  }

  Status Open(std::string_view position) {
    TW_ASSIGN_OR_RETURN(rows_, StoredRows::Make(open_->table()->schema(), MemoryPool::Current()));
    if (position.empty()) return Status::OK();
    ByteReader in(position);
    state::StoredRowPosition p;
    int64_t group = 0;
    if (!in.GetSigned(&group) || !in.GetVarint(&p.block) || !in.GetVarint(&p.row)) {
      return Status::Internal("damaged position in a savepoint");
    }
    p.group = static_cast<int>(group);
    return reader_.Seek(p);
  }

  const std::string& name() const override { return name_; }
  std::string position() const override {
    std::string out;
    PutSigned(reader_.position().group, &out);
    PutVarint(reader_.position().block, &out);
    PutVarint(reader_.position().row, &out);
    return out;
  }

  Result<State> Next(data::Batch* batch) override {
    state::StoredRowBatch stored(open_->table()->schema(), MemoryPool::Current());
    int group = 0;
    TW_ASSIGN_OR_RETURN(const bool any, reader_.Next(batch_rows_, &group, &stored));
    if (!any) return State::kEnd;
    *batch = {};
    batch->size = stored.size();
    for (size_t i = 0; i < sources_.size(); ++i) {
      TW_ASSIGN_OR_RETURN(
          const ColumnPtr column,
          rows_->Column(rows_->Find(sources_[i]), stored.rows(), stored.size(), group));
      batch->columns.push_back(Prune(column, spec_.columns[i].type));
    }
    for (const std::string& key : spec_.metadata_keys) {
      batch->columns.push_back(Metadata(key, stored, group));
    }
    return State::kBatch;
  }

 private:
  static ColumnPtr Metadata(const std::string& key, const state::StoredRowBatch& stored,
                            int group) {
    const bool id = key == "row_id";
    auto out = Column::Make((id ? Type::Bigint() : Type::Int()).WithNullable(false), stored.size());
    for (int32_t k = 0; k < stored.size(); ++k) {
      if (id) {
        out->mutable_values<int64_t>()[k] =
            int64_t{group} << 32 | state::HeaderOf(stored.rows()[k])->place();
      } else {
        out->mutable_values<int32_t>()[k] = group;
      }
    }
    return out;
  }

  const std::string name_;
  const std::shared_ptr<const OpenTable> open_;
  const ScanSpec spec_;
  std::vector<std::string> sources_;
  state::StoredRowReader reader_;
  std::unique_ptr<StoredRows> rows_;
  int32_t batch_rows_;
};

class SavepointEnumerator final : public connectors::Enumerator {
 public:
  explicit SavepointEnumerator(std::vector<Split> splits) : splits_(std::move(splits)) {}
  Result<std::vector<Split>> Discover() override {
    if (done_) return std::vector<Split>();
    done_ = true;
    return splits_;
  }
  std::string Snapshot() const override { return done_ ? "1" : "0"; }
  Status Restore(const std::string& snapshot) override {
    done_ = snapshot == "1";
    return Status::OK();
  }

 private:
  const std::vector<Split> splits_;
  bool done_ = false;
};

class SavepointSource final : public connectors::TableSource {
 public:
  SavepointSource(Wanted wanted, std::string path, int key_groups)
      : wanted_(std::move(wanted)), path_(std::move(path)), key_groups_(key_groups) {}

  bool bounded() const override { return true; }
  std::vector<MetadataColumn> metadata() const override {
    if (wanted_.entries) return {};
    return {{"key_group", Type::Int().WithNullable(false)},
            {"row_id", Type::Bigint().WithNullable(false)}};
  }

  Result<std::unique_ptr<connectors::Enumerator>> MakeEnumerator() override {
    std::vector<Split> splits;
    const int n = wanted_.entries ? 1 : std::min(kMostSplits, key_groups_);
    for (int i = 0; i < n; ++i) {
      const RangeSplit range{path_, {key_groups_ * i / n, key_groups_ * (i + 1) / n}};
      splits.push_back(
          {fmt::format("key groups {} to {}", range.groups.first, range.groups.end - 1),
           range.Encode(), ""});
    }
    return {std::make_unique<SavepointEnumerator>(std::move(splits))};
  }

  Result<std::unique_ptr<SplitReader>> MakeReader(const Split& split, const ScanSpec& spec,
                                                  const ReaderContext& context) override {
    TW_ASSIGN_OR_RETURN(const RangeSplit range, RangeSplit::Decode(split.payload));
    if (wanted_.entries) {
      TW_ASSIGN_OR_RETURN(const StoredStateCatalog catalog,
                          StoredStateCatalog::Load(wanted_.fs, range.path));
      TW_ASSIGN_OR_RETURN(const runtime::NodeSnapshot* node,
                          catalog.FindOperator(wanted_.operator_name, false));
      return {MakeEntryReader(node->entries, wanted_.SourcesOf(spec.columns), spec.columns,
                              !split.position.empty())};
    }
    TW_ASSIGN_OR_RETURN(auto open, Open(range.path));
    auto reader =
        std::make_unique<RowReader>(fmt::format("{}, {}", range.path, split.id), std::move(open),
                                    range.groups, wanted_, spec, context.batch_rows);
    TW_RETURN_IF_ERROR(reader->Open(split.position));
    return {std::move(reader)};
  }

 private:
  // The blocks' headers are read once for all splits.
  Result<std::shared_ptr<const OpenTable>> Open(const std::string& path) {
    std::lock_guard lock(mutex_);
    if (open_ == nullptr || open_path_ != path) {
      TW_ASSIGN_OR_RETURN(open_, OpenTable::Open(wanted_, path));
      open_path_ = path;
    }
    return open_;
  }

  const Wanted wanted_;
  const std::string path_;
  const int key_groups_;
  std::mutex mutex_;
  std::shared_ptr<const OpenTable> open_;
  std::string open_path_;
};

std::string FirstOf(const OptionReader& options, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const auto value = options.Get(name)) return *value;
  }
  return "";
}

/// fields.<column>.state-name: the column's name in the state.
Result<std::string> SourceOf(const ConnectorTable& table, const OptionReader& options,
                             const std::string& column) {
  return options.String("fields." + column + ".state-name", column);
}

Status CheckFieldOptions(const ConnectorTable& table, const OptionReader& options) {
  for (const auto& [name, value] : table.options) {
    if (!name.starts_with("fields.")) continue;
    const bool known = std::ranges::any_of(table.physical, [&](const data::Field& f) {
      return name == "fields." + f.name + ".state-name";
    });
    if (known) continue;
    for (const std::string_view suffix : {".state-type", ".map-key-format", ".value-format"}) {
      if (name.ends_with(suffix)) {
        return options.NotSupported(name, "the checkpoint knows the types of its state itself");
      }
    }
    return options.Error(name, "fields.<column>.state-name is for a column of the table");
  }
  return Status::OK();
}

Status CheckColumn(const std::string& table, const data::Field& column, const std::string& source,
                   const StoredRows& rows) {
  const auto context = [&](std::string_view what) {
    return Status::InvalidSql(fmt::format("table '{}': column '{}': {} (available: {})", table,
                                          column.name, what, ColumnList(rows.columns())));
  };
  const int at = rows.Find(source);
  if (at == -2) return context(fmt::format("the state has several columns '{}'", source));
  if (at < 0) return context(fmt::format("the state has no column '{}'", source));
  const StoredRows::ColumnInfo& info = rows.columns()[static_cast<size_t>(at)];
  if (!info.missing.empty()) {
    return Status::NotSupported(
        fmt::format("table '{}': column '{}': {}; see 'table'", table, column.name, info.missing));
  }
  if (!info.type.EqualsIgnoringNullability(column.type)) {
    return context(fmt::format("is declared as {}, and is {} in the state", column.type.ToSummary(),
                               info.type.ToSummary()));
  }
  if (info.type.nullable() && !column.type.nullable()) {
    return context("is declared as NOT NULL, and may be NULL in the state");
  }
  return Status::OK();
}

Result<std::string> LocalPath(const OptionReader& options, std::string path) {
  if (path.empty())
    return options.Error("path",
                         "is required: a savepoint, a checkpoint, or a "
                         "job's checkpoint folder");
  const size_t colon = path.find(":/");
  if (colon == std::string::npos || colon == 0) return path;
  if (!path.starts_with("file:")) return options.NotSupported("path", "only local folders");
  path.erase(0, 5);
  if (path.starts_with("//")) path.erase(0, 2);
  return path;
}

Result<std::unique_ptr<connectors::TableSource>> MakeSavepointSource(
    const ConnectorTable& table, const ConnectorContext& context) {
  const OptionReader options(table);
  TW_RETURN_IF_ERROR(CheckFieldOptions(table, options));
  TW_ASSIGN_OR_RETURN(std::string path,
                      LocalPath(options, FirstOf(options, {"path", "state.path"})));
  if (!path.starts_with('/') && !context.base_directory.empty()) {
    path = JoinPath(context.base_directory, path);
  }
  Wanted wanted;
  wanted.fs = context.file_system;
  wanted.operator_name =
      FirstOf(options, {"operator", "operator.uid", "operator.uid.hash", "operator.name"});
  wanted.table = options.String("table", "");
  wanted.entries = wanted.table == kEntries;
  wanted.physical = table.physical;
  const auto about = [&](const Status& s) { return s.WithContext("table '" + table.name + "'"); };
  auto catalog = StoredStateCatalog::Load(wanted.fs, path);
  if (!catalog.ok()) return about(catalog.status());
  auto node = catalog->FindOperator(wanted.operator_name, !wanted.entries);
  if (!node.ok()) return about(node.status());
  wanted.operator_name = (*node)->uid;
  std::unique_ptr<StoredRows> rows;
  if (!wanted.entries) {
    auto schema = catalog->FindTable(**node, wanted.table);
    if (!schema.ok()) return about(schema.status());
    wanted.table = (*schema)->name;
    auto made = StoredRows::Make(**schema, MemoryPool::Current());
    if (!made.ok()) return about(made.status());
    rows = std::move(*made);
  }
  for (const data::Field& column : table.physical) {
    TW_ASSIGN_OR_RETURN(std::string source, SourceOf(table, options, column.name));
    if (wanted.entries) {
      const auto at = std::ranges::find(EntryColumns(), source, &data::Field::name);
      if (at == EntryColumns().end() || !at->type.EqualsIgnoringNullability(column.type)) {
        return Status::InvalidSql(fmt::format(
            "table '{}': column '{}': entries have the columns name STRING, key_group INT, bytes "
            "BYTES, text STRING",
            table.name, column.name));
      }
    } else {
      TW_RETURN_IF_ERROR(CheckColumn(table.name, column, source, *rows));
    }
    wanted.sources.push_back(std::move(source));
  }
  return {std::make_unique<SavepointSource>(std::move(wanted), catalog->path(),
                                            catalog->manifest().max_parallelism)};
}

constexpr formats::OptionDoc kOptions[] = {
    {"path", "", "A savepoint's folder, a checkpoint, or a job's checkpoint folder (its newest)."},
    {"state.path", "", "The same."},
    {"operator", "", "The operator's name or uid, or a part that fits it alone."},
    {"operator.uid", "", "The same."},
    {"operator.uid.hash", "", "The same."},
    {"operator.name", "", "The same."},
    {"table", "", "Which of the operator's tables; 'entries': its small state."},
    {"fields.*", "", "fields.<column>.state-name: the column's name in the state."},
};

constexpr formats::OptionDoc kRefused[] = {
    {"state.backend.type", "", "the files say themselves what they are; leave it out"},
};

}  // namespace

const connectors::Connector kSavepointConnector = {.identifier = "savepoint",
                                                   .options = kOptions,
                                                   .refused = kRefused,
                                                   .make_source = &MakeSavepointSource};

}  // namespace thalweg::savepoint
