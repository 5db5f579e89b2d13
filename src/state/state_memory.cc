#include "state/state_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace thalweg::state {
namespace {

/// Smaller blocks are of the heap: there are few of them.
constexpr size_t kLeastPiece = 4096;
/// A small state has no extents, whose pages it would hold without using them.
constexpr int64_t kMostHeap = 4 << 20;
constexpr int64_t kLeastHeap = 256 << 10;
/// With so much in extents their pieces are worth huge pages.
constexpr int64_t kHugeFrom = 16 << 20;
constexpr int64_t kLeastWindow = 256 << 10;
/// Extents that one step pages out while there is no hurry.
constexpr int kExtentsOfStep = 8;

int64_t Watched(int64_t limit) { return limit / 2; }
int64_t Soft(int64_t limit) { return limit / 4 * 3; }
int64_t High(int64_t limit) { return limit / 8 * 7; }

size_t HeapBytes(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

StateMemory::StateMemory(MemoryPool* pool, ExtentSpace* space)
    : pool_(pool), limited_(pool->Limited()), space_(space) {
  space_->Join(this);
}

StateMemory::~StateMemory() {
  space_->Leave(this);
  if (!slots_.empty()) space_->CountHolder(-1);
  CountInMemory(-in_memory_);
  for (const Extent& e : extents_) {
    if (e.number != SIZE_MAX) space_->Free(space_->AddressOf(e.number), 1);
  }
  if (used_ > 0) pool_->Release(used_);
}

bool StateMemory::FromHeap(size_t bytes) const {
  if (space_->forced()) return false;
  if (bytes < kLeastPiece) return true;
  const int64_t most =
      limited_ == nullptr ? kMostHeap : std::clamp(limited_->limit() / 64, kLeastHeap, kMostHeap);
  return heap_bytes_ + static_cast<int64_t>(bytes) <= most;
}

void StateMemory::Take(int64_t bytes) {
  Status reserved = pool_->Reserve(bytes);
  if (!reserved.ok()) {
    if (status_.ok()) {
      const Status failure = space_->failure();
      status_ =
          failure.ok()
              ? std::move(reserved)
              : Status::ResourceExhausted(fmt::format("{}; its state cannot be paged to disk: {}",
                                                      reserved.message(), failure.message()));
    }
    pool_->Charge(bytes);
  }
  used_ += bytes;
}

void StateMemory::ChargeBeside(int64_t more) {
  used_ += more;
  if (more > 0) pool_->Charge(more);
  if (more < 0) pool_->Release(-more);
}

void StateMemory::Give(int64_t bytes) {
  used_ -= bytes;
  pool_->Release(bytes);
}

uint8_t* StateMemory::Allocate(size_t bytes, bool zero, Use use) {
  if (!FromHeap(bytes)) {
    const int log = std::max(kLeastLog, static_cast<int>(std::bit_width(bytes - 1)));
    const size_t extent = space_->extent_bytes();
    const bool run = size_t{1} << log > extent / 2;
    uint8_t* block =
        run ? AllocateRun((bytes + extent - 1) / extent, use) : AllocatePiece(log, use);
    if (block != nullptr) {
      if (zero && !run) std::memset(block, 0, bytes);  // extents come as zeros
      return block;
    }
  }
  const size_t size = HeapBytes(bytes);
  MakeRoom(static_cast<int64_t>(size), use);
  Take(static_cast<int64_t>(size));
  heap_bytes_ += static_cast<int64_t>(size);
  void* block = std::aligned_alloc(64, size);
  TW_CHECK(block != nullptr, "out of memory allocating state of " + FormatBytes(used_));
  if (zero) std::memset(block, 0, size);
  return static_cast<uint8_t*>(block);
}

uint8_t* StateMemory::AllocateRun(size_t extents, Use use) {
  const size_t size = space_->extent_bytes();
  uint8_t* at = NewExtents(extents, static_cast<int64_t>(extents * size), use, /*huge=*/true);
  for (size_t i = 0; at != nullptr && i < extents; ++i) Occupy(Find(at + i * size), size);
  return at;
}

// Free pieces of a size are halved as they are needed, and not joined until their whole extent is
// free.
uint8_t* StateMemory::AllocatePiece(int log, Use use) {
  const size_t bytes = size_t{1} << log;
  const int extent_log = std::countr_zero(space_->extent_bytes());
  int from = log;
  while (from < extent_log && free_[static_cast<size_t>(from)].empty()) ++from;
  uint8_t* piece;
  if (from == extent_log) {
    piece = NewExtents(1, static_cast<int64_t>(bytes), use, in_memory_ > kHugeFrom);
    if (piece == nullptr) return nullptr;
    ++empty_;
  } else {
    piece = free_[static_cast<size_t>(from)].back();
    free_[static_cast<size_t>(from)].pop_back();
    if (!Find(piece)->paged) MakeRoom(static_cast<int64_t>(bytes), use);
  }
  Extent* extent = Find(piece);
  if (extent->used == 0) --empty_;
  Occupy(extent, bytes);
  for (int l = from; l-- > log;) {
    free_[static_cast<size_t>(l)].push_back(piece + (size_t{1} << l));
  }
  return piece;
}

uint8_t* StateMemory::NewExtents(size_t extents, int64_t bytes, Use use, bool huge) {
  uint8_t* at = nullptr;
  bool paged = !MakeRoom(bytes, use);
  if (paged) {
    auto allocated = space_->AllocatePaged(extents);
    if (allocated.ok()) at = *allocated;
  }
  if (at == nullptr) {
    paged = false;
    at = space_->Allocate(extents, huge);
  }
  if (at == nullptr) return nullptr;
  if (slots_.empty()) space_->CountHolder(1);
  const size_t first = space_->ExtentOf(at);
  for (size_t number = first; number < first + extents; ++number) {
    if (unused_.empty()) {
      unused_.push_back(extents_.size());
      extents_.emplace_back();
    }
    slots_.emplace(number, unused_.back());
    extents_[unused_.back()] = {number, 0, use, paged};
    unused_.pop_back();
    if (paged) {
      paged_bytes_ += static_cast<int64_t>(space_->extent_bytes());
    } else {
      ++in_memory_extents_[static_cast<size_t>(use)];
    }
  }
  return at;
}

void StateMemory::Occupy(Extent* extent, size_t bytes) {
  extent->used += bytes;
  if (extent->paged) return;
  CountInMemory(static_cast<int64_t>(bytes));
  Take(static_cast<int64_t>(bytes));
}

void StateMemory::Vacate(Extent* extent, size_t bytes) {
  extent->used -= bytes;
  if (extent->paged) return;
  CountInMemory(-static_cast<int64_t>(bytes));
  Give(static_cast<int64_t>(bytes));
}

void StateMemory::RemoveExtent(size_t number) {
  const auto it = slots_.find(number);
  Extent* extent = &extents_[it->second];
  if (extent->paged) {
    paged_bytes_ -= static_cast<int64_t>(space_->extent_bytes());
  } else {
    --in_memory_extents_[static_cast<size_t>(extent->use)];
  }
  *extent = {};
  unused_.push_back(it->second);
  slots_.erase(it);
  if (slots_.empty()) space_->CountHolder(-1);
}

void StateMemory::Free(uint8_t* block, size_t bytes) {
  if (block == nullptr) return;
  if (!space_->contains(block)) {
    const auto size = static_cast<int64_t>(HeapBytes(bytes));
    heap_bytes_ -= size;
    Give(size);
    std::free(block);
    return;
  }
  const size_t log = std::max<size_t>(kLeastLog, std::bit_width(bytes - 1));
  const size_t size = space_->extent_bytes();
  if (size_t{1} << log > size / 2) {
    const size_t extents = (bytes + size - 1) / size;
    for (size_t i = 0; i < extents; ++i) {
      Vacate(Find(block + i * size), size);
      RemoveExtent(space_->ExtentOf(block) + i);
    }
    space_->Free(block, extents);
    return;
  }
  Extent* extent = Find(block);
  Vacate(extent, size_t{1} << log);
  free_[log].push_back(block);
  if (extent->used == 0 && ++empty_ > 4 + slots_.size() / 8) SweepEmpty();
}

void StateMemory::SweepEmpty() {
  for (auto& pieces : free_) {
    std::erase_if(pieces, [&](const uint8_t* piece) { return Find(piece)->used == 0; });
  }
  for (const Extent& e : extents_) {
    if (e.number == SIZE_MAX || e.used > 0) continue;
    const size_t number = e.number;
    RemoveExtent(number);
    space_->Free(space_->AddressOf(number), 1);
  }
  empty_ = 0;
}

void StateMemory::CountInMemory(int64_t more) {
  in_memory_ += more;
  space_->CountCharged(more);
}

// An equal part of what batches in flight and other things leave below the mark.
int64_t StateMemory::FairShare() const {
  const int64_t others = limited_->used() - space_->charged();
  return std::max<int64_t>(0, Soft(limited_->limit()) - others) / std::max(1, space_->holders());
}

bool StateMemory::MakeRoom(int64_t bytes, Use use) {
  if (limited_ == nullptr) return true;
  const int64_t limit = limited_->limit();
  const auto used = [&] { return limited_->used() + bytes; };
  if (used() <= Watched(limit)) return true;
  space_->Watch();
  space_->SetWindow(std::max(limit / 4, kLeastWindow));
  if (used() <= Soft(limit)) return true;
  // An index is rather kept in memory than any rows.
  while (use == Use::kIndex && used() > Soft(limit) && PageOutOne(/*rows_only=*/true)) {
  }
  while (used() > Soft(limit) && (used() > High(limit) || in_memory_ > FairShare()) &&
         bytes <= in_memory_) {
    if (!PageOutOne(/*rows_only=*/false)) break;
  }
  return used() <= High(limit);
}

// The clock's hand passes over extents by until their touches are used up: 9 rounds do for all.
bool StateMemory::PageOutOne(bool rows_only) {
  for (const Use use : {Use::kRows, Use::kIndex}) {
    if (in_memory_extents_[static_cast<size_t>(use)] == 0) continue;
    if (rows_only && use == Use::kIndex) continue;
    const size_t all = extents_.size();
    for (size_t left = 9 * all; left > 0; --left) {
      hand_ = hand_ + 1 < all ? hand_ + 1 : 0;
      Extent* e = &extents_[hand_];
      if (e->number == SIZE_MAX || e->paged || e->use != use || e->used == 0) continue;
      if (left > all && space_->TakeTouch(e->number)) continue;
      return PageOut(e);
    }
  }
  return false;
}

bool StateMemory::PageOut(Extent* e) {
  if (!space_->PageOut(e->number).ok()) return false;
  e->paged = true;
  --in_memory_extents_[static_cast<size_t>(e->use)];
  paged_bytes_ += static_cast<int64_t>(space_->extent_bytes());
  CountInMemory(-static_cast<int64_t>(e->used));
  Give(static_cast<int64_t>(e->used));
  return true;
}

void StateMemory::EndStepOf(const MemoryPool* pool) {
  for (StateMemory* memory : ExtentSpace::Process()->Members()) {
    if (memory->pool_ == pool) memory->EndStep();
  }
}

void StateMemory::EndStep() {
  if (space_->forced()) {
    for (Extent& e : extents_) {
      if (e.number == SIZE_MAX) continue;
      if (!e.paged && !PageOut(&e)) break;
      space_->Drop(e.number);
    }
    return;
  }
  if (limited_ == nullptr) return;
  if (paged_bytes_ > 0 || window_charge_ > 0) {
    space_->Trim();
    ChargeWindow();
  }
  const int64_t limit = limited_->limit();
  for (int n = 0; limited_->used() > Soft(limit); ++n) {
    const bool hurry = limited_->used() > High(limit);
    if (!hurry && (n >= kExtentsOfStep || in_memory_ <= FairShare())) break;
    if (!PageOutOne(/*rows_only=*/false)) break;
  }
}

// Its part of what paged extents have taken at most so far: asking the kernel who has touched what
// would cost too much.
void StateMemory::ChargeWindow() {
  const ExtentSpace::Stats stats = space_->stats();
  const int64_t all = std::min(stats.most_resident_bytes, space_->window());
  const auto mine =
      static_cast<int64_t>(static_cast<double>(all) * static_cast<double>(paged_bytes_) /
                           static_cast<double>(std::max<int64_t>(1, stats.paged_bytes)));
  if (mine > window_charge_) pool_->Charge(mine - window_charge_);
  if (mine < window_charge_) pool_->Release(window_charge_ - mine);
  used_ += mine - window_charge_;
  window_charge_ = mine;
}

}  // namespace thalweg::state
