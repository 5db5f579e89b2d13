// =, <>, <, <=, >, >=, IS [NOT] NULL; BETWEEN, IN and IS [NOT] DISTINCT FROM are forms
// (expr/forms.cc).
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "expr/binding.h"
#include "expr/builder.h"
#include "expr/functions/comparison_type.h"
#include "expr/functions/equal_values.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::PhysicalType;
using data::Type;
using data::TypeRoot;

Result<Type> ComparisonType(const Type& a, const Type& b) {
  if (a.is_numeric() && b.is_numeric()) return CommonType({a, b});
  // A string beside a date or time is read as that; beside anything else it is an error.
  if (a.is_character() && b.is_datetime()) return b;
  if (b.is_character() && a.is_datetime()) return a;
  if (a.is_datetime() != b.is_datetime() && !IsNullType(a) && !IsNullType(b)) {
    return NoSuchOverload();
  }
  if (a.is_timestamp() && b.is_timestamp() && a.root() != b.root()) {
    const int p = std::max(a.precision(), b.precision());
    return a.root() == TypeRoot::kTimestamp ? Type::Timestamp(p) : Type::TimestampLtz(p);
  }
  Result<Type> common = CommonType({a, b});
  if (!common.ok()) return NoSuchOverload();
  return common;
}

namespace {

struct Equal {
  template <typename T>
  static bool Apply(const T& a, const T& b) {
    return a == b;
  }
};
struct NotEqual {
  template <typename T>
  static bool Apply(const T& a, const T& b) {
    return a != b;
  }
};
struct Less {
  template <typename T>
  static bool Apply(const T& a, const T& b) {
    return a < b;
  }
};
struct LessOrEqual {
  template <typename T>
  static bool Apply(const T& a, const T& b) {
    return a <= b;
  }
};
struct Greater {
  template <typename T>
  static bool Apply(const T& a, const T& b) {
    return a > b;
  }
};
struct GreaterOrEqual {
  template <typename T>
  static bool Apply(const T& a, const T& b) {
    return a >= b;
  }
};

template <typename T, typename Op>
constexpr Kernel CompareKernel() {
  return &EachRow<[](T a, T b) { return Op::Apply(a, b); }>;
}

/// = and <> of nested values.
template <bool kEqual>
Status CompareNested(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<uint8_t>();
  call.rows.ForEach([&](int32_t i) {
    to[i] = EqualValues(*call.args[0], i, *call.args[1], i) == kEqual ? 1 : 0;
  });
  return Status::OK();
}

template <typename Op>
Kernel KernelFor(PhysicalType physical) {
  switch (physical) {
    case PhysicalType::kBool:
      return CompareKernel<uint8_t, Op>();
    case PhysicalType::kInt8:
      return CompareKernel<int8_t, Op>();
    case PhysicalType::kInt16:
      return CompareKernel<int16_t, Op>();
    case PhysicalType::kInt32:
      return CompareKernel<int32_t, Op>();
    case PhysicalType::kInt64:
      return CompareKernel<int64_t, Op>();
    case PhysicalType::kInt128:
      return CompareKernel<__int128, Op>();
    case PhysicalType::kFloat:
      return CompareKernel<float, Op>();
    case PhysicalType::kDouble:
      return CompareKernel<double, Op>();
    case PhysicalType::kString:
      return CompareKernel<std::string_view, Op>();
    case PhysicalType::kList:
    case PhysicalType::kRow:
      if constexpr (std::is_same_v<Op, Equal>) return &CompareNested<true>;
      if constexpr (std::is_same_v<Op, NotEqual>) return &CompareNested<false>;
      return nullptr;
    case PhysicalType::kNull:
      break;
  }
  return nullptr;
}

/// Java's order of doubles: -0.0 before 0.0, NaN behind everything.
int64_t JavaOrder(double v) {
  if (v != v) return std::numeric_limits<int64_t>::max();
  const auto bits = std::bit_cast<int64_t>(v);
  return bits < 0 ? bits ^ std::numeric_limits<int64_t>::max() : bits;
}

template <typename Op>
constexpr bool kIsOrder = !std::is_same_v<Op, Equal> && !std::is_same_v<Op, NotEqual>;

/// The type in which two values are ordered. A text beside a number or BOOLEAN is read as one, at
/// least as a BIGINT; = and <> do not take them.
Result<Type> OrderType(const Type& a, const Type& b) {
  if (a.is_character() == b.is_character()) return ComparisonType(a, b);
  const Type& other = a.is_character() ? b : a;
  if (other.is_numeric()) return CommonType({other, Type::Bigint()});
  if (other.root() == TypeRoot::kBoolean) return other;
  return ComparisonType(a, b);
}

template <typename Op>
Result<BoundFunction> BindCompare(const BindArgs& args) {
  if (args.types.size() != 2) return NoSuchOverload();
  constexpr auto kCommonType = kIsOrder<Op> ? &OrderType : &ComparisonType;
  TW_ASSIGN_OR_RETURN(Type type, kCommonType(args.types[0], args.types[1]));
  if (IsNullType(type)) type = Type::Boolean();  // NULL = NULL
  BoundFunction f;
  f.params = {type, type};
  f.result = Type::Boolean();
  f.kernel = KernelFor<Op>(data::PhysicalTypeOf(type));
  if constexpr (kIsOrder<Op>) {
    // Flink orders a DECIMAL and a DOUBLE by Double.compare, but two DOUBLEs by the operators.
    if (args.types[0].is_decimal() != args.types[1].is_decimal() &&
        type.root() == TypeRoot::kDouble) {
      f.kernel = &EachRow<[](double a, double b) { return Op::Apply(JavaOrder(a), JavaOrder(b)); }>;
    }
  }
  f.total = data::PhysicalTypeOf(type) < PhysicalType::kString;
  if (f.kernel == nullptr) return NoSuchOverload();
  return f;
}

template <bool kNegated>
Status IsNull(const KernelCall& call, data::Column* out) {
  const data::Column& in = *call.args[0];
  auto* to = out->mutable_values<uint8_t>();
  const uint8_t* validity = in.validity();
  if (in.physical() == PhysicalType::kNull || validity == nullptr) {
    const bool null = in.physical() == PhysicalType::kNull;
    call.rows.ForEach([&](int32_t i) { to[i] = null != kNegated ? 1 : 0; });
    return Status::OK();
  }
  const int32_t mask = in.encoding() == data::Encoding::kConstant ? 0 : -1;
  call.rows.ForEach([&](int32_t i) { to[i] = (validity[i & mask] != 0) == kNegated ? 1 : 0; });
  return Status::OK();
}

template <bool kNegated>
Result<BoundFunction> BindIsNull(const BindArgs& args) {
  if (args.types.size() != 1) return NoSuchOverload();
  BoundFunction f = BindAsIs(args, Type::Boolean(), &IsNull<kNegated>);
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kNever;
  f.total = true;
  return f;
}

constexpr auto kCategory = FunctionCategory::kComparison;

const ScalarFunction kFunctions[] = {
    {"=",
     {},
     kCategory,
     "value1 = value2",
     "TRUE if both values are equal; NULL if one is NULL.",
     {"1 = 1", "TRUE"},
     &BindCompare<Equal>},
    {"<>",
     {},
     kCategory,
     "value1 <> value2",
     "TRUE if the values differ; NULL if one is NULL.",
     {"1 <> 2", "TRUE"},
     &BindCompare<NotEqual>},
    {"<",
     {},
     kCategory,
     "value1 < value2",
     "TRUE if value1 is less than value2.",
     {"1 < 2", "TRUE"},
     &BindCompare<Less>},
    {"<=",
     {},
     kCategory,
     "value1 <= value2",
     "TRUE if value1 is at most value2.",
     {"2 <= 2", "TRUE"},
     &BindCompare<LessOrEqual>},
    {">",
     {},
     kCategory,
     "value1 > value2",
     "TRUE if value1 is greater than value2.",
     {"1 > 2", "FALSE"},
     &BindCompare<Greater>},
    {">=",
     {},
     kCategory,
     "value1 >= value2",
     "TRUE if value1 is at least value2.",
     {"2 >= 3", "FALSE"},
     &BindCompare<GreaterOrEqual>},
    {"IS NULL",
     {},
     kCategory,
     "value IS NULL",
     "TRUE if the value is NULL.",
     {"'a' IS NULL", "FALSE"},
     &BindIsNull<false>},
    {"IS NOT NULL",
     {},
     kCategory,
     "value IS NOT NULL",
     "TRUE if the value is not NULL.",
     {"'a' IS NOT NULL", "TRUE"},
     &BindIsNull<true>},
    {"IS DISTINCT FROM",
     {},
     kCategory,
     "value1 IS DISTINCT FROM value2",
     "TRUE if the values differ, NULL counting as a value.",
     {"1 IS DISTINCT FROM CAST(NULL AS INT)", "TRUE"},
     nullptr},
    {"IS NOT DISTINCT FROM",
     {},
     kCategory,
     "value1 IS NOT DISTINCT FROM value2",
     "TRUE if the values are the same, NULL counting as a value.",
     {"1 IS NOT DISTINCT FROM CAST(NULL AS INT)", "FALSE"},
     nullptr},
    {"BETWEEN",
     {"BETWEEN ASYMMETRIC"},
     kCategory,
     "value1 BETWEEN [ASYMMETRIC | SYMMETRIC] value2 AND value3",
     "TRUE if value2 <= value1 <= value3.",
     {"12 BETWEEN 10 AND 15", "TRUE"},
     nullptr},
    {"NOT BETWEEN",
     {"NOT BETWEEN ASYMMETRIC"},
     kCategory,
     "value1 NOT BETWEEN [ASYMMETRIC | SYMMETRIC] value2 AND value3",
     "TRUE if value1 is outside of value2 ... value3.",
     {"12 NOT BETWEEN 15 AND 12", "TRUE"},
     nullptr},
    {"BETWEEN SYMMETRIC",
     {},
     kCategory,
     "value1 BETWEEN SYMMETRIC value2 AND value3",
     "TRUE if value1 lies between value2 and value3, whichever is the greater.",
     {"12 BETWEEN SYMMETRIC 15 AND 12", "TRUE"},
     nullptr},
    {"NOT BETWEEN SYMMETRIC",
     {},
     kCategory,
     "value1 NOT BETWEEN SYMMETRIC value2 AND value3",
     "TRUE if value1 does not lie between value2 and value3.",
     {"12 NOT BETWEEN SYMMETRIC 15 AND 12", "FALSE"},
     nullptr},
    {"IN",
     {},
     kCategory,
     "value1 IN (value2 [, value3]*)",
     "TRUE if value1 equals one of the list; NULL if it does not and the list has a NULL.",
     {"4 IN (1, 2, 3)", "FALSE"},
     nullptr},
    {"NOT IN",
     {},
     kCategory,
     "value1 NOT IN (value2 [, value3]*)",
     "TRUE if value1 equals none of the list; NULL if the list has a NULL and no match.",
     {"4 NOT IN (1, 2, 3)", "TRUE"},
     nullptr},
};

}  // namespace

FunctionFamily ComparisonFunctions() { return kFunctions; }

}  // namespace thalweg::expr
