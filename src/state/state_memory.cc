#include "state/state_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

namespace thalweg::state {
namespace {
constexpr size_t kHugePage = size_t{2} << 20;

size_t Rounded(size_t bytes) {
  const size_t unit = bytes >= kHugePage ? kHugePage : 64;
  return (bytes + unit - 1) / unit * unit;
}
}  // namespace

StateMemory::~StateMemory() {
  if (used_ > 0) pool_->Release(used_);
}

uint8_t* StateMemory::Allocate(size_t bytes, bool zero) {
  const size_t size = Rounded(bytes);
  Status reserved = pool_->Reserve(static_cast<int64_t>(size));
  if (!reserved.ok()) {
    if (status_.ok()) status_ = std::move(reserved);
    pool_->Charge(static_cast<int64_t>(size));
  }
  used_ += static_cast<int64_t>(size);
  void* block = std::aligned_alloc(size >= kHugePage ? kHugePage : 64, size);
  TW_CHECK(block != nullptr, "out of memory allocating state of " + FormatBytes(used_));
  if (size >= kHugePage) madvise(block, size, MADV_HUGEPAGE);
  if (zero) std::memset(block, 0, size);
  return static_cast<uint8_t*>(block);
}

void StateMemory::Free(uint8_t* block, size_t bytes) {
  if (block == nullptr) return;
  const auto size = static_cast<int64_t>(Rounded(bytes));
  used_ -= size;
  pool_->Release(size);
  std::free(block);
}

}  // namespace thalweg::state
