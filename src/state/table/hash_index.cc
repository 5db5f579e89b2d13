#include "state/table/hash_index.h"

#include <algorithm>
#include <bit>

namespace thalweg::state {

void HashIndex::Reserve(int64_t rows) {
  const auto wanted = std::bit_ceil(static_cast<size_t>(count_ + rows) * 8 / 5 + 1);
  if (wanted > capacity()) Resize(std::max<size_t>(wanted, 16));
}

void HashIndex::Resize(size_t grown) {
  const size_t old_capacity = capacity();
  const size_t old_mask = mask_;
  uint64_t* old = slots_;
  slots_ = reinterpret_cast<uint64_t*>(
      memory_->Allocate(grown * 8, /*zero=*/true, StateMemory::Use::kIndex));
  mask_ = grown - 1;
  // The bits of the old home and those of the tag make the new home.
  const bool by_tag = old_capacity >= size_t{1} << kTagBit && grown <= size_t{1} << (kTagBit + 16);
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < old_capacity; ++i) {
    if (!by_tag && i + kAhead < old_capacity) __builtin_prefetch(RowOf(old[i + kAhead]));
    if ((i & 0x1FF) == 0) memory_->Trim();
    const uint64_t slot = old[i];
    if (slot == 0) continue;
    const uint64_t distance = slot & kFar;
    if (by_tag && distance < kFar) {
      constexpr size_t kLow = (size_t{1} << kTagBit) - 1;
      PlaceSlot(slot, (((i - distance) & old_mask & kLow) | slot >> 48 << kTagBit) & mask_);
    } else {
      PlaceSlot(slot, HashOf(RowOf(slot)) & mask_);
    }
  }
  memory_->Free(reinterpret_cast<uint8_t*>(old), old_capacity * 8);
}

void HashIndex::Erase(const uint8_t* row) {
  size_t hole = HashOf(row) & mask_;
  while (RowOf(slots_[hole]) != row) {
    TW_CHECK(slots_[hole] != 0, "erasing a row that is not in the index");
    hole = (hole + 1) & mask_;
  }
  for (size_t i = (hole + 1) & mask_; slots_[i] != 0; i = (i + 1) & mask_) {
    // A row may move into the hole if the hole lies on its way from home to i.
    const size_t distance = DistanceOf(i);
    const size_t back = (i - hole) & mask_;
    if (distance >= back) {
      slots_[hole] = WithDistance(slots_[i], distance - back);
      hole = i;
    }
  }
  slots_[hole] = 0;
  --count_;
}

void HashIndex::Reset() {
  if (count_ > 0) std::memset(slots_, 0, capacity() * 8);
  count_ = 0;
}

}  // namespace thalweg::state
