// OwnedSets: a set (or multiset) of values per owner row, for DISTINCT, COLLECT and MIN/MAX with
// retractions. All owners share one hash table keyed by (owner, value), so a batch is probed at
// once; the entries of an owner are chained in insertion order.
//
// The owner's row holds a Chain at a fixed offset (zero bytes: the empty set). An entry carries
// `entry_bytes` of the user's (zero at first): counters or bits. NULL is a value like any other.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "state/keyed_table.h"

namespace thalweg::state {

class OwnedSets {
 public:
  struct Chain {
    uint8_t* head;
    uint8_t* tail;
  };

  OwnedSets(std::vector<data::Type> value_types, int32_t entry_bytes, data::KeyGroupRange groups,
            int max_parallelism, StateMemory* memory);

  /// entries[k]: the entry of value rows[k] in the set of owners[k], whose Chain is at
  /// owners[k] + chain_offset. New entries have EntryBytes of zero.
  void FindOrInsert(std::span<const data::Column* const> values, const data::Rows& rows,
                    uint8_t* const* owners, int32_t chain_offset, uint8_t** entries);
  void Erase(uint8_t* owner, int32_t chain_offset, uint8_t* entry);
  /// Empties the owner's set.
  void Clear(uint8_t* owner, int32_t chain_offset);

  uint8_t* EntryBytes(uint8_t* entry) const { return table_.ValuesOf(entry) + sizeof(Links); }
  static Chain* ChainOf(uint8_t* owner, int32_t chain_offset) {
    return reinterpret_cast<Chain*>(owner + chain_offset);
  }
  /// The entry after `entry`, or null.
  uint8_t* NextOf(uint8_t* entry) const { return LinksOf(entry)->next; }
  /// Value column `i` of some entries.
  data::ColumnPtr EmitValues(int i, uint8_t* const* entries, int32_t count) const {
    return table_.EmitKey(i + 1, entries, count);
  }
  /// Where a fixed-width value stands in an entry (for scans), and whether it is NULL.
  int32_t value_offset(int i) const { return table_.layout().key_offset(i + 1); }
  bool IsNull(const uint8_t* entry, int i) const { return table_.layout().IsNull(entry, i + 1); }

  void Save(const uint8_t* owner, int32_t chain_offset, std::string* out) const;
  /// Starts from an empty chain, whatever bytes stand there.
  Status Load(uint8_t* owner, int32_t chain_offset, ByteReader* in);

 private:
  struct Links {
    uint8_t* previous;
    uint8_t* next;
  };
  Links* LinksOf(uint8_t* entry) const { return reinterpret_cast<Links*>(table_.ValuesOf(entry)); }
  void Append(Chain* chain, uint8_t* entry);

  const std::vector<data::Type> value_types_;
  const int32_t entry_bytes_;
  KeyedTable table_;
  std::vector<uint64_t> hashes_;  // scratch
};

}  // namespace thalweg::state
