// PagedList: a list of plain values in state memory: appended to, read from front to back, freed
// whole or piece by piece from its front. For lists that may be as long as a table has rows.
//
// The values lie in chunks that grow from 64 bytes to 64 KiB, so a list of a few costs little, and
// a long one is paged like any other state: with it every access is a sequential one.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "state/state_memory.h"

namespace thalweg::state {

template <typename T>
class PagedList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit PagedList(StateMemory* memory) : memory_(memory) {}
  ~PagedList() { Clear(); }
  PagedList(const PagedList&) = delete;
  PagedList& operator=(const PagedList&) = delete;

  void Append(const T& value) {
    if (left_ == 0) Grow();
    *next_++ = value;
    --left_;
    ++size_;
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void Clear() {
    for (const Chunk& c : chunks_) Free(c);
    chunks_ = {};
    next_ = nullptr;
    left_ = size_ = dropped_ = 0;
  }

  /// Where a reader stands; the front at first.
  struct Cursor {
    size_t chunk = 0;
    size_t at = 0;  // in the chunk
  };
  /// The next values that lie side by side, at most `most`; moves the cursor behind them. Empty at
  /// the end, until there are more. Valid until the list is cleared or they are dropped.
  std::span<T> Next(Cursor* cursor, size_t most) {
    while (cursor->chunk < chunks_.size()) {
      const Chunk& c = chunks_[cursor->chunk];
      const bool last = cursor->chunk + 1 == chunks_.size();
      const size_t filled = last ? c.values - left_ : c.values;
      if (cursor->at < filled) {
        if (cursor->at == 0 && c.values >= kTrimmed) memory_->Trim();
        const std::span<T> values(c.data + cursor->at, std::min(most, filled - cursor->at));
        cursor->at += values.size();
        return values;
      }
      if (last) break;
      *cursor = {cursor->chunk + 1, 0};
    }
    return {};
  }
  /// Frees the chunks before the cursor's.
  void DropBefore(const Cursor& cursor) {
    for (; dropped_ < cursor.chunk; ++dropped_) {
      Chunk* c = &chunks_[dropped_];
      Free(*c);
      size_ -= c->values;
      c->data = nullptr;
    }
  }

 private:
  static constexpr size_t kFirst = std::max<size_t>(1, 64 / sizeof(T));
  static constexpr size_t kLargest = (64 << 10) / sizeof(T);
  /// A chunk that may have been paged, and takes so long to read that Trim costs nothing.
  static constexpr size_t kTrimmed = (4 << 10) / sizeof(T);
  struct Chunk {
    T* data;
    size_t values;
  };

  void Grow() {
    const size_t values = chunks_.empty() ? kFirst : std::min(kLargest, chunks_.back().values * 2);
    next_ = reinterpret_cast<T*>(memory_->Allocate(values * sizeof(T)));
    left_ = values;
    chunks_.push_back({next_, values});
  }
  void Free(const Chunk& c) {
    memory_->Free(reinterpret_cast<uint8_t*>(c.data), c.values * sizeof(T));
  }

  StateMemory* const memory_;
  std::vector<Chunk> chunks_;
  T* next_ = nullptr;
  size_t left_ = 0;     // values that the last chunk still takes
  size_t size_ = 0;     // without those of dropped chunks
  size_t dropped_ = 0;  // chunks
};

}  // namespace thalweg::state
