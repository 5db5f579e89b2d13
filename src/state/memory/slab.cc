#include "state/memory/slab.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace thalweg::state {

// Classes: 16, 24, 32, 48, 64, 96, 128, ... 4096: two to a power of two.
int Slab::ClassOf(size_t bytes) {
  if (bytes <= 16) return 0;
  const int log = std::bit_width(bytes - 1);     // bytes <= 1 << log
  const size_t middle = (size_t{3} << log) / 4;  // three quarters of it
  return (log - 4) * 2 - (bytes <= middle ? 1 : 0);
}

size_t Slab::ClassBytes(int c) {
  const size_t power = size_t{16} << ((c + 1) / 2);
  return c % 2 == 1 ? power / 4 * 3 : power;
}

size_t Slab::Capacity(size_t bytes) {
  return bytes > kLargest ? std::bit_ceil(bytes) : ClassBytes(ClassOf(bytes));
}

Slab::~Slab() {
  for (const Chunk& c : chunks_) memory_->Free(c.data, c.bytes);
  for (const auto& [data, bytes] : large_) memory_->Free(data, bytes);
}

uint8_t* Slab::Allocate(size_t bytes) {
  if (bytes > kLargest) {
    const size_t size = Capacity(bytes);
    uint8_t* block = memory_->Allocate(size);
    large_.emplace(block, size);
    allocated_ += static_cast<int64_t>(size);
    return block;
  }
  const int c = ClassOf(bytes);
  uint8_t*& head = free_[static_cast<size_t>(c)];
  if (head != nullptr) {
    uint8_t* piece = head;
    std::memcpy(&head, piece, sizeof(head));
    return piece;
  }
  const size_t size = ClassBytes(c);
  if (static_cast<size_t>(end_ - next_) < size) {
    const size_t grown = chunks_.empty() ? 256 : std::min<size_t>(chunks_.back().bytes * 2, 65536);
    const size_t chunk = std::max(grown, size);
    next_ = memory_->Allocate(chunk);
    end_ = next_ + chunk;
    chunks_.push_back({next_, chunk});
    allocated_ += static_cast<int64_t>(chunk);
  }
  uint8_t* piece = next_;
  next_ += size;
  return piece;
}

void Slab::Free(uint8_t* piece, size_t bytes) {
  if (bytes > kLargest) {
    const auto it = large_.find(piece);
    TW_CHECK(it != large_.end(), "freeing an unknown slab block");
    memory_->Free(piece, it->second);
    allocated_ -= static_cast<int64_t>(it->second);
    large_.erase(it);
    return;
  }
  uint8_t*& head = free_[static_cast<size_t>(ClassOf(bytes))];
  std::memcpy(piece, &head, sizeof(head));
  head = piece;
}

}  // namespace thalweg::state
