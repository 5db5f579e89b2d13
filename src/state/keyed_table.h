// KeyedTable: rows of fixed width found by key; the state of aggregates, windows and joins.
//
// Rows never move: a row pointer is valid until Erase or Recycle. A fresh row's values are zero and
// its stamp is RowHeader::kNew. Rows and slab are kept per key group, so that a snapshot or a
// rescaling takes them group by group. Not thread-safe; owned by one subtask.
//
// A row's hash may differ from the hash of its key columns (a window table mixes the slice into
// it), as long as equal keys have equal hashes; its upper 32 bits decide the key group. Where it
// follows from key group and keys (KeyedTableOptions::hash_rows), snapshots leave it out.
//
// Snapshots: once the first has begun, whoever changes a row's bytes (or what they own) marks the
// row first, in the same step. FindOrInsert, Erase, FreeRow and ResetValues mark what they are
// called for; rows reached otherwise need MarkDirty. Marking copies the row out if the running
// snapshot still wants it, and sets its bit in the key group's dirty bitmap. See state_store.h.
#pragma once

#include <algorithm>
#include <bit>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "data/batch.h"
#include "data/hash.h"
#include "state/memory/page_arena.h"
#include "state/row_conversion.h"
#include "state/row_layout.h"
#include "state/snapshot/state_block.h"
#include "state/table/hash_index.h"
#include "state/table_schema.h"

namespace thalweg::state {

class KeyedTable;

/// hashes[k] = the hash of rows[k], found from their key group and their keys.
using RowHasher = std::function<void(const KeyedTable& table, int key_group, uint8_t* const* rows,
                                     int32_t count, uint64_t* hashes)>;

struct KeyedTableOptions {
  std::vector<data::Type> key_types;
  int32_t value_bytes = 0;
  data::KeyGroupRange groups{0, 1};
  int max_parallelism = 1;
  /// What the values mean; a snapshot is restored only into a table with the same text.
  std::string values;
  /// Null: hashes are the caller's affair, and stand in snapshots.
  RowHasher hash_rows = nullptr;
};

class KeyedTable {
 public:
  KeyedTable(KeyedTableOptions options, StateMemory* memory);
  ~KeyedTable();
  KeyedTable(const KeyedTable&) = delete;
  KeyedTable& operator=(const KeyedTable&) = delete;

  /// Tells the table about memory that rows own; before the first row, outlives the table's use.
  void AddOwnedField(OwnedField* field) { owned_.push_back(field); }

  enum class Access : uint8_t {
    kWrite,  ///< the rows found are about to change: they are marked
    kRead,   ///< the caller marks those that it changes; new rows are marked in any case
  };
  /// out[k] = the row of the keys at rows[k]; made if there is none. hashes[k] belongs to rows[k].
  void FindOrInsert(std::span<const data::Column* const> keys, const data::Rows& rows,
                    const uint64_t* hashes, uint8_t** out, Access access = Access::kWrite);
  /// The same without making rows: null where there is none.
  void Find(std::span<const data::Column* const> keys, const data::Rows& rows,
            const uint64_t* hashes, uint8_t** out);
  /// A second row of the same key, outside of the index: nobody finds it; the caller chains it to
  /// the first one and frees it with FreeRow. Values are zero.
  uint8_t* Duplicate(const uint8_t* row);
  void FreeRow(uint8_t* row);
  /// Before the row changes, unless it has been marked in this step.
  void MarkDirty(uint8_t* row) {
    if (HeaderOf(row)->epoch != epoch_) Mark(&PartitionOf(HeaderOf(row)->hash), row);
  }
  /// The row at `place` of the key group of `hash`, which must be one in use.
  uint8_t* RowAt(uint64_t hash, uint32_t place) { return RowAt(PartitionOf(hash), place); }
  /// The row that lookups of this row's key find: `row` itself unless it is a duplicate.
  uint8_t* IndexedRow(uint8_t* row) const {
    return HeaderOf(row)->duplicate() ? FindSameKey(row) : row;
  }
  /// Frees an indexed row and what it owns.
  void Erase(uint8_t* row);
  /// Before many rows are looked at, changed or erased in any order: those that are paged come back
  /// one page each.
  void BringBack(std::span<uint8_t* const> rows) const;
  /// Erase for many rows, whose cache misses overlap.
  void EraseAll(std::span<uint8_t* const> rows);
  /// Frees all rows; keeps pages and index for the next ones.
  void Recycle();
  /// Frees what a row's values own and sets them to zero; the row stays.
  void ResetValues(uint8_t* row);

  int64_t count() const { return index_.count(); }
  /// Rows in use, duplicates included, and bytes of rows and slabs.
  int64_t num_rows() const;
  int64_t live_bytes() const;
  data::KeyGroupRange groups() const { return options_.groups; }
  const StateMemory& memory() const { return *memory_; }
  const RowLayout& layout() const { return layout_; }
  Slab* SlabOf(const uint8_t* row) { return PartitionOf(HeaderOf(row)->hash).slab.get(); }
  uint8_t* ValuesOf(uint8_t* row) const { return row + layout_.value_offset(); }

  /// Appends every row, group by group.
  void CollectRows(std::vector<uint8_t*>* rows);
  /// Where a walk over all rows stands.
  struct Cursor {
    size_t partition = 0;
    uint32_t place = 1;
  };
  /// Appends up to `most` of the rows from the cursor on and moves it behind them; nothing at the
  /// end. Between two calls rows may be erased, but not added.
  void NextRows(Cursor* cursor, size_t most, std::vector<uint8_t*>* rows);
  /// Key column `key` of `count` rows, flat; strings are copied.
  data::ColumnPtr EmitKey(int key, uint8_t* const* rows, int32_t count) const;

  // For StateStore.
  /// The table's name in blocks.
  void SetName(std::string name) { name_ = std::move(name); }
  const std::string& name() const { return name_; }
  /// What the rows mean, for manifests; before the table is added to a store. Name, layout and row
  /// sizes are the table's to fill in; without a call there are the keys alone.
  void SetSchema(TableSchema schema);
  TableSchema schema() const;
  /// The blocks to be loaded are of another layout.
  void ConvertFrom(const TableSchema& stored, RowConversion conversion) {
    converted_layout_ = stored.layout;
    conversion_ = std::make_unique<RowConversion>(std::move(conversion));
  }
  /// Key types, row width and the meaning of the values, hashed.
  uint64_t layout_id() const { return layout_id_; }
  void BeginSnapshot(bool base);
  /// Appends blocks worth about *budget, which it takes down by what they cost; true when no more
  /// are to come.
  bool ContinueSnapshot(int64_t* budget, std::string* out);
  /// Appends what is written already; a part of ContinueSnapshot.
  void TakeAhead(int64_t* budget, std::string* out);
  /// What waits for it: rows that steps have copied before they changed.
  size_t ahead_bytes() const { return ahead_.size(); }
  /// Not durable: the rows that it held are dirty again.
  void EndSnapshot(bool durable);
  /// Into an empty table: blocks of our key groups, newest snapshot first, then FinishLoad, which
  /// makes the index. `track`: the next snapshot may be a delta.
  Status LoadBlock(const BlockHeader& header, std::string_view body);
  void FinishLoad(bool track);

 private:
  static constexpr uint32_t kNoPlace = UINT32_MAX;
  // The rows of one key group. Place 1 is the first row of page 0; pages double up to a size and
  // have powers of two of rows.
  struct Partition {
    Partition(int key_group, StateMemory* memory)
        : group(key_group), slab(std::make_unique<Slab>(memory)) {}
    const int group;
    std::unique_ptr<Slab> slab;
    std::vector<uint8_t*> pages;
    size_t open_page = 0;     // pages before it have been opened
    uint32_t used = 0;        // places handed out so far
    uint32_t end = 0;         // places in opened pages
    uint32_t live = 0;        // rows in use
    uint8_t* next = nullptr;  // the row of place used + 1, if there is one
    uint8_t* free = nullptr;  // linked through the rows' hash fields
    // Snapshots; bit i stands for place i + 1.
    uint32_t known = 0;            // places used at the last BeginSnapshot: later ones are dirty
    std::vector<uint64_t> dirty;   // of these, changed since then
    std::vector<uint64_t> frozen;  // what the running snapshot covers, if a delta
    uint32_t cursor = kNoPlace;    // places before it are written; kNoPlace: nothing to write
    BlockBuilder ahead;            // the rows that steps have copied, not sealed
    std::string ahead_bytes;
    void ReleaseAhead() {
      ahead.Release();
      std::string().swap(ahead_bytes);
    }
  };
  struct KeyColumn;  // a key column of one batch in the form that rows store

  Partition& PartitionOf(uint64_t hash) {
    return PartitionOfGroup(data::KeyGroupOf(hash, options_.max_parallelism));
  }
  Partition& PartitionOfGroup(int group);
  uint8_t* Take(Partition* p, uint64_t hash);
  void OpenPage(Partition* p);
  uint32_t RowsOfPage(size_t page) const {
    return 1u << std::min(first_page_log_ + static_cast<int>(page), page_log_);
  }
  size_t PageBytes(size_t page) const {
    return static_cast<size_t>(RowsOfPage(page)) * static_cast<size_t>(layout_.row_bytes());
  }
  uint8_t* RowAt(const Partition& p, uint32_t place) const {
    const uint32_t q = place - 1 + (1u << first_page_log_);
    uint32_t page;
    uint32_t row;
    if (q >> page_log_ < 2) {
      const int log = std::bit_width(q) - 1;
      page = static_cast<uint32_t>(log - first_page_log_);
      row = q - (1u << log);
    } else {
      page = (q >> page_log_) + static_cast<uint32_t>(page_log_ - first_page_log_) - 1;
      row = q & ((1u << page_log_) - 1);
    }
    return p.pages[page] + static_cast<size_t>(row) * static_cast<size_t>(layout_.row_bytes());
  }
  /// f(row) for every row in use.
  template <typename F>
  void ForEachRow(const Partition& p, F f) const;

  void Mark(Partition* p, uint8_t* row);
  /// The running snapshot's image of a row, live or free.
  void WriteRow(const uint8_t* row, BlockBuilder* block);
  void WriteRows(std::span<const uint8_t*> rows);
  BlockHeader HeaderOfBlock(const Partition& p) const;
  void SealAhead(Partition* p, std::string* out);
  void ChargeSnapshot();
  void WriteBase(Partition* p, int64_t* budget);
  void WriteDelta(Partition* p, int64_t* budget);
  void StartTracking();
  Status LoadRow(Partition* p, const char* image, std::string_view tail);
  void IndexRows(int key_group, std::span<uint8_t* const> rows);
  uint8_t* InsertRow(const std::vector<KeyColumn>& keys, int32_t row, uint64_t hash);
  bool KeysEqual(const std::vector<KeyColumn>& keys, int32_t row, const uint8_t* stored) const;
  /// The indexed row with the same key as `row`, or null.
  uint8_t* FindSameKey(const uint8_t* row) const;
  uint8_t* FindSlow(const std::vector<KeyColumn>& keys, int32_t row, uint64_t hash) const;
  std::vector<KeyColumn> Normalise(std::span<const data::Column* const> keys,
                                   const data::Rows& rows) const;
  template <typename Match, typename Insert>
  void Probe(const uint64_t* hashes, int32_t count, uint8_t** out, Match match, Insert insert);
  template <typename T>
  void ProbeSingle(const std::vector<KeyColumn>& keys, const data::Rows& rows,
                   const uint64_t* hashes, uint8_t** out);
  /// Rows of a block are about to be looked at, and have been. Most of them will change, so their
  /// pages are brought back to be written to.
  void PageIn(const uint64_t* hashes, int32_t begin, int32_t end);
  void CountTouches(uint8_t* const* rows, int32_t begin, int32_t end) const;
  void FindRows(std::span<const data::Column* const> keys, const data::Rows& rows,
                const uint64_t* hashes, uint8_t** out);
  void Release(uint8_t* row, Partition* p);
  void ReleaseAll();

  const KeyedTableOptions options_;
  const RowLayout layout_;
  StateMemory* const memory_;
  HashIndex index_;
  PageArena arena_;
  std::vector<std::unique_ptr<Partition>> partitions_;  // by key group - groups.first
  std::vector<OwnedField*> owned_;
  bool has_tails_ = false;  // string keys
  int first_page_log_;      // rows of the first page
  int page_log_;            // of the largest
  uint64_t layout_id_;
  uint32_t epoch_ = 0;        // 0: nothing is tracked
  bool base_ = false;         // the running snapshot
  bool marks_found_ = false;  // what FindOrInsert is doing
  size_t walked_ = 0;         // partitions that the running snapshot is through with
  std::string tail_;          // scratch: of the row that is written
  BlockBuilder walk_;         // the block of the rows that are walked over
  std::string ahead_;         // blocks sealed between two calls of ContinueSnapshot
  size_t block_bytes_;        // when a block is sealed
  int64_t snapshot_charge_ = 0;
  std::string name_;  // in blocks
  TableSchema schema_;
  uint64_t converted_layout_ = 0;  // of the blocks that conversion_ is for
  std::unique_ptr<RowConversion> conversion_;
};

}  // namespace thalweg::state
