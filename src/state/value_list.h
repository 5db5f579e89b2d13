// ValueList: a list of encoded values (state/value_codec.h) inside a row, in arrival order; for
// LISTAGG, ARRAY_AGG and FIRST/LAST_VALUE with retractions. 16 bytes; all zero is the empty list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "state/memory/slab.h"
#include "state/snapshot/byte_stream.h"
#include "state/string_ref.h"

namespace thalweg::state {

class ValueList {
 public:
  uint32_t size() const { return size_; }
  std::string_view operator[](uint32_t i) const { return items_[i].View(); }
  void Append(std::string_view value, Slab* slab);
  /// Takes out the first item equal to `value`; false if there is none. O(size).
  bool RemoveFirst(std::string_view value, Slab* slab);
  void Free(Slab* slab);
  void Save(std::string* out) const;
  /// Starts from an empty list, whatever bytes stand here.
  Status Load(Slab* slab, ByteReader* in);

 private:
  StringRef* items_;
  uint32_t size_;
  uint32_t capacity_;
};
static_assert(sizeof(ValueList) == 16);

}  // namespace thalweg::state
