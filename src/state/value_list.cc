#include "state/value_list.h"

#include <cstring>

namespace thalweg::state {

void ValueList::Append(std::string_view value, Slab* slab) {
  if (size_ == capacity_) {
    const size_t bytes = Slab::Capacity((capacity_ == 0 ? 1 : capacity_ * size_t{2}) * 16);
    auto* items = reinterpret_cast<StringRef*>(slab->Allocate(bytes));
    if (size_ > 0) std::memcpy(static_cast<void*>(items), items_, size_ * sizeof(StringRef));
    if (capacity_ > 0) slab->Free(reinterpret_cast<uint8_t*>(items_), capacity_ * size_t{16});
    items_ = items;
    capacity_ = static_cast<uint32_t>(bytes / 16);
  }
  items_[size_++].Store(value, slab);
}

bool ValueList::RemoveFirst(std::string_view value, Slab* slab) {
  for (uint32_t i = 0; i < size_; ++i) {
    if (!items_[i].Equals(value)) continue;
    items_[i].Free(slab);
    std::memmove(static_cast<void*>(items_ + i), items_ + i + 1,
                 (size_ - i - 1) * sizeof(StringRef));
    --size_;
    return true;
  }
  return false;
}

void ValueList::Free(Slab* slab) {
  for (uint32_t i = 0; i < size_; ++i) items_[i].Free(slab);
  if (capacity_ > 0) slab->Free(reinterpret_cast<uint8_t*>(items_), capacity_ * size_t{16});
  items_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

void ValueList::Save(std::string* out) const {
  AppendFixed(size_, out);
  for (uint32_t i = 0; i < size_; ++i) AppendBytes(items_[i].View(), out);
}

Status ValueList::Load(Slab* slab, ByteReader* in) {
  items_ = nullptr;
  size_ = 0;
  capacity_ = 0;
  const auto n = in->Fixed<uint32_t>();
  for (uint32_t i = 0; i < n; ++i) {
    const std::string_view value = in->Bytes();
    if (!in->ok()) return Status::BadData("state is truncated: a list is cut off");
    Append(value, slab);
  }
  return Status::OK();
}

}  // namespace thalweg::state
