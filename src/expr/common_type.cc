// The least type that several types can be cast to without losing what they mean, after Calcite's
// leastRestrictive with Flink's type system.
#include <algorithm>

#include "expr/builder.h"
#include "expr/numeric_types.h"

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

std::optional<Type> CommonNumeric(const Type& a, const Type& b) {
  if (a.is_exact_numeric() && b.is_exact_numeric()) {
    if (!a.is_decimal() && !b.is_decimal()) return a.root() >= b.root() ? a : b;
    const DecimalShape x = DecimalShapeOf(a), y = DecimalShapeOf(b);
    const int whole = std::min(std::max(x.precision - x.scale, y.precision - y.scale), 38);
    const int scale = std::min(std::max(x.scale, y.scale), 38 - whole);
    return Type::Decimal(whole + scale, scale);
  }
  if (a.is_floating() && b.is_floating()) return a;  // of equal precision to Calcite: the first
  const Type& approximate = a.is_floating() ? a : b;
  const Type& exact = a.is_floating() ? b : a;
  return exact.is_decimal() ? Type::Double() : approximate;
}

std::optional<Type> CommonOf(const Type& a, const Type& b);

std::optional<Type> CommonNested(const Type& a, const Type& b) {
  if (a.root() != b.root() || a.num_children() != b.num_children()) return std::nullopt;
  std::vector<Type> children;
  for (int i = 0; i < a.num_children(); ++i) {
    auto c = CommonOf(a.child(i), b.child(i));
    if (!c) return std::nullopt;
    children.push_back(c->WithNullable(a.child(i).nullable() || b.child(i).nullable()));
  }
  switch (a.root()) {
    case TypeRoot::kArray:
      return Type::Array(children[0]);
    case TypeRoot::kMultiset:
      return Type::Multiset(children[0]);
    case TypeRoot::kMap:
      return Type::Map(children[0], children[1]);
    default: {
      std::vector<data::Field> fields;
      for (size_t i = 0; i < children.size(); ++i) {
        fields.push_back({a.fields()[i].name, children[i]});
      }
      return Type::Row(std::move(fields));
    }
  }
}

/// Ignores nullability at the top.
std::optional<Type> CommonOf(const Type& a, const Type& b) {
  if (a.EqualsIgnoringNullability(b)) return a;
  if (a.root() == TypeRoot::kNull) return b.WithNullable(true);
  if (b.root() == TypeRoot::kNull) return a.WithNullable(true);
  if (a.is_numeric() && b.is_numeric()) return CommonNumeric(a, b);
  if (a.is_character() && b.is_character()) return Type::Varchar(std::max(a.length(), b.length()));
  if (a.is_binary() && b.is_binary()) return Type::Varbinary(std::max(a.length(), b.length()));
  if (a.is_datetime() && b.is_datetime()) {
    if (a.root() == b.root()) return a.precision() >= b.precision() ? a : b;
    if (!a.is_timestamp() || !b.is_timestamp()) return std::nullopt;
    if (a.precision() == b.precision()) return a;
    const int p = std::max(a.precision(), b.precision());
    return b.root() == TypeRoot::kTimestamp ? Type::Timestamp(p) : Type::TimestampLtz(p);
  }
  if (a.is_interval() && a.root() == b.root()) {
    return a.root() == TypeRoot::kIntervalYearMonth
               ? Type::IntervalYearMonth(data::IntervalResolution::kMonth)
               : Type::IntervalDayTime(data::IntervalResolution::kSecond, 2,
                                       std::max(a.scale(), b.scale()));
  }
  if (a.is_datetime() && b.is_interval()) return a;
  if (a.is_interval() && b.is_datetime()) return b;
  if (a.is_nested() && b.is_nested()) return CommonNested(a, b);
  return std::nullopt;
}

}  // namespace

Result<Type> CommonType(const std::vector<Type>& types) {
  TW_CHECK(!types.empty(), "no types");
  Type common = types[0];
  bool nullable = types[0].nullable();
  for (size_t i = 1; i < types.size(); ++i) {
    auto next = CommonOf(common, types[i]);
    if (!next) {
      return Status::InvalidSql("Types " + common.ToSummary() + " and " + types[i].ToSummary() +
                                " have no common type");
    }
    common = *next;
    nullable |= types[i].nullable();
  }
  return common.WithNullable(nullable).WithTimeAttribute(data::TimeAttribute::kNone);
}

Result<Type> MergedType(const std::vector<Type>& types) {
  bool any_double = false, any_ltz = false;
  for (const Type& t : types) {
    any_double |= t.root() == TypeRoot::kDouble;
    any_ltz |= t.root() == TypeRoot::kTimestampLtz;
  }
  Result<Type> common = CommonType(types);
  if (common.ok()) {
    const bool nullable = common->nullable();
    if (any_double && common->root() == TypeRoot::kFloat) common = Type::Double();
    if (any_ltz && common->root() == TypeRoot::kTimestamp) {
      common = Type::TimestampLtz(common->precision());
    }
    return common->WithNullable(nullable);
  }
  // Else the one of the types that takes all others by implicit casts.
  Type type = types[0];
  bool nullable = false;
  for (const Type& t : types) {
    nullable |= t.nullable();
    if (SupportsImplicitCast(type, t)) {
      type = t;
    } else if (!SupportsImplicitCast(t, type)) {
      return common.status();
    }
  }
  return type.WithNullable(nullable);
}

}  // namespace thalweg::expr
