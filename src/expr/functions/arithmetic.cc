// + - * and the signs, on numbers. Dates, times and intervals: functions/temporal.
#include <algorithm>
#include <type_traits>

#include "expr/binding.h"
#include "expr/builder.h"
#include "expr/decimal.h"
#include "expr/functions/families.h"
#include "expr/functions/temporal/datetime_arithmetic.h"
#include "expr/kernel.h"
#include "expr/numeric_types.h"

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

// Integers wrap around, as Java's.
template <typename T>
using Wrapping = std::make_unsigned_t<std::conditional_t<(sizeof(T) < 4), int32_t, T>>;

struct Add {
  template <typename T>
  static T Apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a + b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  }
  static constexpr auto kDecimal = &DecimalAdd;
  static constexpr auto kDecimalType = &DecimalSumType;
};
bool DecimalSubtract(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out) {
  return DecimalAdd(a, a_scale, -b, b_scale, to, out);
}
struct Subtract {
  template <typename T>
  static T Apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a - b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  }
  static constexpr auto kDecimal = &DecimalSubtract;
  static constexpr auto kDecimalType = &DecimalSumType;
};
struct Multiply {
  template <typename T>
  static T Apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a * b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
  static constexpr auto kDecimal = &DecimalMultiply;
  static constexpr auto kDecimalType = &DecimalProductType;
};

template <typename Op, typename T>
constexpr Kernel TotalKernel() {
  return &EachRow<[](T a, T b) { return Op::Apply(a, b); }>;
}

/// Both arguments as they are; the scales come from their types.
template <auto Op>
Status DecimalKernel(const KernelCall& call, data::Column* out) {
  const data::ColumnView<Int128> a(*call.args[0]), b(*call.args[1]);
  const int a_scale = call.args[0]->type().scale(), b_scale = call.args[1]->type().scale();
  const DecimalFormat to{call.result_type.precision(), call.result_type.scale()};
  auto* values = out->mutable_values<Int128>();
  call.rows.ForEach([&](int32_t i) {
    if (!Op(a[i], a_scale, b[i], b_scale, to, &values[i])) out->SetNull(i);
  });
  return Status::OK();
}

// Decimals whose result type has room for every digit can neither overflow nor be rounded: plain
// integer arithmetic. Unsigned, since what stands in NULL rows may be anything.
using Uint128 = unsigned __int128;

/// Values of at most 18 digits are in the low half, one multiplication of the machine.
Int128 NarrowProduct(Int128 a, Int128 b) {
  return Int128{static_cast<int64_t>(a)} * static_cast<int64_t>(b);
}
Int128 WideProduct(Int128 a, Int128 b) {
  return static_cast<Int128>(static_cast<Uint128>(a) * static_cast<Uint128>(b));
}

template <bool kNegative>
Status ExactSum(const KernelCall& call, data::Column* out) {
  const data::ColumnView<Int128> a(*call.args[0]), b(*call.args[1]);
  const int scale = call.result_type.scale();
  const auto factor = [&](int arg) {
    return static_cast<Uint128>(
        PowerOf10(scale - call.args[static_cast<size_t>(arg)]->type().scale()));
  };
  const Uint128 x = factor(0), y = kNegative ? -factor(1) : factor(1);
  auto* values = out->mutable_values<Int128>();
  call.rows.ForEach([&](int32_t i) {
    values[i] =
        static_cast<Int128>(static_cast<Uint128>(a[i]) * x + static_cast<Uint128>(b[i]) * y);
  });
  return Status::OK();
}

/// The kernel for results that are always exact, or null.
Kernel ExactKernel(const Add&, DecimalShape a, DecimalShape b) {
  return IsExactSum(a, b) ? &ExactSum<false> : nullptr;
}
Kernel ExactKernel(const Subtract&, DecimalShape a, DecimalShape b) {
  return IsExactSum(a, b) ? &ExactSum<true> : nullptr;
}
Kernel ExactKernel(const Multiply&, DecimalShape a, DecimalShape b) {
  if (!IsExactProduct(a, b)) return nullptr;
  constexpr int kLowHalfDigits = 18;
  return std::max(a.precision, b.precision) <= kLowHalfDigits ? &EachRow<NarrowProduct>
                                                              : &EachRow<WideProduct>;
}

/// The DECIMAL that an argument of a decimal operation is taken as.
Type AsDecimal(const Type& t) {
  const DecimalShape s = DecimalShapeOf(t);
  return Type::Decimal(s.precision, s.scale);
}

/// Sets f to the kernel of Op for the numeric type `type` of both sides and of the result.
template <typename Op>
void SetTotalKernel(const Type& type, BoundFunction* f) {
  f->params = {type, type};
  f->result = type;
  f->total = true;
  switch (type.root()) {
    case TypeRoot::kTinyint:
      f->kernel = TotalKernel<Op, int8_t>();
      break;
    case TypeRoot::kSmallint:
      f->kernel = TotalKernel<Op, int16_t>();
      break;
    case TypeRoot::kInt:
      f->kernel = TotalKernel<Op, int32_t>();
      break;
    case TypeRoot::kBigint:
      f->kernel = TotalKernel<Op, int64_t>();
      break;
    case TypeRoot::kFloat:
      f->kernel = TotalKernel<Op, float>();
      break;
    default:
      f->kernel = TotalKernel<Op, double>();
  }
}

bool AreNumeric(const BindArgs& args) {
  for (const Type& t : args.types) {
    if (!t.is_numeric()) return false;
  }
  return args.types.size() == 2;
}

template <typename Op>
Result<BoundFunction> BindOperator(const BindArgs& args) {
  if (!AreNumeric(args)) return NoSuchOverload();
  const Type &a = args.types[0], &b = args.types[1];
  BoundFunction f;
  if (a.is_exact_numeric() && b.is_exact_numeric() && (a.is_decimal() || b.is_decimal())) {
    f.params = {AsDecimal(a), AsDecimal(b)};
    f.result = Op::kDecimalType(DecimalShapeOf(a), DecimalShapeOf(b));
    f.kernel = ExactKernel(Op(), DecimalShapeOf(a), DecimalShapeOf(b));
    f.total = f.kernel != nullptr;
    if (!f.total) f.kernel = &DecimalKernel<Op::kDecimal>;
    return f;
  }
  TW_ASSIGN_OR_RETURN(const Type type, CommonType({a, b}));
  SetTotalKernel<Op>(type.WithNullable(true), &f);
  return f;
}

struct Negate {
  template <typename T>
  static T Apply(T v) {
    if constexpr (std::is_floating_point_v<T>)
      return -v;
    else
      return Subtract::Apply<T>(0, v);
  }
};

template <typename T>
constexpr Kernel NegateKernel() {
  return &EachRow<[](T v) { return Negate::Apply(v); }>;
}

Result<BoundFunction> BindNegate(const BindArgs& args) {
  const Type type = args.types[0].WithNullable(true);
  BoundFunction f;
  f.params = {type};
  f.result = type;
  f.total = true;
  switch (data::PhysicalTypeOf(type)) {
    case data::PhysicalType::kInt8:
      f.kernel = NegateKernel<int8_t>();
      break;
    case data::PhysicalType::kInt16:
      f.kernel = NegateKernel<int16_t>();
      break;
    case data::PhysicalType::kInt32:
      f.kernel = NegateKernel<int32_t>();
      break;
    case data::PhysicalType::kInt64:
      f.kernel = NegateKernel<int64_t>();
      break;
    case data::PhysicalType::kInt128:
      f.kernel = &EachRow<[](Int128 v) { return -v; }>;
      break;
    case data::PhysicalType::kFloat:
      f.kernel = NegateKernel<float>();
      break;
    default:
      f.kernel = NegateKernel<double>();
  }
  return f;
}

Result<data::ColumnPtr> Same(const KernelCall& call, int32_t) {
  return call.args[0]->WithType(call.result_type);
}

bool HasSign(const Type& t) { return t.is_numeric() || t.is_interval(); }

Result<BoundFunction> BindPlus(const BindArgs& args) {
  if (args.types.size() == 1 && HasSign(args.types[0])) {
    BoundFunction f;
    f.params = {args.types[0]};
    f.result = args.types[0];
    f.column_kernel = &Same;
    f.nulls = NullPolicy::kCustom;
    return f;
  }
  if (HasTemporal(args)) return BindTemporalPlus(args);
  return BindOperator<Add>(args);
}

Result<BoundFunction> BindMinus(const BindArgs& args) {
  if (args.types.size() == 1 && HasSign(args.types[0])) return BindNegate(args);
  if (HasTemporal(args)) return BindTemporalMinus(args);
  return BindOperator<Subtract>(args);
}

Result<BoundFunction> BindTimes(const BindArgs& args) {
  if (HasTemporal(args)) return BindTemporalTimes(args);
  return BindOperator<Multiply>(args);
}

constexpr auto kCategory = FunctionCategory::kArithmetic;

const ScalarFunction kFunctions[] = {
    {"+",
     {},
     kCategory,
     "numeric1 + numeric2",
     "The sum. Integers wrap around, a DECIMAL that does not fit is NULL.",
     {"1 + 2", "3"},
     &BindPlus},
    {"-", {}, kCategory, "numeric1 - numeric2", "The difference.", {"5 - 7", "-2"}, &BindMinus},
    {"*", {}, kCategory, "numeric1 * numeric2", "The product.", {"3 * 4", "12"}, &BindTimes},
};

}  // namespace

FunctionFamily ArithmeticFunctions() { return kFunctions; }

}  // namespace thalweg::expr
