#include "operators/aggregate/group_table.h"

namespace thalweg::operators {
using state::HeaderOf;
using state::RowHeader;

namespace {
state::KeyedTableOptions TableOptions(const GroupTableOptions& o, int32_t aggregate_bytes) {
  state::KeyedTableOptions t;
  t.key_types = o.key_types;
  t.value_bytes =
      (o.counts_records ? 8 : 0) + (o.has_ttl ? 8 : 0) + o.extra_bytes + aggregate_bytes;
  t.groups = o.groups;
  t.max_parallelism = o.max_parallelism;
  return t;
}
}  // namespace

Result<std::unique_ptr<GroupTable>> GroupTable::Make(GroupTableOptions o, MemoryPool* pool) {
  AccumulatorOptions a;
  auto memory = std::make_unique<state::StateMemory>(pool);
  a.memory = memory.get();
  a.groups = o.groups;
  a.max_parallelism = o.max_parallelism;
  a.retracts = o.counts_records;
  a.streaming = o.streaming;
  TW_ASSIGN_OR_RETURN(auto set, AggregateSet::Make(std::move(o.aggregates), a));
  return std::unique_ptr<GroupTable>(
      new GroupTable(std::move(o), pool, std::move(set), std::move(memory)));
}

GroupTable::GroupTable(GroupTableOptions o, MemoryPool*, std::unique_ptr<AggregateSet> aggregates,
                       std::unique_ptr<state::StateMemory> memory)
    : counts_records_(o.counts_records),
      has_ttl_(o.has_ttl),
      groups_(o.groups),
      memory_holder_(std::move(memory)),
      memory_(*memory_holder_),
      aggregates_(std::move(aggregates)),
      table_(TableOptions(o, aggregates_->bytes()), &memory_) {
  const int32_t before = (counts_records_ ? 8 : 0) + (has_ttl_ ? 8 : 0) + o.extra_bytes;
  aggregates_->Place(table_.layout().value_offset() + before, &table_);
}

void GroupTable::Find(const data::Batch& batch, std::span<const int> keys, const data::Rows& rows,
                      std::vector<uint8_t*>* states) {
  hashes_.resize(static_cast<size_t>(rows.count()));
  data::HashRows(batch, keys, rows, hashes_.data());
  std::vector<const data::Column*> columns;
  for (const int key : keys) columns.push_back(batch.columns[static_cast<size_t>(key)].get());
  Find(columns, rows, hashes_.data(), states);
}

void GroupTable::Find(std::span<const data::Column* const> keys, const data::Rows& rows,
                      const uint64_t* hashes, std::vector<uint8_t*>* states) {
  states->resize(static_cast<size_t>(rows.count()));
  table_.FindOrInsert(keys, rows, hashes, states->data());
}

void GroupTable::Touch(const data::Rows& rows, const std::vector<uint8_t*>& states) {
  touched_.clear();
  if (++stamp_ == 0) stamp_ = RowHeader::kFirstStamp;
  for (size_t k = 0; k < states.size(); ++k) {
    RowHeader* h = HeaderOf(states[k]);
    if (h->stamp == stamp_) continue;
    const bool fresh = h->stamp == RowHeader::kNew;
    h->stamp = stamp_;
    h->group = static_cast<uint32_t>(touched_.size());
    touched_.push_back({states[k], rows[static_cast<int32_t>(k)], fresh});
  }
}

void GroupTable::Snapshot(const std::string& name, OperatorState* out) const {
  for (int g = groups_.first; g < groups_.end; ++g) {
    StateEntry entry{name, g, {}};
    table_.AppendGroup(g, &entry.bytes);
    if (!entry.bytes.empty()) out->push_back(std::move(entry));
  }
}

Status GroupTable::Restore(const std::string& name, const OperatorState& restored,
                           const state::KeyedTable::OnDuplicate& on_duplicate) {
  for (const StateEntry& e : restored) {
    if (e.name == name) TW_RETURN_IF_ERROR(table_.LoadGroup(e.bytes, on_duplicate));
  }
  return Status::OK();
}

}  // namespace thalweg::operators
