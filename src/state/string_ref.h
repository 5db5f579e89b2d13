// StringRef: 16 bytes inside a row that hold a short string, or point to a longer one in the slab.
//
// All zero bytes are the empty string. The row that holds it frees it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "state/memory/slab.h"
#include "state/snapshot/byte_stream.h"

namespace thalweg::state {

class StringRef {
 public:
  static constexpr uint32_t kInline = 12;

  std::string_view View() const {
    return size_ <= kInline ? std::string_view(bytes_, size_) : std::string_view(pointer(), size_);
  }
  uint32_t size() const { return size_; }
  bool Equals(std::string_view s) const {
    return s == View();  // an empty view may be null, which memcmp must not see
  }
  /// Overwrites without freeing: for a fresh row.
  void Store(std::string_view s, Slab* slab) {
    size_ = static_cast<uint32_t>(s.size());
    if (size_ <= kInline) {
      if (size_ > 0) std::memcpy(bytes_, s.data(), s.size());
      return;
    }
    char* p = reinterpret_cast<char*>(slab->Allocate(s.size()));
    std::memcpy(p, s.data(), s.size());
    std::memcpy(bytes_ + 4, &p, sizeof(p));
  }
  /// `s` must not point into this string.
  void Assign(std::string_view s, Slab* slab) {
    if (size_ > kInline && s.size() > kInline &&
        Slab::Capacity(size_) == Slab::Capacity(s.size())) {
      std::memcpy(const_cast<char*>(pointer()), s.data(), s.size());
      size_ = static_cast<uint32_t>(s.size());
      return;
    }
    Free(slab);
    Store(s, slab);
  }
  void Append(std::string_view s, Slab* slab);
  /// For snapshots: the bytes that do not stand in these 16.
  void Save(std::string* out) const {
    if (size_ > kInline) out->append(pointer(), size_);
  }
  /// The 16 bytes are as they were when saved; false if the bytes end early.
  bool Load(Slab* slab, ByteReader* in) {
    if (size_ <= kInline) return true;
    const char* bytes = in->Raw(size_);
    if (bytes == nullptr) return false;
    Store(std::string_view(bytes, size_), slab);
    return true;
  }
  void Free(Slab* slab) {
    if (size_ > kInline) {
      slab->Free(reinterpret_cast<uint8_t*>(const_cast<char*>(pointer())), size_);
    }
    size_ = 0;
  }

 private:
  const char* pointer() const {
    const char* p;
    std::memcpy(&p, bytes_ + 4, sizeof(p));
    return p;
  }
  uint32_t size_;
  char bytes_[12];
};
static_assert(sizeof(StringRef) == 16);

inline void StringRef::Append(std::string_view s, Slab* slab) {
  const size_t total = size_ + s.size();
  if (total <= kInline) {
    if (!s.empty()) std::memcpy(bytes_ + size_, s.data(), s.size());
    size_ = static_cast<uint32_t>(total);
    return;
  }
  if (size_ > kInline && Slab::Capacity(size_) >= total) {
    std::memcpy(const_cast<char*>(pointer()) + size_, s.data(), s.size());
    size_ = static_cast<uint32_t>(total);
    return;
  }
  const std::string_view old = View();
  char* p = reinterpret_cast<char*>(slab->Allocate(total));
  if (!old.empty()) std::memcpy(p, old.data(), old.size());
  if (!s.empty()) std::memcpy(p + old.size(), s.data(), s.size());
  Free(slab);
  size_ = static_cast<uint32_t>(total);
  std::memcpy(bytes_ + 4, &p, sizeof(p));
}

}  // namespace thalweg::state
