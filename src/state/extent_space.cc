#include "state/extent_space.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace thalweg::state {
namespace {

constexpr size_t kPage = 4096;
constexpr int kPopulateRead = 22;  // MADV_POPULATE_READ, from Linux 5.14 on
constexpr size_t kHugePage = size_t{2} << 20;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kRangeBytes = size_t{64} << 30;  // the sanitizers shadow what is reserved
#else
constexpr size_t kRangeBytes = size_t{4} << 40;
#endif
constexpr size_t kLeastRange = size_t{1} << 30;

size_t forced_extent_bytes = 0;

uint8_t* ReserveRange(size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : static_cast<uint8_t*>(p);
}

template <typename T>
T* ZeroedArray(size_t count) {
  void* p = mmap(nullptr, std::max(count * sizeof(T), kPage), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : static_cast<T*>(p);
}

}  // namespace

ExtentSpace* ExtentSpace::Process() {
  // Outlives every thread.
  static ExtentSpace* space = forced_extent_bytes > 0
                                  ? new ExtentSpace(forced_extent_bytes, kLeastRange, true)
                                  : new ExtentSpace(kHugePage, kRangeBytes);
  return space;
}

void ExtentSpace::ForcePagingForTesting(size_t extent_bytes) { forced_extent_bytes = extent_bytes; }

ExtentSpace::ExtentSpace(size_t extent_bytes, size_t range_bytes, bool forced)
    : shift_(std::bit_width(extent_bytes) - 1), forced_(forced) {
  TW_CHECK(std::has_single_bit(extent_bytes) && extent_bytes >= kPage, "extents of odd size");
  static_assert(static_cast<int>(Kind::kFree) == 0);
  for (size_t bytes = range_bytes; bytes >= std::min(range_bytes, kLeastRange); bytes /= 2) {
    base_ = ReserveRange(bytes + extent_bytes);  // `ulimit -v` may allow less
    if (base_ == nullptr) continue;
    range_bytes_ = bytes + extent_bytes;
    const size_t count = bytes >> shift_;
    touched_ = ZeroedArray<std::atomic<uint8_t>>(count);
    kinds_ = ZeroedArray<std::atomic<Kind>>(count);
    if (touched_ != nullptr && kinds_ != nullptr) num_extents_ = count;
    break;
  }
  const auto misaligned = reinterpret_cast<uintptr_t>(base_) & (extent_bytes - 1);
  if (misaligned != 0) base_ += extent_bytes - misaligned;
  if (forced_) Watch();
}

// The range stays reserved: a test's space is small.
ExtentSpace::~ExtentSpace() {
  if (num_extents_ > 0) {
    mmap(base_, num_extents_ << shift_, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  }
  if (statm_ >= 0) close(statm_);
}

void ExtentSpace::SetDirectories(std::vector<std::string> directories) {
  std::lock_guard lock(mutex_);
  directories_ = std::move(directories);
}

void ExtentSpace::SetListener(std::function<void(const std::string&)> on_first) {
  std::lock_guard lock(mutex_);
  on_first_ = std::move(on_first);
}

size_t ExtentSpace::TakeRun(size_t extents) {
  for (auto it = free_.begin(); it != free_.end(); ++it) {
    if (it->second < extents) continue;
    const size_t first = it->first;
    const size_t left = it->second - extents;
    free_.erase(it);
    if (left > 0) free_.emplace(first + extents, left);
    return first;
  }
  const size_t first = used_.load(std::memory_order_relaxed);
  if (num_extents_ - first < extents) return num_extents_;
  used_.store(first + extents, std::memory_order_relaxed);
  return first;
}

void ExtentSpace::GiveRun(size_t first, size_t extents) {
  auto next = free_.lower_bound(first);
  if (next != free_.end() && next->first == first + extents) {
    extents += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    auto before = std::prev(next);
    if (before->first + before->second == first) {
      first = before->first;
      extents += before->second;
      free_.erase(before);
    }
  }
  if (first + extents == used_.load(std::memory_order_relaxed)) {
    used_.store(first, std::memory_order_relaxed);
  } else {
    free_.emplace(first, extents);
  }
}

uint8_t* ExtentSpace::Allocate(size_t extents, bool huge) {
  std::lock_guard lock(mutex_);
  const size_t first = TakeRun(extents);
  if (first == num_extents_) return nullptr;
  uint8_t* at = AddressOf(first);
  if (mprotect(at, extents << shift_, PROT_READ | PROT_WRITE) != 0) {
    GiveRun(first, extents);
    return nullptr;
  }
  if (huge && extent_bytes() >= kHugePage) madvise(at, extents << shift_, MADV_HUGEPAGE);
  for (size_t e = first; e < first + extents; ++e) {
    SetKind(e, Kind::kMemory);
    touched_[e].store(0, std::memory_order_relaxed);
  }
  return at;
}

Result<uint8_t*> ExtentSpace::AllocatePaged(size_t extents) {
  auto at = TryAllocatePaged(extents);
  TW_RETURN_IF_ERROR(Remember(at.status()));
  return at;
}

Result<uint8_t*> ExtentSpace::TryAllocatePaged(size_t extents) {
  std::lock_guard lock(mutex_);
  TW_ASSIGN_OR_RETURN(ScratchFile * file, File());
  const size_t first = TakeRun(extents);
  if (first == num_extents_) return nullptr;
  const size_t bytes = extents << shift_;
  const auto offset = static_cast<int64_t>(first << shift_);
  Status mapped = file->Reserve(offset, bytes);
  if (mapped.ok()) mapped = file->MapAt(AddressOf(first), bytes, offset);
  if (!mapped.ok()) {
    file->Discard(offset, bytes);
    GiveRun(first, extents);
    return mapped;
  }
  for (size_t e = first; e < first + extents; ++e) {
    SetKind(e, Kind::kPaged);
    touched_[e].store(0, std::memory_order_relaxed);
  }
  paged_extents_.fetch_add(static_cast<int64_t>(extents), std::memory_order_relaxed);
  return AddressOf(first);
}

void ExtentSpace::Free(uint8_t* at, size_t extents) {
  std::lock_guard lock(mutex_);
  const size_t first = ExtentOf(at);
  int64_t paged = 0;
  for (size_t e = first; e < first + extents; ++e) {
    TW_CHECK(kinds_[e].load(std::memory_order_relaxed) != Kind::kFree, "an extent freed twice");
    if (this->paged(e)) {
      ++paged;
      file_->Discard(static_cast<int64_t>(e << shift_), extent_bytes());
    }
    SetKind(e, Kind::kFree);
  }
  paged_extents_.fetch_sub(paged, std::memory_order_relaxed);
  const void* cleared = mmap(at, extents << shift_, PROT_NONE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  TW_CHECK(cleared == at, "cannot give state's memory back (vm.max_map_count?)");
  GiveRun(first, extents);
}

Result<ScratchFile*> ExtentSpace::File() {
  if (file_ == nullptr) {
    if (directories_.empty()) directories_ = ScratchFile::DefaultDirectories();
    TW_ASSIGN_OR_RETURN(file_, ScratchFile::Open(directories_));
    statm_ = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    other_shared_ = MeasureShared();
    if (on_first_) on_first_(file_->directory());
  }
  return file_.get();
}

Status ExtentSpace::Remember(Status paged) {
  std::lock_guard lock(mutex_);
  failure_ = paged;
  return paged;
}

Status ExtentSpace::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

Status ExtentSpace::PageOut(size_t extent) { return Remember(TryPageOut(extent)); }

Status ExtentSpace::TryPageOut(size_t extent) {
  ScratchFile* file;
  {
    std::lock_guard lock(mutex_);
    TW_ASSIGN_OR_RETURN(file, File());
  }
  uint8_t* at = AddressOf(extent);
  const auto offset = static_cast<int64_t>(extent << shift_);
  TW_RETURN_IF_ERROR(file->Write(at, extent_bytes(), offset));
  std::lock_guard lock(mutex_);
  const Status mapped = file->MapAt(at, extent_bytes(), offset);
  TW_CHECK(mapped.ok(), mapped.message());  // what was mapped there may be gone
  SetKind(extent, Kind::kPaged);
  paged_extents_.fetch_add(1, std::memory_order_relaxed);
  written_.fetch_add(static_cast<int64_t>(extent_bytes()), std::memory_order_relaxed);
  return Status::OK();
}

void ExtentSpace::ReadAhead(const uint8_t* bytes, size_t size) {
  const size_t e = ExtentOf(bytes);
  if (e >= num_extents_ || !paged(e)) return;
  auto* first = base_ + (static_cast<size_t>(bytes - base_) & ~(kPage - 1));
  madvise(first, static_cast<size_t>(bytes + size - first), kPopulateRead);  // a hint
}

void ExtentSpace::Drop(size_t extent) {
  std::lock_guard lock(mutex_);  // or the extent might become memory now
  if (!paged(extent)) return;
  madvise(AddressOf(extent), extent_bytes(), MADV_DONTNEED);
  dropped_.fetch_add(1, std::memory_order_relaxed);
}

// Pages of mapped files: ours, the program's and its libraries'.
int64_t ExtentSpace::MeasureShared() const {
  char text[128];
  const ssize_t n = statm_ < 0 ? 0 : pread(statm_, text, sizeof(text) - 1, 0);
  if (n <= 0) return 0;
  text[n] = 0;
  char* p = text;
  std::strtoll(p, &p, 10);
  std::strtoll(p, &p, 10);
  return std::strtoll(p, &p, 10) * static_cast<int64_t>(kPage);
}

void ExtentSpace::TrimWindow() {
  const int64_t window = window_.load(std::memory_order_relaxed);
  const auto resident = [&] {
    const int64_t bytes = std::max<int64_t>(0, MeasureShared() - other_shared_);
    resident_.store(bytes, std::memory_order_relaxed);
    if (bytes > most_resident_.load(std::memory_order_relaxed)) {
      most_resident_.store(bytes, std::memory_order_relaxed);
    }
    return bytes;
  };
  std::unique_lock lock(trim_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) {  // somebody is at it; who brings pages back faster than that waits
    if (resident_.load(std::memory_order_relaxed) - window <= window / 4) return;
    lock.lock();
  }
  int64_t now = resident();
  if (now <= window) return;
  // The hand passes extents by until their touches are used up; 9 rounds are enough for all.
  const int64_t target = window / 8 * 7;
  const size_t all = used_.load(std::memory_order_relaxed);
  size_t left = all * 9;
  for (int dropped = 0; now > target && left > 0; --left) {
    hand_ = hand_ + 1 < all ? hand_ + 1 : 0;
    if (!paged(hand_) || (left > all && TakeTouch(hand_))) continue;
    Drop(hand_);
    if (++dropped % 4 == 0) now = resident();
  }
  if (left == 0) {  // everything was dropped: what is left is the program's
    now = resident();
    if (now > target) other_shared_ += now;
  }
}

ExtentSpace::Stats ExtentSpace::stats() const {
  Stats s;
  s.paged_bytes = paged_extents_.load(std::memory_order_relaxed) << shift_;
  s.resident_bytes = resident_.load(std::memory_order_relaxed);
  s.most_resident_bytes = most_resident_.load(std::memory_order_relaxed);
  s.written_bytes = written_.load(std::memory_order_relaxed);
  s.dropped_extents = dropped_.load(std::memory_order_relaxed);
  return s;
}

std::string ExtentSpace::directory() const {
  std::lock_guard lock(mutex_);
  return file_ == nullptr ? "" : file_->directory();
}

void ExtentSpace::Join(StateMemory* memory) {
  std::lock_guard lock(mutex_);
  members_.push_back(memory);
}

void ExtentSpace::Leave(StateMemory* memory) {
  std::lock_guard lock(mutex_);
  std::erase(members_, memory);
}

std::vector<StateMemory*> ExtentSpace::Members() const {
  std::lock_guard lock(mutex_);
  return members_;
}

}  // namespace thalweg::state
