// / and % of numbers.
#include <bit>
#include <type_traits>

#include "expr/binding.h"
#include "expr/builder.h"
#include "expr/decimal.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"
#include "expr/numeric_types.h"

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

Status DivisionByZero() { return Status::Evaluation("Division by zero"); }
Status AlwaysDivisionByZero(const KernelCall&, data::Column*) { return DivisionByZero(); }

/// of(a, b, i) for each row; an error where b is zero.
template <typename T, typename Of>
Status CheckedDivision(const KernelCall& call, Of of) {
  const data::ColumnView<T> a(*call.args[0]), b(*call.args[1]);
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (b[i] == 0) return DivisionByZero();
    of(a[i], b[i], i);
  }
  return Status::OK();
}

template <typename T>
Status DivideIntegers(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<T>();
  return CheckedDivision<T>(call, [&](T a, T b, int32_t i) {
    // The least integer by -1 wraps around to itself.
    using Wide = std::conditional_t<(sizeof(T) < 8), int64_t, __int128>;
    to[i] = static_cast<T>(static_cast<Wide>(a) / static_cast<Wide>(b));
  });
}

/// The remainder of values of at most 64 bits by one positive divisor: a multiplication by the
/// divisor's reciprocal, 2^(63 + l) / d rounded up with 2^l >= d, exact for dividends up to 2^63.
class ConstantModulo {
 public:
  explicit ConstantModulo(uint64_t divisor)
      : divisor_(divisor),
        shift_(63 + 64 - std::countl_zero(divisor - 1)),
        reciprocal_(static_cast<uint64_t>((Wide{1} << shift_) / divisor) + 1) {}
  int64_t operator()(int64_t v) const {
    const uint64_t n = v < 0 ? -static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
    const auto q = static_cast<uint64_t>((Wide{reciprocal_} * n) >> shift_);
    const auto rest = static_cast<int64_t>(n - q * divisor_);
    return v < 0 ? -rest : rest;
  }

 private:
  using Wide = unsigned __int128;
  uint64_t divisor_;
  int shift_;
  uint64_t reciprocal_;
};

/// The remainder has the divisor's type, To.
template <typename T, typename To>
Status ModuloIntegers(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<To>();
  if constexpr (sizeof(T) <= 8) {
    if (call.args[1]->encoding() == data::Encoding::kConstant && call.args[1]->values<T>()[0] > 1) {
      const data::ColumnView<T> a(*call.args[0]);
      const ConstantModulo modulo(static_cast<uint64_t>(call.args[1]->values<T>()[0]));
      call.rows.ForEach([&](int32_t i) { to[i] = static_cast<To>(modulo(a[i])); });
      return Status::OK();
    }
  }
  return CheckedDivision<T>(
      call, [&](T a, T b, int32_t i) { to[i] = b == -1 ? To{0} : static_cast<To>(a % b); });
}

template <auto Op>
Status DecimalDivision(const KernelCall& call, data::Column* out) {
  const int a_scale = call.args[0]->type().scale(), b_scale = call.args[1]->type().scale();
  const DecimalFormat to{call.result_type.precision(), call.result_type.scale()};
  auto* values = out->mutable_values<Int128>();
  return CheckedDivision<Int128>(call, [&](Int128 a, Int128 b, int32_t i) {
    if (!Op(a, a_scale, b, b_scale, to, &values[i])) out->SetNull(i);
  });
}

/// Calls f with a value of the C++ type that stores the integer type `t`.
template <typename F>
auto WithInteger(const Type& t, F&& f) {
  switch (t.root()) {
    case TypeRoot::kTinyint:
      return f(int8_t{});
    case TypeRoot::kSmallint:
      return f(int16_t{});
    case TypeRoot::kInt:
      return f(int32_t{});
    default:
      return f(int64_t{});
  }
}

bool AreNumeric(const BindArgs& args) {
  for (const Type& t : args.types) {
    if (!t.is_numeric()) return false;
  }
  return args.types.size() == 2;
}

bool IsZeroLiteral(const data::ColumnPtr& c) {
  if (c == nullptr || c->IsNull(0)) return false;
  switch (data::PhysicalTypeOf(c->type())) {
    case data::PhysicalType::kInt8:
      return c->At<int8_t>(0) == 0;
    case data::PhysicalType::kInt16:
      return c->At<int16_t>(0) == 0;
    case data::PhysicalType::kInt32:
      return c->At<int32_t>(0) == 0;
    case data::PhysicalType::kInt64:
      return c->At<int64_t>(0) == 0;
    case data::PhysicalType::kInt128:
      return c->At<Int128>(0) == 0;
    case data::PhysicalType::kFloat:
      return c->At<float>(0) == 0;
    case data::PhysicalType::kDouble:
      return c->At<double>(0) == 0;
    default:
      return false;
  }
}

bool IsDecimalOperation(const Type& a, const Type& b) {
  return a.is_exact_numeric() && b.is_exact_numeric() && (a.is_decimal() || b.is_decimal());
}

Type AsDecimal(const Type& t) {
  const DecimalShape s = DecimalShapeOf(t);
  return Type::Decimal(s.precision, s.scale);
}

Result<BoundFunction> BindDivide(const BindArgs& args) {
  if (!AreNumeric(args)) return NoSuchOverload();
  const Type &a = args.types[0], &b = args.types[1];
  if (args.literals[0] != nullptr && !args.literals[0]->IsNull(0) &&
      IsZeroLiteral(args.literals[1])) {
    // Flink refuses a constant divided by zero, of whatever type; but only if it is needed.
    TW_ASSIGN_OR_RETURN(const Type type, CommonType({a, b}));
    BoundFunction f = BindAsIs(args, type, &AlwaysDivisionByZero);
    return f;
  }
  BoundFunction f;
  if (IsDecimalOperation(a, b)) {
    f.params = {AsDecimal(a), AsDecimal(b)};
    f.result = DecimalQuotientType(DecimalShapeOf(a), DecimalShapeOf(b));
    f.kernel = &DecimalDivision<&DecimalDivide>;
    return f;
  }
  TW_ASSIGN_OR_RETURN(const Type type, CommonType({a, b}));
  f.params = {type, type};
  f.result = type;
  if (type.is_integer()) {
    f.kernel = WithInteger(type, [](auto t) -> Kernel { return &DivideIntegers<decltype(t)>; });
    return f;
  }
  f.kernel = type.root() == TypeRoot::kFloat ? &EachRow<[](float x, float y) { return x / y; }>
                                             : &EachRow<[](double x, double y) { return x / y; }>;
  f.total = true;
  return f;
}

Result<BoundFunction> BindModulo(const BindArgs& args) {
  if (!AreNumeric(args)) return NoSuchOverload();
  const Type &a = args.types[0], &b = args.types[1];
  if (!a.is_exact_numeric() || !b.is_exact_numeric()) return NoSuchOverload();
  const DecimalShape x = DecimalShapeOf(a), y = DecimalShapeOf(b);
  BoundFunction f;
  if (a.is_integer() && b.is_integer()) {
    TW_ASSIGN_OR_RETURN(const Type type, CommonType({a, b}));
    f.params = {type, type};
    f.result = b;
    f.kernel = WithInteger(type, [&](auto common) {
      return WithInteger(b, [](auto divisor) -> Kernel {
        return &ModuloIntegers<decltype(common), decltype(divisor)>;
      });
    });
    return f;
  }
  f.params = {AsDecimal(a), AsDecimal(b)};
  if (x.scale == 0 && y.scale == 0 && b.is_integer()) {
    f.result = b;
    f.kernel = WithInteger(
        b, [](auto divisor) -> Kernel { return &ModuloIntegers<Int128, decltype(divisor)>; });
    return f;
  }
  f.result = x.scale == 0 && y.scale == 0 ? b : DecimalModuloType(x, y);
  f.kernel = &DecimalDivision<&DecimalModulo>;
  return f;
}

constexpr auto kCategory = FunctionCategory::kArithmetic;

const ScalarFunction kFunctions[] = {
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

FunctionFamily DivisionFunctions() { return kFunctions; }

}  // namespace thalweg::expr
