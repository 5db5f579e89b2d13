// Buffer: one block of memory, charged to the MemoryPool that was current when it was made.
//
// Shared through BufferPtr; immutable once a second owner has it. 64-byte aligned, so kernels may
// use aligned vector loads, and 32 bytes of readable padding follow the end.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/memory.h"

namespace thalweg::data {

class Buffer {
 public:
  /// Never fails; see MemoryPool::Charge. Contents are undefined.
  static std::shared_ptr<Buffer> Allocate(int64_t bytes);
  static std::shared_ptr<Buffer> Copy(std::string_view bytes);
  /// Memory of somebody else's (an Arrow buffer, a mapping), kept alive by `owner`; not charged.
  static std::shared_ptr<Buffer> Wrap(const uint8_t* data, int64_t bytes,
                                      std::shared_ptr<const void> owner);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  const uint8_t* data() const { return data_; }
  uint8_t* mutable_data() { return data_; }
  int64_t size() const { return size_; }
  template <typename T>
  T* as() {
    return reinterpret_cast<T*>(data_);
  }

 private:
  Buffer(uint8_t* data, int64_t size, MemoryPool* pool, std::shared_ptr<const void> owner)
      : data_(data), size_(size), pool_(pool), owner_(std::move(owner)) {}

  uint8_t* data_;
  int64_t size_;
  MemoryPool* pool_;                   // null when wrapped
  std::shared_ptr<const void> owner_;  // the wrapped memory's, or the pool
};

using BufferPtr = std::shared_ptr<const Buffer>;

}  // namespace thalweg::data
