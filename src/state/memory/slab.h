// Slab: variable-length memory beside the rows of one key group: string bytes, lists.
//
// Small pieces come from chunks in size classes with free lists; large ones are blocks of their
// own. The caller remembers the size. Everything is freed with the slab.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "state/state_memory.h"

namespace thalweg::state {

class Slab {
 public:
  explicit Slab(StateMemory* memory) : memory_(memory) {}
  ~Slab();
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  /// 8-byte aligned, not initialised; bytes > 0.
  uint8_t* Allocate(size_t bytes);
  void Free(uint8_t* piece, size_t bytes);
  /// Bytes of all chunks and blocks.
  int64_t allocated() const { return allocated_; }
  /// The bytes that Allocate(bytes) really provides: a list may grow into them.
  static size_t Capacity(size_t bytes);

 private:
  static constexpr size_t kLargest = 4096;
  static constexpr int kClasses = 20;
  static int ClassOf(size_t bytes);
  static size_t ClassBytes(int c);

  StateMemory* const memory_;
  std::array<uint8_t*, kClasses> free_{};  // singly linked through the pieces' first bytes
  struct Chunk {
    uint8_t* data;
    size_t bytes;
  };
  std::vector<Chunk> chunks_;
  uint8_t* next_ = nullptr;
  uint8_t* end_ = nullptr;
  int64_t allocated_ = 0;
  std::unordered_map<uint8_t*, size_t> large_;
};

}  // namespace thalweg::state
