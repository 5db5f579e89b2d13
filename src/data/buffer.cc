#include "data/buffer.h"

#include <cstdlib>
#include <cstring>

namespace thalweg::data {
namespace {
constexpr int64_t kAlignment = 64;
constexpr int64_t kPadding = 32;

int64_t AllocatedBytes(int64_t size) {
  return (size + kPadding + kAlignment - 1) / kAlignment * kAlignment;
}
}  // namespace

std::shared_ptr<Buffer> Buffer::Allocate(int64_t bytes) {
  const int64_t allocated = AllocatedBytes(bytes);
  void* data = std::aligned_alloc(kAlignment, static_cast<size_t>(allocated));
  TW_CHECK(data != nullptr, "out of memory allocating " + FormatBytes(allocated));
  MemoryPool* pool = MemoryPool::Current();
  pool->Charge(allocated);
  return std::shared_ptr<Buffer>(
      new Buffer(static_cast<uint8_t*>(data), bytes, pool, pool->weak_from_this().lock()));
}

std::shared_ptr<Buffer> Buffer::Copy(std::string_view bytes) {
  auto b = Allocate(static_cast<int64_t>(bytes.size()));
  if (!bytes.empty()) std::memcpy(b->data_, bytes.data(), bytes.size());
  return b;
}

std::shared_ptr<Buffer> Buffer::Wrap(const uint8_t* data, int64_t bytes,
                                     std::shared_ptr<const void> owner) {
  return std::shared_ptr<Buffer>(
      new Buffer(const_cast<uint8_t*>(data), bytes, nullptr, std::move(owner)));
}

Buffer::~Buffer() {
  if (pool_ == nullptr) return;
  pool_->Release(AllocatedBytes(size_));
  std::free(data_);
}

}  // namespace thalweg::data
