#include "expr/numeric_types.h"

#include <algorithm>

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

constexpr int kMaxPrecision = 38;
/// Digits after the point that are kept when a result is too wide.
constexpr int kMinAdjustedScale = 6;

Type Adjusted(int precision, int scale) {
  if (precision <= kMaxPrecision) return Type::Decimal(precision, scale);
  const int whole = precision - scale;
  const int kept = std::max(kMaxPrecision - whole, std::min(scale, kMinAdjustedScale));
  return Type::Decimal(kMaxPrecision, kept);
}

}  // namespace

DecimalShape DecimalShapeOf(const Type& t) {
  switch (t.root()) {
    case TypeRoot::kTinyint:
      return {3, 0};
    case TypeRoot::kSmallint:
      return {5, 0};
    case TypeRoot::kInt:
      return {10, 0};
    case TypeRoot::kBigint:
      return {19, 0};
    default:
      return {t.precision(), t.scale()};
  }
}

namespace {

/// Digits that a sum or a product may need, and one more, as Flink counts them.
int SumPrecision(DecimalShape a, DecimalShape b) {
  const int scale = std::max(a.scale, b.scale);
  return std::max(a.precision - a.scale, b.precision - b.scale) + scale + 1;
}
int ProductPrecision(DecimalShape a, DecimalShape b) { return a.precision + b.precision + 1; }

}  // namespace

Type DecimalSumType(DecimalShape a, DecimalShape b) {
  return Adjusted(SumPrecision(a, b), std::max(a.scale, b.scale));
}

Type DecimalProductType(DecimalShape a, DecimalShape b) {
  return Adjusted(ProductPrecision(a, b), a.scale + b.scale);
}

bool IsExactSum(DecimalShape a, DecimalShape b) { return SumPrecision(a, b) <= kMaxPrecision; }
bool IsExactProduct(DecimalShape a, DecimalShape b) {
  return ProductPrecision(a, b) <= kMaxPrecision;
}

Type DecimalQuotientType(DecimalShape a, DecimalShape b) {
  const int scale = std::max(6, a.scale + b.precision + 1);
  return Adjusted(a.precision - a.scale + b.scale + scale, scale);
}

Type DecimalModuloType(DecimalShape a, DecimalShape b) {
  const int scale = std::max(a.scale, b.scale);
  return Adjusted(std::min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

Type DecimalRoundType(DecimalShape a, int digits) {
  if (digits >= a.scale) return Type::Decimal(a.precision, a.scale);
  if (digits < 0) return Type::Decimal(std::min(kMaxPrecision, 1 + a.precision - a.scale), 0);
  return Type::Decimal(1 + a.precision - a.scale + digits, digits);
}

}  // namespace thalweg::expr
