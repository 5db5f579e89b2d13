// StoredTable: the rows of one keyed table in a snapshot, read without loading it: block by block,
// the newest segment first, so that of a row that several segments hold the newest image counts.
// What is remembered is a bit per row of one key group at a time.
//
// A StoredTable is immutable and shared by readers; a StoredRowReader is one thread's.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/hash.h"
#include "state/row_layout.h"
#include "state/snapshot/state_block.h"
#include "state/state_memory.h"
#include "state/state_segment.h"
#include "state/table_schema.h"

namespace thalweg::state {

class StoredTable {
 public:
  /// Reads the blocks' headers. `segments` oldest first; kBadData names the segment and the place.
  static Result<std::shared_ptr<const StoredTable>> Open(
      std::vector<std::shared_ptr<const StateSegment>> segments, TableSchema schema);

  const TableSchema& schema() const { return schema_; }

 private:
  friend class StoredRowReader;
  struct Block {
    BlockHeader header;
    size_t segment;
    int64_t body;  // offset
  };

  std::vector<std::shared_ptr<const StateSegment>> segments_;
  TableSchema schema_;
  std::map<int, std::vector<Block>> blocks_;  // by key group, newest segment first
};

/// Rows in memory as the table's owner had them: strings and lists are in their slab.
class StoredRowBatch {
 public:
  StoredRowBatch(const TableSchema& schema, MemoryPool* pool);

  /// kBadData if the tail does not fit the row.
  Status Add(const char* image, std::string_view tail);
  int32_t size() const { return static_cast<int32_t>(rows_.size()); }
  uint8_t* const* rows() const { return rows_.data(); }
  int64_t bytes() const { return static_cast<int64_t>(images_.size()) + slab_.allocated(); }
  const Status& memory_status() const { return memory_.status(); }

 private:
  friend class StoredRowReader;
  void Seal();

  const TableSchema& schema_;
  std::vector<int32_t> key_strings_;  // offsets
  StateMemory memory_;
  Slab slab_;
  std::vector<uint64_t> images_;
  std::vector<uint8_t*> rows_;
};

/// Where a reader stands; a restart reads again what decides the rest of the key group.
struct StoredRowPosition {
  int group = 0;
  uint64_t block = 0;  ///< of the group
  uint64_t row = 0;    ///< of the block
};

class StoredRowReader {
 public:
  StoredRowReader(std::shared_ptr<const StoredTable> table, data::KeyGroupRange groups);

  /// Goes on at `position` instead of at the beginning; before the first Next.
  Status Seek(const StoredRowPosition& position);
  /// Adds up to `max_rows` rows, all of one key group; false at the end.
  Result<bool> Next(int32_t max_rows, int* key_group, StoredRowBatch* out);
  /// After the last row that Next has given.
  const StoredRowPosition& position() const { return position_; }

 private:
  Status LoadBlock(const StoredTable::Block& block);
  /// The rest of the loaded block, or until `max_rows` are there; out null: they are passed over.
  Status ReadRows(int32_t max_rows, uint64_t until, StoredRowBatch* out);
  Result<bool> Decide(uint32_t place);

  const std::shared_ptr<const StoredTable> table_;
  const data::KeyGroupRange groups_;
  StoredRowPosition position_;
  std::vector<uint64_t> decided_;  // of the group, a bit a place
  bool loaded_ = false;            // body_ is block position_.block
  std::vector<char> body_;
  BlockContents contents_;  // of body_, as far as it is read
};

}  // namespace thalweg::state
