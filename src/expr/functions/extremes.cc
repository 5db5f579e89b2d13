// GREATEST and LEAST.
#include "expr/binding.h"
#include "expr/builder.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::PhysicalType;
using data::Type;

namespace {

/// NaN is greater than everything, as for Java's compareTo.
template <typename T>
bool Less(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a) return false;
    if (b != b) return true;
  }
  return a < b;
}

template <typename T, bool kGreatest>
Status Extreme(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<T>();
  const data::ColumnView<T> first(*call.args[0]);
  call.rows.ForEach([&](int32_t i) { to[i] = first[i]; });
  for (size_t k = 1; k < call.args.size(); ++k) {
    const data::ColumnView<T> in(*call.args[k]);
    call.rows.ForEach([&](int32_t i) {
      const T v = in[i];
      if (kGreatest ? Less(to[i], v) : Less(v, to[i])) to[i] = v;
    });
  }
  return Status::OK();
}

template <bool kGreatest>
Kernel KernelFor(PhysicalType physical) {
  switch (physical) {
    case PhysicalType::kBool:
      return &Extreme<uint8_t, kGreatest>;
    case PhysicalType::kInt8:
      return &Extreme<int8_t, kGreatest>;
    case PhysicalType::kInt16:
      return &Extreme<int16_t, kGreatest>;
    case PhysicalType::kInt32:
      return &Extreme<int32_t, kGreatest>;
    case PhysicalType::kInt64:
      return &Extreme<int64_t, kGreatest>;
    case PhysicalType::kInt128:
      return &Extreme<__int128, kGreatest>;
    case PhysicalType::kFloat:
      return &Extreme<float, kGreatest>;
    case PhysicalType::kDouble:
      return &Extreme<double, kGreatest>;
    case PhysicalType::kString:
      return &Extreme<std::string_view, kGreatest>;
    default:
      return nullptr;
  }
}

template <bool kGreatest>
Result<BoundFunction> Bind(const BindArgs& args) {
  if (args.types.empty()) return NoSuchOverload();
  for (const Type& t : args.types) {
    if (IsNullType(t)) return NoSuchOverload();
  }
  Result<Type> type = MergedType({args.types.begin(), args.types.end()});
  if (!type.ok()) return NoSuchOverload();
  BoundFunction f;
  f.params.assign(args.types.size(), *type);
  f.result = *type;
  f.kernel = KernelFor<kGreatest>(data::PhysicalTypeOf(*type));
  f.result_views_args = true;
  if (f.kernel == nullptr) return NoSuchOverload();
  return f;
}

constexpr auto kCategory = FunctionCategory::kConditional;

const ScalarFunction kFunctions[] = {
    {"GREATEST",
     {},
     kCategory,
     "GREATEST(value1 [, value2]*)",
     "The greatest of the values; NULL if one is NULL.",
     {"GREATEST(1, 3, 2)", "3"},
     &Bind<true>},
    {"LEAST",
     {},
     kCategory,
     "LEAST(value1 [, value2]*)",
     "The least of the values; NULL if one is NULL.",
     {"LEAST(2, 1, 3)", "1"},
     &Bind<false>},
};

}  // namespace

FunctionFamily ExtremeFunctions() { return kFunctions; }

}  // namespace thalweg::expr
