// StringArena: bump allocation for the bytes of string values that a kernel or decoder makes.
//
//   StringArena arena;
//   values[i] = arena.Add("abc");
//   arena.AttachTo(column);     // the column now keeps the bytes alive
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "data/column.h"

namespace thalweg::data {

class StringArena {
 public:
  /// `bytes` of uninitialised memory, valid as long as the column it is attached to.
  char* Allocate(size_t bytes) {
    if (bytes > static_cast<size_t>(end_ - next_)) Grow(bytes);
    char* p = next_;
    next_ += bytes;
    return p;
  }
  /// Gives back the unused tail of the latest Allocate.
  void ShrinkLast(size_t unused_bytes) { next_ -= unused_bytes; }
  std::string_view Add(std::string_view s) {
    char* p = Allocate(s.size());
    if (!s.empty()) std::memcpy(p, s.data(), s.size());
    return {p, s.size()};
  }
  /// Hands the blocks over to `column`; the arena is empty afterwards.
  void AttachTo(Column* column) {
    for (auto& b : blocks_) column->AddOwner(std::move(b));
    blocks_.clear();
    next_ = end_ = nullptr;
    block_bytes_ = kFirstBlock;
  }

 private:
  static constexpr size_t kFirstBlock = 4 << 10;
  static constexpr size_t kLargestBlock = 1 << 20;

  void Grow(size_t bytes) {
    const size_t size = bytes > block_bytes_ ? bytes : block_bytes_;
    if (block_bytes_ < kLargestBlock) block_bytes_ *= 2;
    auto b = Buffer::Allocate(static_cast<int64_t>(size));
    next_ = b->as<char>();
    end_ = next_ + size;
    blocks_.push_back(std::move(b));
  }

  std::vector<BufferPtr> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t block_bytes_ = kFirstBlock;
};

}  // namespace thalweg::data
