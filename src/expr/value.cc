#include "expr/value.h"

#include <cstring>
#include <functional>
#include <string_view>

namespace thalweg::expr {

using data::Column;
using data::PhysicalType;

namespace {

/// MAP and MULTISET: the same entries in any order.
bool SameEntries(const Column& a, int32_t x, const Column& b, int32_t y) {
  for (int32_t i = a.offsets()[x]; i < a.offsets()[x + 1]; ++i) {
    bool found = false;
    for (int32_t j = b.offsets()[y]; j < b.offsets()[y + 1] && !found; ++j) {
      found = SameValue(*a.children()[0], i, *b.children()[0], j) &&
              SameValue(*a.children()[1], i, *b.children()[1], j);
    }
    if (!found) return false;
  }
  return true;
}

}  // namespace

bool SameValue(const Column& a, int32_t i, const Column& b, int32_t j) {
  const bool null = a.IsNull(i);
  if (null != b.IsNull(j)) return false;
  if (null) return true;
  const Column& sa = a.storage();
  const Column& sb = b.storage();
  const int32_t x = a.StorageIndex(i), y = b.StorageIndex(j);
  switch (a.physical()) {
    case PhysicalType::kNull:
      return true;
    case PhysicalType::kString:
      return sa.values<std::string_view>()[x] == sb.values<std::string_view>()[y];
    case PhysicalType::kList: {
      const int32_t n = sa.offsets()[x + 1] - sa.offsets()[x];
      if (n != sb.offsets()[y + 1] - sb.offsets()[y]) return false;
      if (sa.children().size() == 2) return SameEntries(sa, x, sb, y);
      for (size_t c = 0; c < sa.children().size(); ++c) {
        for (int32_t k = 0; k < n; ++k) {
          if (!SameValue(*sa.children()[c], sa.offsets()[x] + k, *sb.children()[c],
                         sb.offsets()[y] + k)) {
            return false;
          }
        }
      }
      return true;
    }
    case PhysicalType::kRow:
      for (size_t c = 0; c < sa.children().size(); ++c) {
        if (!SameValue(*sa.children()[c], x, *sb.children()[c], y)) return false;
      }
      return true;
    default: {
      const auto width = static_cast<size_t>(data::PhysicalWidth(a.physical()));
      return std::memcmp(sa.values<char>() + static_cast<size_t>(x) * width,
                         sb.values<char>() + static_cast<size_t>(y) * width, width) == 0;
    }
  }
}

size_t HashValue(const Column& c, int32_t row) {
  if (c.IsNull(row)) return 0x9e3779b9;
  const Column& s = c.storage();
  const int32_t x = c.StorageIndex(row);
  size_t h = 17;
  switch (c.physical()) {
    case PhysicalType::kNull:
      return 1;
    case PhysicalType::kString:
      return std::hash<std::string_view>()(s.values<std::string_view>()[x]);
    case PhysicalType::kList:
      if (s.children().size() == 2) return static_cast<size_t>(s.offsets()[x + 1] - s.offsets()[x]);
      for (int32_t k = s.offsets()[x]; k < s.offsets()[x + 1]; ++k) {
        h = h * 31 + HashValue(*s.children()[0], k);
      }
      return h;
    case PhysicalType::kRow:
      for (const auto& child : s.children()) h = h * 31 + HashValue(*child, x);
      return h;
    default: {
      const auto width = static_cast<size_t>(data::PhysicalWidth(c.physical()));
      return std::hash<std::string_view>()(
          {s.values<char>() + static_cast<size_t>(x) * width, width});
    }
  }
}

}  // namespace thalweg::expr
