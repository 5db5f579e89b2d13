// ABS, SIGN, FLOOR, CEIL, ROUND and TRUNCATE of numbers.
#include <algorithm>
#include <cmath>

#include "expr/binding.h"
#include "expr/decimal.h"
#include "expr/functions/families.h"
#include "expr/functions/round_number.h"
#include "expr/functions/temporal/floor_ceil.h"
#include "expr/kernel.h"
#include "expr/numeric_types.h"

namespace thalweg::expr {

using data::PhysicalType;
using data::Type;
using data::TypeRoot;

namespace {

/// The kernel `Of<T>::kKernel` for the type that stores `t`; decimals: Of<Int128>.
template <template <typename> typename Of>
Kernel NumberKernel(const Type& t) {
  switch (data::PhysicalTypeOf(t)) {
    case PhysicalType::kInt8:
      return Of<int8_t>::kKernel;
    case PhysicalType::kInt16:
      return Of<int16_t>::kKernel;
    case PhysicalType::kInt32:
      return Of<int32_t>::kKernel;
    case PhysicalType::kInt64:
      return Of<int64_t>::kKernel;
    case PhysicalType::kFloat:
      return Of<float>::kKernel;
    case PhysicalType::kDouble:
      return Of<double>::kKernel;
    case PhysicalType::kInt128:
      return Of<Int128>::kKernel;
    default:
      return nullptr;
  }
}

template <typename T>
T Abs(T v) {
  if constexpr (std::is_floating_point_v<T>)
    return std::abs(v);
  else
    return v < 0 ? static_cast<T>(0 - static_cast<unsigned __int128>(v)) : v;
}
template <typename T>
struct AbsOf {
  static constexpr Kernel kKernel = &EachRow<[](T v) { return Abs(v); }>;
};

Result<BoundFunction> BindAbs(const BindArgs& args) {
  if (args.types.size() != 1 || !args.types[0].is_numeric()) return NoSuchOverload();
  BoundFunction f = BindAsIs(args, args.types[0], NumberKernel<AbsOf>(args.types[0]));
  f.total = true;
  return f;
}

template <typename T>
T Sign(T v) {
  if constexpr (std::is_floating_point_v<T>)
    return v > 0 ? T{1} : v < 0 ? T{-1} : v;
  else
    return static_cast<T>(v > 0 ? 1 : v < 0 ? -1 : 0);
}
template <typename T>
struct SignOf {
  static constexpr Kernel kKernel = &EachRow<[](T v) { return Sign(v); }>;
};

Status SignOfDecimal(const KernelCall& call, data::Column* out) {
  const data::ColumnView<Int128> in(*call.args[0]);
  // A DECIMAL(3, 3) has no room for 1, which Flink gives all the same while 38 digits hold it.
  constexpr int kMostDigits = 38;
  const Int128 one = PowerOf10(call.result_type.scale());
  auto* to = out->mutable_values<Int128>();
  call.rows.ForEach([&](int32_t i) {
    to[i] = Sign(in[i]) * one;
    if (!FitsPrecision(to[i], kMostDigits)) out->SetNull(i);
  });
  return Status::OK();
}

Result<BoundFunction> BindSign(const BindArgs& args) {
  if (args.types.size() != 1 || !args.types[0].is_numeric()) return NoSuchOverload();
  const Type& t = args.types[0];
  if (t.root() == TypeRoot::kTinyint || t.root() == TypeRoot::kSmallint) return NoSuchOverload();
  return BindAsIs(args, t, t.is_decimal() ? &SignOfDecimal : NumberKernel<SignOf>(t));
}

template <bool kCeil>
Status FloorDecimal(const KernelCall& call, data::Column* out) {
  const data::ColumnView<Int128> in(*call.args[0]);
  const Int128 unit = PowerOf10(call.args[0]->type().scale());
  auto* to = out->mutable_values<Int128>();
  call.rows.ForEach([&](int32_t i) {
    const Int128 q = in[i] / unit, rest = in[i] % unit;
    to[i] = q + (kCeil ? rest > 0 : -(rest < 0));
    if (!FitsPrecision(to[i], call.result_type.precision())) out->SetNull(i);
  });
  return Status::OK();
}

Result<data::ColumnPtr> Same(const KernelCall& call, int32_t) {
  return call.args[0]->WithType(call.result_type);
}

template <bool kCeil>
Result<BoundFunction> BindFloor(const BindArgs& args) {
  if (args.types.size() != 1 || !args.types[0].is_numeric()) return NoSuchOverload();
  const Type& t = args.types[0];
  BoundFunction f = BindAsIs(args, t, nullptr);
  if (t.is_integer()) {
    f.column_kernel = &Same;
    f.nulls = NullPolicy::kCustom;
  } else if (t.is_decimal()) {
    f.result = Type::Decimal(t.precision(), 0);
    f.kernel = &FloorDecimal<kCeil>;
  } else if (t.root() == TypeRoot::kFloat) {
    f.kernel = &EachRow<[](float v) { return kCeil ? std::ceil(v) : std::floor(v); }>;
    f.total = true;
  } else {
    f.kernel = &EachRow<[](double v) { return kCeil ? std::ceil(v) : std::floor(v); }>;
    f.total = true;
  }
  return f;
}

/// Digits after the point: args[1], or 0.
class DigitsArg {
 public:
  explicit DigitsArg(const KernelCall& call) : present_(call.args.size() > 1) {
    if (present_) {
      const data::ColumnView<int32_t> view(*call.args[1]);
      values_ = view.values;
      mask_ = view.mask;
    }
  }
  int32_t operator()(int32_t i) const { return present_ ? values_[i & mask_] : 0; }

 private:
  bool present_;
  const int32_t* values_ = nullptr;
  int32_t mask_ = 0;
};

template <typename T, RoundMode kMode>
Status Round(const KernelCall& call, data::Column* out) {
  const data::ColumnView<T> in(*call.args[0]);
  const DigitsArg digits(call);
  auto* to = out->mutable_values<T>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if constexpr (std::is_same_v<T, Int128>) {
      const Type& t = call.result_type;
      if (!RoundDecimal(in[i], call.args[0]->type().scale(), digits(i), kMode,
                        {t.precision(), t.scale()}, &to[i])) {
        out->SetNull(i);
      }
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(in[i])) {
        return Status::Evaluation("ROUND and TRUNCATE take no NaN and no infinity");
      }
      to[i] = static_cast<T>(RoundDouble(in[i], digits(i), kMode));
    } else {
      to[i] = static_cast<T>(RoundInteger(in[i], digits(i), kMode));
    }
  }
  return Status::OK();
}
template <typename T>
struct RoundOf {
  static constexpr Kernel kKernel = &Round<T, RoundMode::kHalfUp>;
};
template <typename T>
struct TruncateOf {
  static constexpr Kernel kKernel = &Round<T, RoundMode::kDown>;
};

template <template <typename> typename Of>
Result<BoundFunction> BindRound(const BindArgs& args) {
  const size_t n = args.types.size();
  if ((n != 1 && n != 2) || !args.types[0].is_numeric()) return NoSuchOverload();
  if (n == 2 && (!args.types[1].is_integer() || args.types[1].root() == TypeRoot::kBigint)) {
    return NoSuchOverload();
  }
  BoundFunction f = BindAsIs(args, args.types[0], NumberKernel<Of>(args.types[0]));
  if (n == 2) f.params[1] = Type::Int();
  if (args.types[0].is_decimal()) {
    const auto digits = n == 1 ? std::optional<int64_t>(0) : LiteralInteger(args, 1);
    if (digits) {
      const int d = static_cast<int>(std::clamp<int64_t>(*digits, -100, 100));
      f.result = DecimalRoundType(DecimalShapeOf(args.types[0]), d);
    }
  }
  return f;
}

template <bool kCeil>
Result<BoundFunction> BindFloorOrFloorTo(const BindArgs& args) {
  if (args.types.size() == 2) return kCeil ? BindCeilTo(args) : BindFloorTo(args);
  return BindFloor<kCeil>(args);
}

constexpr auto kCategory = FunctionCategory::kArithmetic;

const ScalarFunction kFunctions[] = {
    {"ABS", {}, kCategory, "ABS(numeric)", "The absolute value.", {"ABS(-5)", "5"}, &BindAbs},
    {"SIGN", {}, kCategory, "SIGN(numeric)", "-1, 0 or 1.", {"SIGN(-5)", "-1"}, &BindSign},
    {"FLOOR",
     {},
     kCategory,
     "FLOOR(numeric) or FLOOR(datetime TO unit)",
     "The greatest whole number that is not greater; a date or time cut down to a unit.",
     {"FLOOR(1.5)", "1"},
     &BindFloorOrFloorTo<false>},
    {"CEIL",
     {"CEILING"},
     kCategory,
     "CEIL(numeric) or CEIL(datetime TO unit)",
     "The least whole number that is not less; a date or time raised to a unit.",
     {"CEIL(1.5)", "2"},
     &BindFloorOrFloorTo<true>},
    {"ROUND",
     {},
     kCategory,
     "ROUND(numeric [, digits])",
     "Rounded half up to `digits` after the point (0 if not given, before the point if negative).",
     {"ROUND(125.315, 2)", "125.32"},
     &BindRound<RoundOf>},
    {"TRUNCATE",
     {},
     kCategory,
     "TRUNCATE(numeric [, digits])",
     "Cut off after `digits` after the point (0 if not given).",
     {"TRUNCATE(42.345, 2)", "42.34"},
     &BindRound<TruncateOf>},
};

}  // namespace

FunctionFamily RoundingFunctions() { return kFunctions; }

}  // namespace thalweg::expr
