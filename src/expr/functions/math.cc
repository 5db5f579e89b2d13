// Functions of DOUBLE: roots, powers, logarithms, angles.
#include <cmath>
#include <limits>
#include <numbers>

#include "expr/binding.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::Type;

namespace {

Result<BoundFunction> BindDouble(const BindArgs& args, size_t arity, Kernel kernel) {
  if (args.types.size() != arity) return NoSuchOverload();
  for (const Type& t : args.types) {
    if (!t.is_numeric()) return NoSuchOverload();
  }
  BoundFunction f;
  f.params.assign(arity, Type::Double());
  f.result = Type::Double();
  f.kernel = kernel;
  f.total = true;
  return f;
}

template <auto F>
Result<BoundFunction> Unary(const BindArgs& args) {
  return BindDouble(args, 1, &EachRow<F>);
}
template <auto F>
Result<BoundFunction> Binary(const BindArgs& args) {
  return BindDouble(args, 2, &EachRow<F>);
}

double LogOfBase(double base, double x) { return std::log(x) / std::log(base); }

Result<BoundFunction> BindLog(const BindArgs& args) {
  if (args.types.size() == 1)
    return BindDouble(args, 1, &EachRow<[](double x) { return std::log(x); }>);
  return BindDouble(args, 2, &EachRow<[](double base, double x) { return LogOfBase(base, x); }>);
}

Result<BoundFunction> BindAtan2(const BindArgs& args) {
  // Of two decimals or of none.
  if (args.types.size() == 2 && args.types[0].is_decimal() != args.types[1].is_decimal()) {
    return NoSuchOverload();
  }
  return BindDouble(args, 2, &EachRow<[](double y, double x) { return std::atan2(y, x); }>);
}

template <auto kValue>
Status Constant(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<double>();
  call.rows.ForEach([&](int32_t i) { to[i] = kValue(); });
  return Status::OK();
}
template <auto kValue>
Result<BoundFunction> BindConstant(const BindArgs& args) {
  return BindDouble(args, 0, &Constant<kValue>);
}

/// x to the power of 0.5, which differs from sqrt for -0.0 (0.0) and -Infinity (Infinity).
double SquareRoot(double x) {
  return x == -std::numeric_limits<double>::infinity() ? -x : std::sqrt(x) + 0.0;
}

constexpr double kDegreesPerRadian = 180.0 / std::numbers::pi;

constexpr auto kCategory = FunctionCategory::kArithmetic;

const ScalarFunction kFunctions[] = {
    {"POWER",
     {},
     kCategory,
     "POWER(numeric1, numeric2)",
     "numeric1 to the power of numeric2.",
     {"POWER(2, 10)", "1024.0"},
     &Binary<[](double x, double y) { return std::pow(x, y); }>},
    {"SQRT",
     {},
     kCategory,
     "SQRT(numeric)",
     "The square root; NaN below zero.",
     {"SQRT(4)", "2.0"},
     &Unary<[](double x) { return SquareRoot(x); }>},
    {"EXP",
     {},
     kCategory,
     "EXP(numeric)",
     "e to the power of the argument.",
     {"EXP(0)", "1.0"},
     &Unary<[](double x) { return std::exp(x); }>},
    {"LN",
     {},
     kCategory,
     "LN(numeric)",
     "The natural logarithm.",
     {"LN(1)", "0.0"},
     &Unary<[](double x) { return std::log(x); }>},
    {"LOG10",
     {},
     kCategory,
     "LOG10(numeric)",
     "The logarithm to base 10.",
     {"LOG10(100)", "2.0"},
     &Unary<[](double x) { return std::log10(x); }>},
    {"LOG2",
     {},
     kCategory,
     "LOG2(numeric)",
     "The logarithm to base 2.",
     {"LOG2(8)", "3.0"},
     &Unary<[](double x) { return std::log2(x); }>},
    {"LOG",
     {},
     kCategory,
     "LOG([base, ] numeric)",
     "The logarithm to the base, or the natural one.",
     {"LOG(2, 8)", "3.0"},
     &BindLog},
    {"SIN",
     {},
     kCategory,
     "SIN(numeric)",
     "The sine of an angle in radians.",
     {"SIN(0)", "0.0"},
     &Unary<[](double x) { return std::sin(x); }>},
    {"COS", {}, kCategory, "COS(numeric)", "The cosine.", {"COS(0)", "1.0"}, &Unary<[](double x) {
       return std::cos(x);
     }>},
    {"TAN", {}, kCategory, "TAN(numeric)", "The tangent.", {"TAN(0)", "0.0"}, &Unary<[](double x) {
       return std::tan(x);
     }>},
    {"COT",
     {},
     kCategory,
     "COT(numeric)",
     "The cotangent.",
     {"COT(0)", "Infinity"},
     &Unary<[](double x) { return 1.0 / std::tan(x); }>},
    {"SINH",
     {},
     kCategory,
     "SINH(numeric)",
     "The hyperbolic sine.",
     {"SINH(0)", "0.0"},
     &Unary<[](double x) { return std::sinh(x); }>},
    {"COSH",
     {},
     kCategory,
     "COSH(numeric)",
     "The hyperbolic cosine.",
     {"COSH(0)", "1.0"},
     &Unary<[](double x) { return std::cosh(x); }>},
    {"TANH",
     {},
     kCategory,
     "TANH(numeric)",
     "The hyperbolic tangent.",
     {"TANH(0)", "0.0"},
     &Unary<[](double x) { return std::tanh(x); }>},
    {"ASIN",
     {},
     kCategory,
     "ASIN(numeric)",
     "The arc sine.",
     {"ASIN(0)", "0.0"},
     &Unary<[](double x) { return std::asin(x); }>},
    {"ACOS",
     {},
     kCategory,
     "ACOS(numeric)",
     "The arc cosine.",
     {"ACOS(1)", "0.0"},
     &Unary<[](double x) { return std::acos(x); }>},
    {"ATAN",
     {},
     kCategory,
     "ATAN(numeric)",
     "The arc tangent.",
     {"ATAN(0)", "0.0"},
     &Unary<[](double x) { return std::atan(x); }>},
    {"ATAN2",
     {},
     kCategory,
     "ATAN2(y, x)",
     "The angle of the point (x, y).",
     {"ATAN2(0, 1)", "0.0"},
     &BindAtan2},
    {"DEGREES",
     {},
     kCategory,
     "DEGREES(numeric)",
     "Radians as degrees.",
     {"DEGREES(PI())", "180.0"},
     &Unary<[](double x) { return x * kDegreesPerRadian; }>},
    {"RADIANS",
     {},
     kCategory,
     "RADIANS(numeric)",
     "Degrees as radians.",
     {"RADIANS(180)", "3.141592653589793"},
     &Unary<[](double x) { return x / 180.0 * std::numbers::pi; }>},
    {"PI",
     {},
     kCategory,
     "PI()",
     "The number pi.",
     {"PI()", "3.141592653589793"},
     &BindConstant<[] { return std::numbers::pi; }>},
    {"E", {}, kCategory, "E()", "Euler's number.", {"E()", "2.718281828459045"}, &BindConstant<[] {
       return std::numbers::e;
     }>},
};

}  // namespace

FunctionFamily MathFunctions() { return kFunctions; }

}  // namespace thalweg::expr
