// StateMemory: the blocks that one operator's state lives in, charged to its MemoryPool, and paged
// to the scratch file when the job comes near its limit (docs/memory.md).
//
// A block keeps its address until it is freed, in memory or not, and what is written to it. Small
// blocks come from the heap, others from extents (extent_space.h). Charged are the blocks in
// memory, and this owner's share of the window of paged extents that may be in memory.
//
// A block is reserved before it is allocated. When the reservation fails, with everything paged
// that can be, the block is handed out all the same (charged beyond the limit) and the failure is
// kept in status(): a step over a batch never stops half way, and the operator returns status() at
// its end. What a step can overshoot is bounded by its batch.
//
// How full is the pool with the limit, and what happens then:
//
//   0      1/2       3/4        7/8      1
//   |-------|---------|----------|-------|
//            touches   extents    all of  blocks are
//            count     beyond a   its     refused: status()
//                      fair share extents
//                      go, step   go
//                      by step
//
// Not thread-safe; owned by one thread at a time, as the tables in it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/memory.h"
#include "base/status.h"
#include "state/extent_space.h"

namespace thalweg::state {

class StateMemory {
 public:
  enum class Use : uint8_t {
    kRows,   ///< rows and what belongs to them
    kIndex,  ///< found by every lookup: stays in memory for longer
  };

  explicit StateMemory(MemoryPool* pool, ExtentSpace* space = ExtentSpace::Process());
  ~StateMemory();
  StateMemory(const StateMemory&) = delete;
  StateMemory& operator=(const StateMemory&) = delete;

  /// 64-byte aligned, zeroed if `zero`.
  uint8_t* Allocate(size_t bytes, bool zero = false, Use use = Use::kRows);
  void Free(uint8_t* block, size_t bytes);

  /// For memory beside the blocks that state needs for a while; never refused.
  void ChargeBeside(int64_t more);

  /// After a step of the thread that owns what is charged to `pool`, or while it is idle: gives
  /// way to others where the job comes near its limit.
  static void EndStep(const MemoryPool* pool) {
    if (ExtentSpace::Process()->watched()) EndStepOf(pool);
  }
  void EndStep();

  /// Touches are to be counted.
  bool watched() const { return space_->watched(); }
  /// Before a block's bytes are read from front to back: what of them is paged comes back at once
  /// instead of page by page.
  void ReadAhead(const uint8_t* bytes, size_t size) const {
    if (space_->watched()) space_->ReadAhead(bytes, size);
  }
  /// Now and then in loops over many rows: what has been paged back meanwhile may be too much.
  void Trim() const {
    if (space_->watched()) space_->Trim();
  }
  ExtentSpace* space() const { return space_; }

  /// Of the pool, or the nearest one above it that has one; MemoryPool::kNoLimit: none has.
  int64_t limit() const { return limited_ == nullptr ? MemoryPool::kNoLimit : limited_->limit(); }
  /// Charged bytes.
  int64_t used() const { return used_; }
  int64_t paged_bytes() const { return paged_bytes_; }
  /// The first reservation that failed.
  const Status& status() const { return status_; }

 private:
  static constexpr int kLeastLog = 8;
  static constexpr int kMostLog = 24;
  struct Extent {
    size_t number = SIZE_MAX;  // SIZE_MAX: an unused entry
    size_t used = 0;           // bytes of blocks
    Use use = Use::kRows;
    bool paged = false;
  };

  static void EndStepOf(const MemoryPool* pool);
  bool FromHeap(size_t bytes) const;
  uint8_t* AllocateRun(size_t extents, Use use);
  uint8_t* AllocatePiece(int log, Use use);
  /// Empty extents in which `bytes` are about to be used; in memory, or paged if there is no room.
  uint8_t* NewExtents(size_t extents, int64_t bytes, Use use, bool huge);
  Extent* Find(const uint8_t* block) { return &extents_[slots_.at(space_->ExtentOf(block))]; }
  void Occupy(Extent* extent, size_t bytes);
  void Vacate(Extent* extent, size_t bytes);
  void RemoveExtent(size_t number);
  /// Gives back the extents whose pieces are all free.
  void SweepEmpty();
  /// Pages out so that `bytes` more may come; false: they had better not be memory.
  bool MakeRoom(int64_t bytes, Use use);
  /// What this owner may keep in memory when it gets scarce.
  int64_t FairShare() const;
  void CountInMemory(int64_t more);
  bool PageOutOne(bool rows_only);
  bool PageOut(Extent* extent);
  void Take(int64_t bytes);
  void Give(int64_t bytes);
  void ChargeWindow();

  MemoryPool* const pool_;
  const MemoryPool* const limited_;  // whose limit it is; null: none
  ExtentSpace* const space_;
  int64_t used_ = 0;
  int64_t in_memory_ = 0;  // of it, in extents
  int64_t paged_bytes_ = 0;
  int64_t window_charge_ = 0;
  int64_t heap_bytes_ = 0;
  std::vector<Extent> extents_;
  std::unordered_map<size_t, size_t> slots_;   // extent number: where in extents_
  std::vector<size_t> unused_;                 // entries of extents_
  std::array<size_t, 2> in_memory_extents_{};  // by use
  size_t hand_ = 0;
  size_t empty_ = 0;                                  // extents of pieces that are all free
  std::array<std::vector<uint8_t*>, kMostLog> free_;  // pieces of extents, by the log of their size
  Status status_;
};

}  // namespace thalweg::state
