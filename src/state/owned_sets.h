// OwnedSets: a set (or multiset) of values per owner row, for DISTINCT, COLLECT and MIN/MAX with
// retractions. All owners share one hash table keyed by (owner, value), so a batch is probed at
// once; the entries of an owner are chained in insertion order.
//
// The owner's row holds a Chain at a fixed offset (zero bytes: the empty set). An entry carries
// `entry_bytes` of the user's (zero at first): counters or bits. NULL is a value like any other.
//
// An entry's hash follows from its key group, its owner's place and its value: snapshots need not
// hold it.
//
// The entries of a set are chained both ways if single ones can be erased; if not, each refers to
// the one before it only, so that adding one does not touch another, which is rarely in the cache.
//
// Owner and entries are of one key group and refer to each other by place, so both tables are
// snapshotted and restored row by row; table() must be in the same StateStore as the owners'.
// Whoever changes EntryBytes marks the entry first; the owner is marked by the caller of every step
// that may change its chain.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "state/keyed_table.h"

namespace thalweg::state {

class OwnedSets {
 public:
  struct Chain {
    uint32_t head;  // places of entries; 0: none
    uint32_t tail;
  };

  enum class Erases : uint8_t { kEntries, kWholeSets };

  OwnedSets(std::vector<data::Type> value_types, int32_t entry_bytes, Erases erases,
            data::KeyGroupRange groups, int max_parallelism, StateMemory* memory);

  /// entries[k]: the entry of value rows[k] in the set of owners[k], whose Chain is at
  /// owners[k] + chain_offset. New entries have EntryBytes of zero and are marked.
  void FindOrInsert(std::span<const data::Column* const> values, const data::Rows& rows,
                    uint8_t* const* owners, int32_t chain_offset, uint8_t** entries);
  void MarkDirty(uint8_t* entry) { table_.MarkDirty(entry); }
  /// Of sets that erase entries.
  void Erase(uint8_t* owner, int32_t chain_offset, uint8_t* entry);
  /// Empties the owner's set.
  void Clear(uint8_t* owner, int32_t chain_offset);
  /// Drops the entries of all owners, which go, too, and keeps the memory for the next ones.
  void Recycle() { table_.Recycle(); }

  uint8_t* EntryBytes(uint8_t* entry) const { return table_.ValuesOf(entry) + sizeof(Links); }
  /// Where EntryBytes begin in an entry's row.
  int32_t entry_offset() const {
    return table_.layout().value_offset() + static_cast<int32_t>(sizeof(Links));
  }
  static Chain* ChainOf(uint8_t* owner, int32_t chain_offset) {
    return reinterpret_cast<Chain*>(owner + chain_offset);
  }
  /// The owner's entry at `place`, which is not 0.
  uint8_t* EntryAt(const uint8_t* owner, uint32_t place) const {
    return table_.RowAt(HeaderOf(owner)->hash, place);
  }
  /// Appends the owner's entries in insertion order.
  void CollectEntries(uint8_t* owner, int32_t chain_offset, std::vector<uint8_t*>* entries) const;
  /// Value column `i` of some entries.
  data::ColumnPtr EmitValues(int i, uint8_t* const* entries, int32_t count) const {
    return table_.EmitKey(i + 1, entries, count);
  }
  /// Where a fixed-width value stands in an entry (for scans), and whether it is NULL.
  int32_t value_offset(int i) const { return table_.layout().key_offset(i + 1); }
  bool IsNull(const uint8_t* entry, int i) const { return table_.layout().IsNull(entry, i + 1); }
  /// For StateStore::AddTable.
  KeyedTable* table() { return &table_; }

 private:
  struct Links {
    uint32_t previous;
    uint32_t next;  // kept if entries can be erased
  };
  /// Of stored entries of one key group, from what they hold.
  void HashEntries(const KeyedTable& table, int key_group, uint8_t* const* entries, int32_t count,
                   uint64_t* hashes) const;
  Links* LinksOf(uint8_t* entry) const { return reinterpret_cast<Links*>(table_.ValuesOf(entry)); }
  /// The links of the owner's entry at `place`, about to be changed.
  Links* LinksAt(const uint8_t* owner, uint32_t place);
  void Append(uint8_t* owner, Chain* chain, uint8_t* entry);

  const bool erases_entries_;
  const int max_parallelism_;
  const data::KeyGroupHashes in_key_group_;
  mutable KeyedTable table_;
  std::vector<uint64_t> hashes_;  // scratch
};

}  // namespace thalweg::state
