#include "state/state_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "state/keyed_table.h"

namespace thalweg::state {
StateStore::StateStore(std::string owner) : owner_(std::move(owner)) {}
StateStore::~StateStore() = default;

Status StateStore::Restore(std::vector<std::shared_ptr<const StateSegment>> segments, bool extend,
                           std::vector<TableSchema> schemas) {
  schemas_ = std::move(schemas);
  segments_ = std::move(segments);
  extend_ = extend && !segments_.empty();
  for (size_t s = 0; s < segments_.size(); ++s) {
    TW_RETURN_IF_ERROR(VisitBlocks(
        *segments_[s], [&](const BlockHeader& header, std::string_view table, int64_t body) {
          RestoredTable(table)->blocks.push_back({header, s, body});
        }));
  }
  return Status::OK();
}

StateStore::Restored* StateStore::RestoredTable(std::string_view name) {
  for (Restored& r : restored_) {
    if (r.table == name) return &r;
  }
  restored_.push_back({std::string(name), {}, false});
  return &restored_.back();
}

Status StateStore::AddTable(std::string name, KeyedTable* table) {
  for (const Entry& e : tables_) TW_CHECK(e.name != name, "two tables named " + name);
  TW_CHECK(table->num_rows() == 0, "rows before the table was added: " + name);
  table->SetName(name);
  auto restored = Source(table);
  Status loaded = restored.status();
  if (loaded.ok()) {
    (*restored)->claimed = true;
    loaded = Load(**restored, table);
  }
  if (!loaded.ok()) {
    return loaded.WithContext(fmt::format("state \"{}\" of {}", name, owner_));
  }
  table->FinishLoad(extend_);
  tables_.push_back({std::move(name), table});
  return table->memory().status();
}

Result<StateStore::Restored*> StateStore::Source(KeyedTable* table) {
  const TableSchema schema = table->schema();
  for (const TableSchema& stored : schemas_) {
    if (stored.identity != schema.identity) continue;
    if (!CompareSchemas(stored, schema).same_rows) {
      TW_ASSIGN_OR_RETURN(RowConversion conversion, RowConversion::Make(stored, schema));
      converted_ = true;
      table->ConvertFrom(stored, std::move(conversion));
    }
    return RestoredTable(stored.name);
  }
  // A table of that name may be another one now.
  return schemas_.empty() ? RestoredTable(table->name()) : &none_;
}

Status StateStore::Load(const Restored& restored, KeyedTable* table) {
  std::vector<char> body;
  const auto& blocks = restored.blocks;
  for (size_t end = blocks.size(); end > 0;) {  // segment by segment, the newest first
    size_t begin = end - 1;
    while (begin > 0 && blocks[begin - 1].segment == blocks[end - 1].segment) --begin;
    const StateSegment& segment = *segments_[blocks[begin].segment];
    for (size_t b = begin; b < end; ++b) {
      const BlockHeader& h = blocks[b].header;
      if (!table->groups().contains(static_cast<int>(h.key_group))) continue;
      body.resize(std::max(body.size(), static_cast<size_t>(h.body_bytes)));
      TW_RETURN_IF_ERROR(segment.Read(blocks[b].body, h.body_bytes, body.data()));
      const std::string_view bytes(body.data(), h.body_bytes);
      Status loaded = CheckBlockBody(h, bytes);
      if (loaded.ok()) loaded = table->LoadBlock(h, bytes);
      if (!loaded.ok()) {
        return loaded.WithContext(fmt::format("{} at byte {}", segment.name(), blocks[b].body));
      }
      delta_bytes_ += static_cast<int64_t>(h.body_bytes);
      image_bytes_ += static_cast<int64_t>(std::max(h.body_bytes, uint64_t{h.rows} * h.row_bytes));
    }
    end = begin;
  }
  return Status::OK();
}

void StateStore::RemoveTable(const KeyedTable* table) {
  std::erase_if(tables_, [&](const Entry& e) { return e.table == table; });
}

Status StateStore::FinishOpen() {
  if (opened_) return Status::OK();
  opened_ = true;
  for (const Restored& r : restored_) {
    if (r.claimed || !schemas_.empty()) continue;
    return Status::BadData(
        fmt::format("{} does not know the state \"{}\" that is to be restored", owner_, r.table));
  }
  if (image_bytes_ > 0) {
    packing_ = static_cast<double>(delta_bytes_) / static_cast<double>(image_bytes_);
  }
  delta_bytes_ = std::max<int64_t>(0, delta_bytes_ - BytesOfABase());
  needs_base_ = !extend_;
  segments_.clear();
  restored_.clear();
  schemas_.clear();
  return Status::OK();
}

void StateStore::BeginSnapshot(bool full) {
  TW_CHECK(!running_, "a second snapshot at a time");
  running_ = true;
  done_ = false;
  is_base_ = full || needs_base_ || delta_bytes_ > BytesOfABase();
  written_ = 0;
  live_at_begin_ = live_bytes();
  next_table_ = 0;
  for (const Entry& e : tables_) e.table->BeginSnapshot(is_base_);
}

Status StateStore::ContinueSnapshot(int64_t budget_bytes, std::string* out, bool* done) {
  TW_CHECK(running_, "no snapshot is running");
  const size_t before = out->size();
  int64_t budget = budget_bytes;
  // What has been copied ahead of the walk goes first, so that it does not pile up.
  for (size_t i = next_table_ + 1; i < tables_.size(); ++i) {
    tables_[i].table->TakeAhead(&budget, out);
  }
  while (next_table_ < tables_.size() &&
         tables_[next_table_].table->ContinueSnapshot(&budget, out)) {
    ++next_table_;
  }
  done_ = next_table_ == tables_.size();
  *done = done_;
  written_ += static_cast<int64_t>(out->size() - before);
  return Status::OK();
}

void StateStore::FinishSnapshot() {
  TW_CHECK(running_ && done_, "a snapshot that is not written cannot be durable");
  for (const Entry& e : tables_) e.table->EndSnapshot(true);
  running_ = false;
  if (is_base_) {
    needs_base_ = false;
    delta_bytes_ = 0;
    if (live_at_begin_ > 0) {
      packing_ = std::min(1.0, static_cast<double>(written_) / static_cast<double>(live_at_begin_));
    }
  } else {
    delta_bytes_ += written_;
  }
}

void StateStore::AbortSnapshot() {
  TW_CHECK(running_, "no snapshot is running");
  for (const Entry& e : tables_) e.table->EndSnapshot(false);
  running_ = false;
}

size_t StateStore::ahead_bytes() const {
  size_t bytes = 0;
  for (const Entry& e : tables_) bytes += e.table->ahead_bytes();
  return bytes;
}

std::vector<StateStore::TableInfo> StateStore::Tables() const {
  std::vector<TableInfo> out;
  for (const Entry& e : tables_)
    out.push_back({e.name, e.table->num_rows(), e.table->live_bytes()});
  return out;
}

std::vector<TableSchema> StateStore::Schemas() const {
  std::vector<TableSchema> out;
  for (const Entry& e : tables_) out.push_back(e.table->schema());
  return out;
}

int64_t StateStore::BytesOfABase() const {
  return static_cast<int64_t>(packing_ * static_cast<double>(live_bytes()));
}

int64_t StateStore::live_bytes() const {
  int64_t bytes = 0;
  for (const Entry& e : tables_) bytes += e.table->live_bytes();
  return bytes;
}

}  // namespace thalweg::state
