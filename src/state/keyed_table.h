// KeyedTable: rows of fixed width found by key; the state of aggregates, windows and joins.
//
// Rows never move: a row pointer is valid until Erase or Clear. A fresh row's values are zero and
// its stamp is RowHeader::kNew. Rows and slab are kept per key group, so that a snapshot or a
// rescaling takes them group by group. Not thread-safe; owned by one subtask.
//
// A row's hash may differ from the hash of its key columns (a window table mixes the slice into
// it), as long as equal keys have equal hashes; its upper 32 bits decide the key group.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "data/batch.h"
#include "data/hash.h"
#include "state/hash_index.h"
#include "state/row_layout.h"

namespace thalweg::state {

struct KeyedTableOptions {
  std::vector<data::Type> key_types;
  int32_t value_bytes = 0;
  data::KeyGroupRange groups{0, 1};
  int max_parallelism = 1;
};

class KeyedTable {
 public:
  KeyedTable(KeyedTableOptions options, StateMemory* memory);
  ~KeyedTable();
  KeyedTable(const KeyedTable&) = delete;
  KeyedTable& operator=(const KeyedTable&) = delete;

  /// Tells the table about memory that rows own; before the first row, outlives the table's use.
  void AddOwnedField(OwnedField* field) { owned_.push_back(field); }

  /// out[k] = the row of the keys at rows[k]; made if there is none. hashes[k] belongs to rows[k].
  void FindOrInsert(std::span<const data::Column* const> keys, const data::Rows& rows,
                    const uint64_t* hashes, uint8_t** out);
  /// The same without making rows: null where there is none.
  void Find(std::span<const data::Column* const> keys, const data::Rows& rows,
            const uint64_t* hashes, uint8_t** out);
  /// A second row of the same key, outside of the index: nobody finds it; the caller chains it to
  /// the first one and frees it with FreeRow. Values are zero.
  uint8_t* Duplicate(const uint8_t* row);
  void FreeRow(uint8_t* row);
  /// The row that lookups of this row's key find: `row` itself unless it is a duplicate.
  uint8_t* IndexedRow(const uint8_t* row) const { return FindSameKey(row); }
  /// Frees an indexed row and what it owns.
  void Erase(uint8_t* row);
  /// Frees all rows.
  void Clear();
  /// Frees all rows and keeps pages and index for the next ones.
  void Recycle();
  /// Frees what a row's values own and sets them to zero; the row stays.
  void ResetValues(uint8_t* row);

  int64_t count() const { return index_.count(); }
  const RowLayout& layout() const { return layout_; }
  Slab* SlabOf(const uint8_t* row) { return PartitionOf(HeaderOf(row)->hash).slab.get(); }
  uint8_t* ValuesOf(uint8_t* row) const { return row + layout_.value_offset(); }

  /// Appends every row, group by group.
  void CollectRows(std::vector<uint8_t*>* rows);
  /// Key column `key` of `count` rows, flat; strings are copied.
  data::ColumnPtr EmitKey(int key, uint8_t* const* rows, int32_t count) const;

  /// One snapshot entry per key group that has rows: AppendGroup fills `bytes` (left empty if the
  /// group has none), LoadGroup reads them back into a table of the same layout.
  void AppendGroup(int key_group, std::string* bytes) const;
  /// The first row of a key is indexed, later ones (see Duplicate) are handed to on_duplicate; an
  /// error if there is no on_duplicate.
  using OnDuplicate = std::function<void(uint8_t* first, uint8_t* duplicate)>;
  Status LoadGroup(std::string_view bytes, const OnDuplicate& on_duplicate = nullptr);

 private:
  struct Page {
    uint8_t* data;
    int32_t capacity;  // rows
    int32_t used;      // rows handed out so far
  };
  struct Partition {
    explicit Partition(StateMemory* memory) : slab(std::make_unique<Slab>(memory)) {}
    std::unique_ptr<Slab> slab;
    std::vector<Page> pages;
    size_t open_page = 0;     // pages before it are full
    uint8_t* free = nullptr;  // linked through the rows' hash fields
  };
  struct KeyColumn;  // a key column of one batch in the form that rows store

  Partition& PartitionOf(uint64_t hash);
  uint8_t* Take(Partition* p, uint64_t hash);
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
  void Release(uint8_t* row, Partition* p);

  const KeyedTableOptions options_;
  const RowLayout layout_;
  StateMemory* const memory_;
  HashIndex index_;
  std::vector<std::unique_ptr<Partition>> partitions_;  // by key group - groups.first
  std::vector<OwnedField*> owned_;
};

}  // namespace thalweg::state
