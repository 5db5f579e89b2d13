// ExtentSpace: the address range in which larger blocks of state lie, and which part of it takes
// memory. It lets state be larger than memory while rows keep their addresses.
//
// The range is reserved once and is cut into extents of one size. An extent is
//
//   free ──Allocate──▶ memory ──PageOut──▶ paged ──Free──▶ free
//     └────────────AllocatePaged────────────▲
//
//   memory  as any other memory; its owner has charged it
//   paged   the scratch file, mapped at the same addresses: a touch reads the page back, and Trim
//           drops what has not been touched for a while. It stays so until it is freed
//
// An extent's place in the file is its place in the range, so neighbours make one mapping. Trim
// bounds what paged extents take together: the window. How much that is the kernel is asked, since
// touching a page is all it takes to bring it back.
//
// Why not mmap alone and leave the rest to the kernel: memory that fits must cost nothing, the
// limit must hold whatever the machine has, and which rows are hot is known here (compare vmcache,
// Leis et al., SIGMOD 2023). The file is scratch, so the usual doubts about mmap (torn writes,
// order) do not arise.
//
// Thread-safe, but only the owner of an extent, the thread that writes to it, may page it out.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "state/memory/scratch_file.h"

namespace thalweg::state {

class StateMemory;

class ExtentSpace {
 public:
  /// The process's.
  static ExtentSpace* Process();
  /// Before the first use of Process: extents of that size, and everything is paged out and dropped
  /// after each step.
  static void ForcePagingForTesting(size_t extent_bytes);

  /// `extent_bytes`: a power of two of pages. Reserves less than `range_bytes` where that much is
  /// not to be had; with nothing at all, Allocate always returns null.
  ExtentSpace(size_t extent_bytes, size_t range_bytes, bool forced = false);
  ~ExtentSpace();
  ExtentSpace(const ExtentSpace&) = delete;
  ExtentSpace& operator=(const ExtentSpace&) = delete;

  /// Where the scratch file goes; until it is made, at the first paging. `on_first` is told its
  /// directory then, by the thread that pages; it may be null.
  void SetDirectories(std::vector<std::string> directories);
  void SetListener(std::function<void(const std::string& directory)> on_first);

  size_t extent_bytes() const { return size_t{1} << shift_; }
  bool forced() const { return forced_; }
  bool contains(const void* p) const { return ExtentOf(p) < num_extents_; }
  /// At least num_extents when `p` lies elsewhere.
  size_t ExtentOf(const void* p) const {
    return static_cast<size_t>(static_cast<const uint8_t*>(p) - base_) >> shift_;
  }
  uint8_t* AddressOf(size_t extent) const { return base_ + (extent << shift_); }

  /// Consecutive extents of zeros; null when there are none. `huge`: as huge pages, if the extents
  /// have that size: few page faults and TLB misses, but all of it is taken at the first touch.
  uint8_t* Allocate(size_t extents, bool huge);
  /// Null when the range is used up; kIo when the file has no room.
  Result<uint8_t*> AllocatePaged(size_t extents);
  void Free(uint8_t* first, size_t extents);
  /// Of memory, by its owner. kIo: the scratch file has no room; the extent is as it was.
  Status PageOut(size_t extent);
  /// Takes a paged extent's pages out of memory; they are in the file.
  void Drop(size_t extent);

  /// Somebody comes near a limit: touches count from now on, and steps are followed by
  /// StateMemory::EndStep.
  void Watch() { watched_.store(true, std::memory_order_relaxed); }
  bool watched() const { return watched_.load(std::memory_order_relaxed); }
  void Touch(const void* p) {
    const size_t e = ExtentOf(p);
    if (e >= num_extents_) return;
    const uint8_t t = touched_[e].load(std::memory_order_relaxed);
    if (t < UINT8_MAX) touched_[e].store(t + 1, std::memory_order_relaxed);
  }
  /// Whether `extent` has been touched since it was asked last, or more often before that.
  bool TakeTouch(size_t extent) {
    const uint8_t t = touched_[extent].load(std::memory_order_relaxed);
    touched_[extent].store(t / 2, std::memory_order_relaxed);
    return t > 0;
  }
  /// Before a paged byte is written to, by its owner: reading it first would bring its page back
  /// together with its neighbours, and writing to it would be a fault of its own.
  void TouchPage(void* p) {
    const size_t e = ExtentOf(p);
    if (e < num_extents_ && paged(e))
      __atomic_fetch_or(static_cast<uint8_t*>(p), 0, __ATOMIC_RELAXED);
  }
  /// Brings paged bytes back for reading.
  void ReadAhead(const uint8_t* bytes, size_t size);
  bool paged(size_t extent) const {
    return kinds_[extent].load(std::memory_order_relaxed) == Kind::kPaged;
  }

  /// What paged extents may take together.
  void SetWindow(int64_t bytes) { window_.store(bytes, std::memory_order_relaxed); }
  int64_t window() const { return window_.load(std::memory_order_relaxed); }
  /// Asks what they take, and drops the least touched when it is more. A microsecond when it is
  /// not; nothing when there are none.
  void Trim() {
    if (paged_extents_.load(std::memory_order_relaxed) > 0) TrimWindow();
  }

  struct Stats {
    int64_t paged_bytes = 0;     ///< of extents that are paged now
    int64_t resident_bytes = 0;  ///< of them in memory, when last asked
    int64_t most_resident_bytes = 0;
    int64_t written_bytes = 0;  ///< paged out since the start
    int64_t dropped_extents = 0;
  };
  Stats stats() const;
  /// Where the scratch file is; empty until there is one.
  std::string directory() const;
  /// Why nothing could be paged the last time that it was tried; OK if it could.
  Status failure() const;

  // For StateMemory: who shares the space.
  void Join(StateMemory* memory);
  void Leave(StateMemory* memory);
  /// Those of them that hold extents are counted by themselves.
  void CountHolder(int more) { holders_.fetch_add(more, std::memory_order_relaxed); }
  int holders() const { return holders_.load(std::memory_order_relaxed); }
  /// Bytes that all of them have charged for extents.
  void CountCharged(int64_t more) { charged_.fetch_add(more, std::memory_order_relaxed); }
  int64_t charged() const { return charged_.load(std::memory_order_relaxed); }
  std::vector<StateMemory*> Members() const;

 private:
  enum class Kind : uint8_t { kFree, kMemory, kPaged };

  size_t TakeRun(size_t extents);
  void GiveRun(size_t first, size_t extents);
  Result<ScratchFile*> File();
  Result<uint8_t*> TryAllocatePaged(size_t extents);
  Status TryPageOut(size_t extent);
  Status Remember(Status paged);
  void SetKind(size_t extent, Kind kind) { kinds_[extent].store(kind, std::memory_order_relaxed); }
  int64_t MeasureShared() const;
  void TrimWindow();

  int shift_;
  const bool forced_;
  uint8_t* base_ = nullptr;
  size_t range_bytes_ = 0;
  size_t num_extents_ = 0;
  // Per extent, in reserved memory as well.
  std::atomic<uint8_t>* touched_ = nullptr;
  std::atomic<Kind>* kinds_ = nullptr;
  std::atomic<bool> watched_{false};
  std::atomic<int64_t> window_{INT64_MAX};
  std::atomic<int64_t> paged_extents_{0};
  std::atomic<int64_t> resident_{0};
  std::atomic<int64_t> most_resident_{0};
  std::atomic<int64_t> written_{0};
  std::atomic<int64_t> dropped_{0};
  std::atomic<int> holders_{0};
  std::atomic<int64_t> charged_{0};

  mutable std::mutex mutex_;       // the kinds' changes, and what follows
  std::map<size_t, size_t> free_;  // runs below used_: first, count
  std::atomic<size_t> used_{0};    // extents from here on have never been used
  std::vector<std::string> directories_;
  std::function<void(const std::string&)> on_first_;
  std::unique_ptr<ScratchFile> file_;
  Status failure_;
  std::vector<StateMemory*> members_;

  std::mutex trim_mutex_;
  size_t hand_ = 0;
  int statm_ = -1;
  int64_t other_shared_ = 0;  // pages of program and libraries
};

}  // namespace thalweg::state
