#include "operators/aggregate/group_table.h"

#include "operators/aggregate/stored_calls.h"

namespace thalweg::operators {
using state::HeaderOf;
using state::RowHeader;

namespace {
state::KeyedTableOptions TableOptions(const GroupTableOptions& o, const AggregateSet& aggregates) {
  state::KeyedTableOptions t;
  t.key_types = o.key_types;
  t.value_bytes =
      (o.counts_records ? 8 : 0) + (o.has_ttl ? 8 : 0) + o.extra_bytes + aggregates.bytes();
  t.groups = o.groups;
  t.max_parallelism = o.max_parallelism;
  t.values = (o.counts_records ? "count, " : "") + std::string(o.has_ttl ? "access, " : "") +
             aggregates.Describe();
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
  TW_ASSIGN_OR_RETURN(auto set, AggregateSet::Make(std::move(o.aggregates), a));
  return std::unique_ptr<GroupTable>(
      new GroupTable(std::move(o), pool, std::move(set), std::move(memory)));
}

GroupTable::GroupTable(GroupTableOptions o, MemoryPool*, std::unique_ptr<AggregateSet> aggregates,
                       std::unique_ptr<state::StateMemory> memory)
    : counts_records_(o.counts_records),
      has_ttl_(o.has_ttl),
      schema_(std::move(o.schema)),
      memory_holder_(std::move(memory)),
      memory_(*memory_holder_),
      aggregates_(std::move(aggregates)),
      table_(TableOptions(o, *aggregates_), &memory_) {
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

state::TableSchema GroupTable::Schema() const {
  state::TableSchema t = schema_;
  t.keys.resize(static_cast<size_t>(table_.layout().num_keys()));
  const int32_t values = table_.layout().value_offset();
  const int32_t extra = values + (counts_records_ ? 8 : 0) + (has_ttl_ ? 8 : 0);
  for (state::FieldSchema& f : t.fields) f.offset += extra;
  if (t.live_offset >= 0) t.live_offset += extra;
  if (counts_records_) {
    state::FieldSchema f;
    f.identity = f.name = "record_count";
    f.codec = "COUNT()";
    f.type = data::Type::Bigint().WithNullable(false);
    f.internal = true;
    f.offset = values;
    f.bytes = 8;
    f.same_as = "COUNT(*)";
    f.required = "its input takes rows back now, so it must know how many rows each group has";
    t.fields.push_back(std::move(f));
  }
  if (has_ttl_) {
    state::FieldSchema f;
    f.identity = f.name = "last_access";
    f.codec = "time";
    f.type = data::Type::TimestampLtz(3).WithNullable(false);
    f.internal = true;
    f.offset = values + (counts_records_ ? 8 : 0);
    f.bytes = 8;
    t.fields.push_back(std::move(f));
  }
  StoredAggregates stored{aggregates_->calls(), counts_records_, aggregates_->offset()};
  t.definition = stored.Encode();
  for (state::FieldSchema& f : aggregates_->Fields()) t.fields.push_back(std::move(f));
  return t;
}

Status GroupTable::AddTo(const std::string& name, state::StateStore* store) {
  table_.SetSchema(Schema());
  TW_RETURN_IF_ERROR(store->AddTable(name, &table_));
  return aggregates_->AddTables(name, store);
}

data::KeyGroupRange GroupsOf(const OperatorContext& context, bool singleton) {
  const int all = context.max_parallelism();
  if (singleton) return {0, context.subtask() == 0 ? all : 0};
  return data::KeyGroupsOf(context.subtask(), context.parallelism(), all);
}

}  // namespace thalweg::operators
