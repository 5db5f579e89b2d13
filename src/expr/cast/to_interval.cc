// CAST to INTERVAL: integers count months or milliseconds, whatever the interval's unit, as in
// Flink.
#include "expr/cast/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::TypeRoot;

namespace {

template <typename From, typename To>
constexpr Kernel Widen() {
  return &EachRow<[](From v) { return static_cast<To>(v); }>;
}

template <typename To>
Kernel WidenFrom(TypeRoot from) {
  switch (from) {
    case TypeRoot::kTinyint:
      return Widen<int8_t, To>();
    case TypeRoot::kSmallint:
      return Widen<int16_t, To>();
    case TypeRoot::kInt:
      return Widen<int32_t, To>();
    default:
      return nullptr;
  }
}

}  // namespace

Result<BoundFunction> BindCastToInterval(const CastRequest& r) {
  BoundFunction bound;
  if (r.from.root() == r.to.root()) {
    // Another resolution of the same stored value.
    bound.column_kernel = [](const KernelCall& call, int32_t) -> Result<data::ColumnPtr> {
      return call.args[0]->WithType(call.result_type);
    };
    bound.nulls = NullPolicy::kCustom;
    return bound;
  }
  bound.kernel = r.to.root() == TypeRoot::kIntervalYearMonth ? WidenFrom<int32_t>(r.from.root())
                                                             : WidenFrom<int64_t>(r.from.root());
  bound.total = true;
  return bound;
}

}  // namespace thalweg::expr
