// GroupTable: the groups of an aggregating operator: key lookup, the record counter, the
// aggregates' states, and which groups the current batch has touched.
//
// A group's values: | record count, if counted | last access, if TTL | aggregates |
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "operators/aggregate/aggregate_set.h"
#include "operators/operator.h"
#include "state/keyed_table.h"
#include "state/table_schema.h"

namespace thalweg::operators {

struct GroupTableOptions {
  std::vector<data::Type> key_types;
  std::vector<expr::AggregateCall> aggregates;
  bool counts_records = false;  ///< input retracts
  bool has_ttl = false;
  /// Fixed-width part of the caller's own before the aggregates.
  int32_t extra_bytes = 0;
  data::KeyGroupRange groups{0, 1};
  int max_parallelism = 1;
  /// What snapshots say of the table: names of the keys and, with offsets within the caller's own
  /// part, its fields and live_offset.
  state::TableSchema schema;
};

/// The key groups of a subtask; a singleton's are all on subtask 0.
data::KeyGroupRange GroupsOf(const OperatorContext& context, bool singleton);

class GroupTable {
 public:
  static Result<std::unique_ptr<GroupTable>> Make(GroupTableOptions options, MemoryPool* pool);

  /// A group that the current batch has touched.
  struct Touched {
    uint8_t* row;
    int32_t first_row;  // of the batch
    bool fresh;         // made by this batch
  };

  /// states[k] = the group of rows[k] of `batch` by the columns `keys`.
  void Find(const data::Batch& batch, std::span<const int> keys, const data::Rows& rows,
            std::vector<uint8_t*>* states);
  /// The same with hashes of the caller's.
  void Find(std::span<const data::Column* const> keys, const data::Rows& rows,
            const uint64_t* hashes, std::vector<uint8_t*>* states);
  /// Starts a new set of touched groups: the groups of states[k], each once, in order of first
  /// appearance; header.group is the index into touched().
  void Touch(const data::Rows& rows, const std::vector<uint8_t*>& states);
  std::vector<Touched>& touched() { return touched_; }

  int64_t* RecordCount(uint8_t* row) { return Int64At(row, 0); }
  int64_t* LastAccess(uint8_t* row) { return Int64At(row, counts_records_ ? 8 : 0); }
  uint8_t* Extra(uint8_t* row) {
    return table_.ValuesOf(row) + (counts_records_ ? 8 : 0) + (has_ttl_ ? 8 : 0);
  }

  AggregateSet& aggregates() { return *aggregates_; }
  state::KeyedTable& table() { return table_; }
  /// For what the operator keeps beside the groups.
  state::StateMemory& memory() { return memory_; }
  const Status& memory_status() const { return memory_.status(); }

  /// Adds the groups (as `name`) and what the aggregates keep beside them to the operator's store,
  /// which loads what it has of them.
  Status AddTo(const std::string& name, state::StateStore* store);

 private:
  GroupTable(GroupTableOptions options, MemoryPool* pool, std::unique_ptr<AggregateSet> aggregates,
             std::unique_ptr<state::StateMemory> memory);
  state::TableSchema Schema() const;
  int64_t* Int64At(uint8_t* row, int32_t offset) {
    return reinterpret_cast<int64_t*>(table_.ValuesOf(row) + offset);
  }

  const bool counts_records_;
  const bool has_ttl_;
  state::TableSchema schema_;
  std::unique_ptr<state::StateMemory> memory_holder_;
  state::StateMemory& memory_;
  std::unique_ptr<AggregateSet> aggregates_;  // before the table, which is destroyed first
  state::KeyedTable table_;
  std::vector<uint64_t> hashes_;
  std::vector<Touched> touched_;
  uint32_t stamp_ = state::RowHeader::kFirstStamp - 1;
};

}  // namespace thalweg::operators
