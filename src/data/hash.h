// Hashing of rows, and the way from a hash to a key group and a subtask.
//
// Equal rows hash equally whatever the encoding (flat, constant, dictionary) and whatever the
// process: hashes stand in snapshots and decide the exchange, so the function is part of the state
// format. Equality is equality of bits: -0.0 and 0.0 differ, as in Flink's binary rows. NULL hashes
// to a value of its own.
//
// Use of a hash's bits: key group = the upper bits, table index = the lower bits, so that the keys
// of one subtask still spread over its whole table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/column.h"
#include "data/rows.h"

namespace thalweg::data {

/// The state of a row's hash before its first column; also the hash of a row without columns.
constexpr uint64_t kEmptyRowHash = 0x9E3779B97F4A7C15u;

/// One step: the hash of the columns so far and the next column's 64 bits.
inline uint64_t CombineHash(uint64_t hash, uint64_t bits) {
  const auto p =
      static_cast<unsigned __int128>(hash ^ 0xE7037ED1A0B428DBu) * (bits ^ 0xA0761D6478BD642Fu);
  return static_cast<uint64_t>(p) ^ static_cast<uint64_t>(p >> 64);
}
/// The bits that a NULL counts as.
constexpr uint64_t kNullHashBits = 0x8EBC6AF09C88C6E3u;
/// The bits that a string counts as.
uint64_t HashBytes(std::string_view bytes);

/// hashes[k] = CombineHash(hashes[k], bits of row rows[k]) for every k < rows.count().
void HashColumn(const Column& column, const Rows& rows, uint64_t* hashes);

/// hashes[k] of the k-th selected row over `keys` (columns of `batch`).
void HashRows(const Batch& batch, std::span<const int> keys, const Rows& rows, uint64_t* hashes);

/// In [0, max_parallelism).
inline int KeyGroupOf(uint64_t hash, int max_parallelism) {
  return static_cast<int>(((hash >> 32) * static_cast<uint64_t>(max_parallelism)) >> 32);
}
/// The subtask that owns `key_group`.
constexpr int SubtaskOf(int key_group, int parallelism, int max_parallelism) {
  return static_cast<int>(static_cast<int64_t>(key_group) * parallelism / max_parallelism);
}
/// Key groups [first, end) of a subtask.
struct KeyGroupRange {
  int first = 0;
  int end = 0;
  int size() const { return end - first; }
  bool contains(int key_group) const { return key_group >= first && key_group < end; }
};
constexpr KeyGroupRange KeyGroupsOf(int subtask, int parallelism, int max_parallelism) {
  const auto up = [&](int64_t s) {
    return static_cast<int>((s * max_parallelism + parallelism - 1) / parallelism);
  };
  return {up(subtask), up(static_cast<int64_t>(subtask) + 1)};
}

/// Hashes for rows whose key group is decided already, by something that they belong to.
class KeyGroupHashes {
 public:
  KeyGroupHashes(KeyGroupRange groups, int max_parallelism);
  /// A hash of `key_group`, one of the range, with as much of `hash` as there is room for.
  uint64_t Of(int key_group, uint64_t hash) const {
    const uint64_t upper =
        first_[static_cast<size_t>(key_group - groups_.first)] + (hash >> 32 >> shift_);
    return upper << 32 | (hash & 0xFFFFFFFFu);
  }

 private:
  const KeyGroupRange groups_;
  std::vector<uint64_t> first_;  // by key group: the least upper half
  int shift_;                    // what is left of 32 bits fits into the smallest key group
};

}  // namespace thalweg::data
