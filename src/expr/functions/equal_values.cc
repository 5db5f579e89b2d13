#include "expr/functions/equal_values.h"

#include "expr/value.h"

namespace thalweg::expr {

using data::PhysicalType;

namespace {

template <typename T>
bool SameNumber(const data::Column& a, int32_t x, const data::Column& b, int32_t y) {
  return a.values<T>()[x] == b.values<T>()[y];
}

}  // namespace

bool EqualValues(const data::Column& a, int32_t i, const data::Column& b, int32_t j) {
  const data::Column& sa = a.storage();
  const data::Column& sb = b.storage();
  const int32_t x = a.StorageIndex(i), y = b.StorageIndex(j);
  const auto equal = [&](size_t child, int32_t k, int32_t l) {
    const data::Column& ca = *sa.children()[child];
    const data::Column& cb = *sb.children()[child];
    return !ca.IsNull(k) && !cb.IsNull(l) && EqualValues(ca, k, cb, l);
  };
  switch (a.physical()) {
    case PhysicalType::kList: {
      const int32_t begin = sa.offsets()[x], end = sa.offsets()[x + 1];
      const int32_t other = sb.offsets()[y], other_end = sb.offsets()[y + 1];
      if (end - begin != other_end - other) return false;
      const bool map = sa.children().size() == 2;
      for (int32_t k = begin; k < end; ++k) {
        int32_t l = other + (k - begin);
        if (map) {
          for (l = other; l < other_end; ++l) {
            if (SameValue(*sa.children()[0], k, *sb.children()[0], l)) break;
          }
        }
        if (l == other_end || !equal(map ? 1 : 0, k, l)) return false;
      }
      return true;
    }
    case PhysicalType::kRow:
      for (size_t c = 0; c < sa.children().size(); ++c) {
        const bool null = sa.children()[c]->IsNull(x);
        if (null != sb.children()[c]->IsNull(y) || (!null && !equal(c, x, y))) return false;
      }
      return true;
    case PhysicalType::kFloat:
      return SameNumber<float>(sa, x, sb, y);
    case PhysicalType::kDouble:
      return SameNumber<double>(sa, x, sb, y);
    default:
      return SameValue(a, i, b, j);
  }
}

}  // namespace thalweg::expr
