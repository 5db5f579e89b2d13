// Which casts Flink allows, implicitly (INSERT, UNION) and explicitly (CAST).
#include "expr/builder.h"

namespace thalweg::expr {

using data::IntervalResolution;
using data::Type;
using data::TypeRoot;

namespace {

bool IsSingleField(const Type& t) {
  switch (t.interval_resolution()) {
    case IntervalResolution::kYear:
    case IntervalResolution::kMonth:
    case IntervalResolution::kDay:
    case IntervalResolution::kHour:
    case IntervalResolution::kMinute:
    case IntervalResolution::kSecond:
      return true;
    default:
      return false;
  }
}

bool IsImplicit(const Type& from, const Type& to) {
  switch (to.root()) {
    case TypeRoot::kVarchar:
      return from.is_character();
    case TypeRoot::kVarbinary:
      return from.is_binary();
    case TypeRoot::kDecimal:
    case TypeRoot::kDouble:
      return from.is_numeric();
    case TypeRoot::kTinyint:
    case TypeRoot::kSmallint:
    case TypeRoot::kInt:
    case TypeRoot::kBigint:
      return from.is_integer() && from.root() <= to.root();
    case TypeRoot::kFloat:
      return from.is_exact_numeric() || from.root() == TypeRoot::kFloat;
    case TypeRoot::kDate:
      return from.root() == TypeRoot::kDate || from.root() == TypeRoot::kTimestamp;
    case TypeRoot::kTime:
      return from.root() == TypeRoot::kTime || from.root() == TypeRoot::kTimestamp;
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      return from.is_timestamp();
    default:
      return from.root() == to.root();
  }
}

bool IsExplicit(const Type& from, const Type& to) {
  switch (to.root()) {
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      return true;
    case TypeRoot::kBoolean:
      return from.is_character() || from.is_numeric();
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      return from.is_character() || from.is_binary();
    case TypeRoot::kDecimal:
    case TypeRoot::kFloat:
    case TypeRoot::kDouble:
    case TypeRoot::kTinyint:
    case TypeRoot::kSmallint:
    case TypeRoot::kInt:
    case TypeRoot::kBigint:
      return from.is_numeric() || from.is_character() || from.root() == TypeRoot::kBoolean;
    case TypeRoot::kDate:
    case TypeRoot::kTime:
      return from.is_timestamp() || from.is_character();
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      return from.is_datetime() || from.is_character();
    case TypeRoot::kIntervalYearMonth:
    case TypeRoot::kIntervalDayTime:
      return from.is_integer() && from.root() != TypeRoot::kBigint && IsSingleField(to);
    default:
      return false;
  }
}

bool Supports(const Type& from, const Type& to, bool allow_explicit) {
  if (from.EqualsIgnoringNullability(to) || from.root() == TypeRoot::kNull) return true;
  if (from.is_nested() || to.is_nested()) {
    if (allow_explicit && to.is_character()) return true;
    if (from.root() != to.root() || from.num_children() != to.num_children()) return false;
    for (int i = 0; i < from.num_children(); ++i) {
      if (from.child(i).nullable() && !to.child(i).nullable()) return false;
      if (!Supports(from.child(i), to.child(i), allow_explicit)) return false;
    }
    return true;
  }
  return IsImplicit(from, to) || (allow_explicit && IsExplicit(from, to));
}

}  // namespace

bool SupportsImplicitCast(const Type& from, const Type& to) { return Supports(from, to, false); }
bool SupportsExplicitCast(const Type& from, const Type& to) { return Supports(from, to, true); }

}  // namespace thalweg::expr
