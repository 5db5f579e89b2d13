// PageArena: the pages of one table, carved from chunks that grow to 2 MiB, which then are huge
// pages: a large table costs few page faults and few TLB misses. Pages are freed all at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "state/state_memory.h"

namespace thalweg::state {

class PageArena {
 public:
  explicit PageArena(StateMemory* memory) : memory_(memory) {}
  ~PageArena() { Clear(); }
  PageArena(const PageArena&) = delete;
  PageArena& operator=(const PageArena&) = delete;

  /// 64-byte aligned, not initialised.
  uint8_t* Allocate(size_t bytes) {
    bytes = (bytes + 63) / 64 * 64;
    if (left_ < bytes) {
      const size_t grown = chunks_.empty() ? kFirst : std::min(chunks_.back().bytes * 2, kLargest);
      const size_t size = std::max(grown, bytes);
      next_ = memory_->Allocate(size);
      left_ = size;
      chunks_.push_back({next_, size});
    }
    uint8_t* page = next_;
    next_ += bytes;
    left_ -= bytes;
    return page;
  }
  void Clear() {
    for (const Chunk& c : chunks_) memory_->Free(c.data, c.bytes);
    chunks_.clear();
    left_ = 0;
  }

 private:
  static constexpr size_t kFirst = 4 << 10;
  static constexpr size_t kLargest = 2 << 20;
  struct Chunk {
    uint8_t* data;
    size_t bytes;
  };
  StateMemory* const memory_;
  std::vector<Chunk> chunks_;
  uint8_t* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace thalweg::state
