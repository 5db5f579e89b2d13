// StateMemory: the blocks that one operator's state lives in, charged to its MemoryPool.
//
// A block is reserved before it is allocated. When the reservation fails, the block is handed out
// all the same (charged beyond the limit) and the failure is kept in status(): a step over a batch
// never stops half way, and the operator returns status() at its end. What a step can overshoot is
// bounded by its batch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/memory.h"
#include "base/status.h"

namespace thalweg::state {

class StateMemory {
 public:
  explicit StateMemory(MemoryPool* pool) : pool_(pool) {}
  ~StateMemory();
  StateMemory(const StateMemory&) = delete;
  StateMemory& operator=(const StateMemory&) = delete;

  /// 64-byte aligned, zeroed if `zero`. Blocks of 2 MiB and more ask for huge pages.
  uint8_t* Allocate(size_t bytes, bool zero = false);
  void Free(uint8_t* block, size_t bytes);

  int64_t used() const { return used_; }
  /// The first reservation that failed.
  const Status& status() const { return status_; }

 private:
  MemoryPool* const pool_;
  int64_t used_ = 0;
  Status status_;
};

}  // namespace thalweg::state
