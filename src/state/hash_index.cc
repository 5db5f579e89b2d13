#include "state/hash_index.h"

namespace thalweg::state {

void HashIndex::Grow() {
  const size_t old_capacity = capacity();
  uint64_t* old = slots_;
  const size_t grown = old_capacity == 0 ? 16 : old_capacity * (old_capacity < (1 << 16) ? 4 : 2);
  slots_ = reinterpret_cast<uint64_t*>(memory_->Allocate(grown * 8, /*zero=*/true));
  mask_ = grown - 1;
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < old_capacity; ++i) {
    if (i + kAhead < old_capacity) __builtin_prefetch(RowOf(old[i + kAhead]));
    if (old[i] != 0) Place(HashOf(RowOf(old[i])), RowOf(old[i]));
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
    const size_t home = HashOf(RowOf(slots_[i])) & mask_;
    // A row may move into the hole if the hole lies on its way from home to i.
    if (((i - home) & mask_) >= ((i - hole) & mask_)) {
      slots_[hole] = slots_[i];
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

void HashIndex::Clear() {
  memory_->Free(reinterpret_cast<uint8_t*>(slots_), capacity() * 8);
  slots_ = nullptr;
  mask_ = 0;
  count_ = 0;
}

}  // namespace thalweg::state
