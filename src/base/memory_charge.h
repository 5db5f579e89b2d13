// MemoryCharge: the bytes of one growing thing (a vector, a heap) on the account of its owner.
//
// For memory that comes from the C++ heap and not from data::Buffer or state::StateMemory, which
// charge themselves. The owner tells the size whenever it may have changed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/memory.h"

namespace thalweg {

class MemoryCharge {
 public:
  MemoryCharge() = default;
  explicit MemoryCharge(MemoryPool* pool) : pool_(pool) {}
  ~MemoryCharge() { Clear(); }
  MemoryCharge(const MemoryCharge&) = delete;
  MemoryCharge& operator=(const MemoryCharge&) = delete;

  /// Once, before the first Set. `pool` outlives this.
  void Open(MemoryPool* pool) { pool_ = pool; }
  /// It holds `bytes` now. Fails by the pool's name when a limit does not allow the growth; the
  /// bytes count all the same, since they are there.
  Status Set(size_t bytes) {
    const auto now = static_cast<int64_t>(bytes);
    const int64_t more = now - bytes_;
    bytes_ = now;
    if (more <= 0) {
      if (more < 0) pool_->Release(-more);
      return Status::OK();
    }
    Status status = pool_->Reserve(more);
    if (!status.ok()) pool_->Charge(more);
    return status;
  }
  void Clear() {
    if (bytes_ > 0) pool_->Release(bytes_);
    bytes_ = 0;
  }
  int64_t bytes() const { return bytes_; }

 private:
  MemoryPool* pool_ = nullptr;
  int64_t bytes_ = 0;
};

/// What a vector has allocated.
template <typename Vector>
size_t AllocatedBytes(const Vector& v) {
  return v.capacity() * sizeof(typename Vector::value_type);
}

}  // namespace thalweg
