// RowLayout: where the parts of a keyed table's row stand.
//
//   | hash u64 | stamp u32 | group u32 | place u32 | epoch u32 | null bits u32.. | keys | values |
//
// stamp: kFree, kNew since insertion, kRestored since a restore; from kFirstStamp on they belong to
// the table's user, who marks with them the rows that the current batch has touched; `group` is the
// user's as well, valid while the stamp is current. Keys take 8 or 16 bytes each; all is 8-byte
// aligned.
//
// place: where the row stands among the rows of its key group, from 1 on; it stays the row's over
// snapshots and restores, so values may refer to a row of the same key group by its place (0:
// none). epoch: the table's, of the snapshot since which the row is known to have changed.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "data/type.h"
#include "state/memory/slab.h"
#include "state/snapshot/byte_stream.h"

namespace thalweg::state {

/// An __int128 that needs only 8-byte alignment.
using Int128 = __int128 __attribute__((aligned(8)));

struct RowHeader {
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kNew = 1;
  static constexpr uint32_t kRestored = 2;
  static constexpr uint32_t kFirstStamp = 3;
  /// A row outside of the index (KeyedTable::Duplicate).
  static constexpr uint32_t kDuplicate = 1u << 31;
  uint64_t hash;
  uint32_t stamp;
  uint32_t group;
  uint32_t place_bits;  // place, kDuplicate
  uint32_t epoch;

  uint32_t place() const { return place_bits & ~kDuplicate; }
  bool duplicate() const { return (place_bits & kDuplicate) != 0; }
};
static_assert(sizeof(RowHeader) == 24);
inline RowHeader* HeaderOf(uint8_t* row) { return reinterpret_cast<RowHeader*>(row); }
inline const RowHeader* HeaderOf(const uint8_t* row) {
  return reinterpret_cast<const RowHeader*>(row);
}

/// Part of a row's values that owns memory outside of the row. Save and Load: what the row's own
/// bytes do not hold; places do not change and need neither.
class OwnedField {
 public:
  virtual ~OwnedField() = default;
  virtual void Free(uint8_t* row, Slab* slab) = 0;
  /// The same for every row of the table. What lies in the slab goes with it, without this.
  virtual void FreeAll() {}
  virtual void Save(const uint8_t* row, std::string* out) const {}
  /// The row's bytes are as they were saved; replaces the stale pointers in it.
  virtual Status Load(uint8_t* row, Slab* slab, ByteReader* in) { return Status::OK(); }
};

class RowLayout {
 public:
  RowLayout(const std::vector<data::Type>& key_types, int32_t value_bytes);

  int num_keys() const { return static_cast<int>(keys_.size()); }
  int32_t key_offset(int key) const { return keys_[static_cast<size_t>(key)].offset; }
  data::PhysicalType key_physical(int key) const {
    return keys_[static_cast<size_t>(key)].physical;
  }
  const data::Type& key_type(int key) const { return keys_[static_cast<size_t>(key)].type; }
  /// Strings and encoded nested values: the row holds a StringRef.
  bool key_is_string(int key) const { return keys_[static_cast<size_t>(key)].is_string; }
  int32_t value_offset() const { return value_offset_; }
  int32_t value_bytes() const { return value_bytes_; }
  int32_t row_bytes() const { return row_bytes_; }

  bool IsNull(const uint8_t* row, int key) const {
    return (NullWord(row, key) >> (key & 31) & 1) != 0;
  }
  void SetNull(uint8_t* row, int key) const {
    const uint32_t word = NullWord(row, key) | 1u << (key & 31);
    std::memcpy(row + sizeof(RowHeader) + key / 32 * 4, &word, 4);
  }
  static uint32_t NullWord(const uint8_t* row, int key) {
    uint32_t word;
    std::memcpy(&word, row + sizeof(RowHeader) + key / 32 * 4, 4);
    return word;
  }

 private:
  struct Key {
    data::Type type;
    data::PhysicalType physical;
    int32_t offset;
    bool is_string;
  };
  std::vector<Key> keys_;
  int32_t value_offset_;
  int32_t value_bytes_;
  int32_t row_bytes_;
};

}  // namespace thalweg::state
