// + - * / % and the signs, on numbers. Dates, times and intervals: functions/temporal.
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

Status DivisionByZero() { return Status::Evaluation("Division by zero"); }

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
template <auto Op, bool kDivides>
Status DecimalKernel(const KernelCall& call, data::Column* out) {
  const data::ColumnView<Int128> a(*call.args[0]), b(*call.args[1]);
  const int a_scale = call.args[0]->type().scale(), b_scale = call.args[1]->type().scale();
  const DecimalFormat to{call.result_type.precision(), call.result_type.scale()};
  auto* values = out->mutable_values<Int128>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if constexpr (kDivides) {
      if (b[i] == 0) return DivisionByZero();
    }
    if (!Op(a[i], a_scale, b[i], b_scale, to, &values[i])) out->SetNull(i);
  }
  return Status::OK();
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
    f.kernel = &DecimalKernel<Op::kDecimal, false>;
    return f;
  }
  TW_ASSIGN_OR_RETURN(const Type type, CommonType({a, b}));
  SetTotalKernel<Op>(type.WithNullable(true), &f);
  return f;
}

template <typename T>
Status DivideIntegers(const KernelCall& call, data::Column* out) {
  const data::ColumnView<T> a(*call.args[0]), b(*call.args[1]);
  auto* to = out->mutable_values<T>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    const T d = b[i];
    if (d == 0) return DivisionByZero();
    to[i] = d == -1 ? Subtract::Apply<T>(0, a[i]) : static_cast<T>(a[i] / d);
  }
  return Status::OK();
}

template <typename T>
Status ModuloIntegers(const KernelCall& call, data::Column* out) {
  const data::ColumnView<T> a(*call.args[0]), b(*call.args[1]);
  auto* to = out->mutable_values<T>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    const T d = b[i];
    if (d == 0) return DivisionByZero();
    to[i] = d == -1 ? T{0} : static_cast<T>(a[i] % d);
  }
  return Status::OK();
}

template <template <typename> typename KernelOf>
Kernel IntegerKernel(const Type& type) {
  switch (type.root()) {
    case TypeRoot::kTinyint:
      return KernelOf<int8_t>::kKernel;
    case TypeRoot::kSmallint:
      return KernelOf<int16_t>::kKernel;
    case TypeRoot::kInt:
      return KernelOf<int32_t>::kKernel;
    default:
      return KernelOf<int64_t>::kKernel;
  }
}
template <typename T>
struct DivideOf {
  static constexpr Kernel kKernel = &DivideIntegers<T>;
};
template <typename T>
struct ModuloOf {
  static constexpr Kernel kKernel = &ModuloIntegers<T>;
};

/// Flink's planner rejects a literal divided by a literal zero, of whatever type.
bool IsZeroLiteral(const data::ColumnPtr& c) {
  if (c == nullptr || c->IsNull(0)) return false;
  switch (c->type().root()) {
    case TypeRoot::kTinyint:
      return c->At<int8_t>(0) == 0;
    case TypeRoot::kSmallint:
      return c->At<int16_t>(0) == 0;
    case TypeRoot::kInt:
      return c->At<int32_t>(0) == 0;
    case TypeRoot::kBigint:
      return c->At<int64_t>(0) == 0;
    case TypeRoot::kDecimal:
      return c->At<Int128>(0) == 0;
    case TypeRoot::kFloat:
      return c->At<float>(0) == 0;
    case TypeRoot::kDouble:
      return c->At<double>(0) == 0;
    default:
      return false;
  }
}

struct Divide {
  template <typename T>
  static T Apply(T a, T b) {
    return a / b;
  }
};

Status AlwaysDivisionByZero(const KernelCall&, data::Column*) { return DivisionByZero(); }

Result<BoundFunction> BindDivide(const BindArgs& args) {
  if (!AreNumeric(args)) return NoSuchOverload();
  const Type &a = args.types[0], &b = args.types[1];
  if (args.literals[0] != nullptr && !args.literals[0]->IsNull(0) &&
      IsZeroLiteral(args.literals[1])) {
    // Not an error yet: the planner may find that it is never evaluated.
    BoundFunction f = BindAsIs(args, a, &AlwaysDivisionByZero);
    f.result_nulls = ResultNulls::kNever;
    return f;
  }
  BoundFunction f;
  if (a.is_exact_numeric() && b.is_exact_numeric() && (a.is_decimal() || b.is_decimal())) {
    f.params = {AsDecimal(a), AsDecimal(b)};
    f.result = DecimalQuotientType(DecimalShapeOf(a), DecimalShapeOf(b));
    f.kernel = &DecimalKernel<&DecimalDivide, true>;
    return f;
  }
  TW_ASSIGN_OR_RETURN(Type type, CommonType({a, b}));
  type = type.WithNullable(true);
  f.params = {type, type};
  f.result = type;
  if (type.is_integer()) {
    f.kernel = IntegerKernel<DivideOf>(type);
  } else {
    f.kernel = type.root() == TypeRoot::kFloat ? TotalKernel<Divide, float>()
                                               : TotalKernel<Divide, double>();
    f.total = true;
  }
  return f;
}

/// The result has the type of the divisor where no side has a fraction.
Result<BoundFunction> BindModulo(const BindArgs& args) {
  if (!AreNumeric(args)) return NoSuchOverload();
  const Type &a = args.types[0], &b = args.types[1];
  if (!a.is_exact_numeric() || !b.is_exact_numeric()) return NoSuchOverload();
  BoundFunction f;
  const DecimalShape x = DecimalShapeOf(a), y = DecimalShapeOf(b);
  if (a.is_decimal() || b.is_decimal()) {
    f.params = {AsDecimal(a), AsDecimal(b)};
    f.result = DecimalModuloType(x, y);
    f.kernel = &DecimalKernel<&DecimalModulo, true>;
    return f;
  }
  TW_ASSIGN_OR_RETURN(const Type type, CommonType({a, b}));
  f.params = {type, type};
  f.result = type.WithNullable(true);
  f.kernel = IntegerKernel<ModuloOf>(type);
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
    {"/",
     {},
     kCategory,
     "numeric1 / numeric2",
     "The quotient; whole for integers, which fail on zero as DECIMAL does.",
     {"7 / 2", "3"},
     &BindDivide},
    {"%",
     {"MOD"},
     kCategory,
     "numeric1 % numeric2",
     "The remainder, with the sign of the dividend.",
     {"-7 % 3", "-1"},
     &BindModulo},
};

}  // namespace

FunctionFamily ArithmeticFunctions() { return kFunctions; }

}  // namespace thalweg::expr
