// StateStore: the keyed tables of one subtask, their incremental snapshots and their restore.
//
// Owned by the subtask; operators reach it through OperatorContext::state() and add their tables
// in Open. Not thread-safe: called by the subtask's worker, between steps. In this order:
//
//   Restore?  AddTable*  FinishOpen  ( steps | BeginSnapshot ContinueSnapshot* (Finish | Abort) )*
//
// A snapshot holds the tables as they stand at BeginSnapshot, which takes microseconds whatever
// their size: it only swaps the dirty bitmaps. The rows are written by ContinueSnapshot, a piece at
// a time, while steps go on; a row that a step is about to change before it has been written is
// copied first. One snapshot at a time.
//
// A snapshot is a base (all rows) or a delta (rows changed and freed since the snapshot before).
// To restore: the newest base and all deltas after it, in order. The store decides by itself:
// the first snapshot of a fresh store is a base, and so is one when the deltas since the last base
// have outgrown the state; an aborted snapshot's rows are in the next one. Without any snapshot
// nothing is tracked, and writers pay one predictable branch a batch.
//
// Bytes are blocks of one table and key group each (state/snapshot/state_block.h); they can be cut
// into files anywhere between two calls of ContinueSnapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "state/snapshot/state_block.h"
#include "state/state_segment.h"
#include "state/table_schema.h"

namespace thalweg::state {

class KeyedTable;

class StateStore {
 public:
  /// `owner`: the operator's name, for errors.
  explicit StateStore(std::string owner);
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  /// Before the first AddTable: a base and the deltas after it, oldest first; with several old
  /// subtasks the segments of all whose key groups overlap ours, each subtask's in their order.
  /// Foreign key groups are skipped. `extend`: the next snapshot is a delta upon these segments
  /// (they must then be kept and listed before it), else it is a base. Reads the blocks' headers;
  /// kBadData names the segment and the place. `schemas`: of the tables in the segments, where they
  /// are known: then a table is found by its identity, rows of another layout are converted if that
  /// is possible, and tables that nobody adds are dropped.
  Status Restore(std::vector<std::shared_ptr<const StateSegment>> segments, bool extend = false,
                 std::vector<TableSchema> schemas = {});
  /// Not owned; stays until the store's end or RemoveTable; the name is unique in the store and
  /// stable across restarts. Loads what Restore holds for the table's key groups at once. kBadData:
  /// damaged bytes, or rows of another layout (the aggregates have changed).
  Status AddTable(std::string name, KeyedTable* table);
  /// For an owner that dies before the store.
  void RemoveTable(const KeyedTable* table);
  /// After Open (again: nothing): kBadData if restored rows belong to a table that nobody has
  /// added. Forgets the segments.
  Status FinishOpen();

  /// At the aligned barrier. `full`: a base in any case (savepoints).
  void BeginSnapshot(bool full);
  /// Appends about `budget_bytes` to `out`; at most a block (64 KiB, or one larger row) more.
  Status ContinueSnapshot(int64_t budget_bytes, std::string* out, bool* done);
  /// The snapshot is durable: the next delta starts from it. After done.
  void FinishSnapshot();
  /// It will never be, or it is no part of the chain (a savepoint): whatever it held is dirty again
  /// for the next snapshot. At any time after BeginSnapshot.
  void AbortSnapshot();

  /// Since Restore: rows of another layout have been converted.
  bool converted() const { return converted_; }
  bool snapshot_running() const { return running_; }
  /// Of the running snapshot, from BeginSnapshot on.
  bool snapshot_is_base() const { return is_base_; }
  int64_t snapshot_bytes() const { return written_; }
  /// Copied by steps and not yet taken by ContinueSnapshot.
  size_t ahead_bytes() const;

  struct TableInfo {
    std::string name;
    int64_t rows;
    int64_t bytes;
  };
  std::vector<TableInfo> Tables() const;
  /// What the tables' rows mean; the same from the operator's Open on.
  std::vector<TableSchema> Schemas() const;
  /// Rows and the strings beside them, without free room.
  int64_t live_bytes() const;

 private:
  struct Block {
    BlockHeader header;
    size_t segment;
    int64_t body;  // offset
  };
  struct Entry {
    std::string name;
    KeyedTable* table;
  };
  struct Restored {
    std::string table;
    std::vector<Block> blocks;  // oldest first
    bool claimed = false;
  };

  int64_t BytesOfABase() const;
  Restored* RestoredTable(std::string_view name);
  Status Load(const Restored& restored, KeyedTable* table);
  /// The restored blocks of a table; prepares it for their layout.
  Result<Restored*> Source(KeyedTable* table);

  const std::string owner_;
  std::vector<Entry> tables_;
  std::vector<std::shared_ptr<const StateSegment>> segments_;
  std::vector<Restored> restored_;
  std::vector<TableSchema> schemas_;  // of restored_, if known
  Restored none_;                     // of a table that has no blocks
  bool opened_ = false;
  bool converted_ = false;
  bool running_ = false;
  bool done_ = false;
  bool is_base_ = false;
  bool needs_base_ = true;
  bool extend_ = false;
  size_t next_table_ = 0;
  int64_t written_ = 0;
  int64_t live_at_begin_ = 0;  // of the running snapshot
  int64_t delta_bytes_ = 0;    // since the last base
  int64_t image_bytes_ = 0;    // of the restored rows before they were packed, at least
  /// Bytes that a base takes per live byte: rows are packed.
  double packing_ = 1;
};

}  // namespace thalweg::state
