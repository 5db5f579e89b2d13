// HashIndex: open addressing from a 64-bit hash to rows that carry their hash in their first 8
// bytes. A slot is 16 bits of tag and 48 bits of row address, whose low 3 bits (rows are 8-byte
// aligned) say how far the slot is from its home; linear probing; at most 5/8 full; erasing shifts
// back, so there are no tombstones, and by the distances it need not look at the rows it moves.
// The tag is a piece of the hash just above the bits that say where the home is, so that a large
// index grows without looking at its rows, which may be paged out: it is read and written from
// front to back. (With 2^k slots, k > 18, the tag still has 34 - k bits that tell rows apart.)
//
// The index does not know keys: the caller compares them.
//   for (auto p = index.Start(h); uint8_t* row = index.Next(h, &p);) if (same key) found;
//   index.Insert(h, new_row);
#pragma once

#include <cstdint>
#include <cstring>

#include "state/state_memory.h"

namespace thalweg::state {

class HashIndex {
 public:
  explicit HashIndex(StateMemory* memory) : memory_(memory) {}
  ~HashIndex() { memory_->Free(reinterpret_cast<uint8_t*>(slots_), capacity() * 8); }
  HashIndex(const HashIndex&) = delete;
  HashIndex& operator=(const HashIndex&) = delete;

  int64_t count() const { return count_; }
  size_t capacity() const { return slots_ == nullptr ? 0 : mask_ + 1; }

  static uint64_t HashOf(const uint8_t* row) {
    uint64_t h;
    std::memcpy(&h, row, sizeof(h));
    return h;
  }
  size_t Start(uint64_t hash) const { return hash & mask_; }
  /// The next row whose tag fits, or null at the end of the probe; moves *position.
  uint8_t* Next(uint64_t hash, size_t* position) const {
    if (slots_ == nullptr) return nullptr;
    const uint64_t tag = TagOf(hash);
    for (;;) {
      const uint64_t slot = slots_[*position];
      if (slot == 0) return nullptr;
      *position = (*position + 1) & mask_;
      if ((slot & kTagMask) == tag) return RowOf(slot);
    }
  }
  void Insert(uint64_t hash, uint8_t* row) {
    if ((static_cast<size_t>(count_) + 1) * 8 > capacity() * 5) Grow();
    Place(hash, row);
    ++count_;
  }
  /// `row` must be in the index.
  void Erase(const uint8_t* row);
  /// Room for `rows` more rows without growing.
  void Reserve(int64_t rows);
  /// Empty, with its capacity kept.
  void Reset();

  /// The slot's memory is about to be written to: the page comes back with one fault, and alone.
  void TouchSlot(uint64_t hash) { memory_->space()->TouchPage(&slots_[hash & mask_]); }
  void PrefetchSlot(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  /// The row of the first slot, whatever its tag; null if empty.
  uint8_t* Peek(uint64_t hash) const { return RowOf(slots_[hash & mask_]); }

 private:
  static constexpr uint64_t kTagMask = uint64_t{0xFFFF} << 48;
  /// Bits kTagBit to kTagBit + 15 of the hash.
  static constexpr int kTagBit = 18;
  static uint64_t TagOf(uint64_t hash) { return hash << (48 - kTagBit) & kTagMask; }
  /// Distances from here on are not kept: the row's hash says.
  static constexpr uint64_t kFar = 7;
  static uint8_t* RowOf(uint64_t slot) {
    return reinterpret_cast<uint8_t*>(slot & ~(kTagMask | kFar));
  }
  static uint64_t WithDistance(uint64_t slot, size_t distance) {
    return (slot & ~kFar) | (distance < kFar ? distance : kFar);
  }
  /// How far slot `i`, which is not empty, is from where its row's probe starts.
  size_t DistanceOf(size_t i) const {
    const uint64_t kept = slots_[i] & kFar;
    return kept < kFar ? kept : (i - HashOf(RowOf(slots_[i]))) & mask_;
  }
  void Place(uint64_t hash, uint8_t* row) {
    PlaceSlot(TagOf(hash) | reinterpret_cast<uint64_t>(row), hash & mask_);
  }
  void Grow() { Resize(capacity() == 0 ? 16 : capacity() * (capacity() < (1 << 16) ? 4 : 2)); }
  void Resize(size_t grown);
  void PlaceSlot(uint64_t slot, size_t home) {
    size_t i = home;
    while (slots_[i] != 0) i = (i + 1) & mask_;
    slots_[i] = WithDistance(slot, (i - home) & mask_);
  }

  StateMemory* const memory_;
  uint64_t* slots_ = nullptr;
  size_t mask_ = 0;
  int64_t count_ = 0;
};

}  // namespace thalweg::state
