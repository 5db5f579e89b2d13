#include "data/type.h"

#include <fmt/format.h>

#include "base/status.h"

namespace thalweg::data {

Type Type::Null() { return Type(TypeRoot::kNull); }
Type Type::Char(int32_t length) { return Type(TypeRoot::kChar, length); }
Type Type::Varchar(int32_t length) { return Type(TypeRoot::kVarchar, length); }
Type Type::Boolean() { return Type(TypeRoot::kBoolean); }
Type Type::Binary(int32_t length) { return Type(TypeRoot::kBinary, length); }
Type Type::Varbinary(int32_t length) { return Type(TypeRoot::kVarbinary, length); }
Type Type::Decimal(int32_t precision, int32_t scale) {
  return Type(TypeRoot::kDecimal, precision, scale);
}
Type Type::Tinyint() { return Type(TypeRoot::kTinyint); }
Type Type::Smallint() { return Type(TypeRoot::kSmallint); }
Type Type::Int() { return Type(TypeRoot::kInt); }
Type Type::Bigint() { return Type(TypeRoot::kBigint); }
Type Type::Float() { return Type(TypeRoot::kFloat); }
Type Type::Double() { return Type(TypeRoot::kDouble); }
Type Type::Date() { return Type(TypeRoot::kDate); }
Type Type::Time(int32_t precision) { return Type(TypeRoot::kTime, precision); }
Type Type::Timestamp(int32_t precision) { return Type(TypeRoot::kTimestamp, precision); }
Type Type::TimestampLtz(int32_t precision) { return Type(TypeRoot::kTimestampLtz, precision); }

Type Type::IntervalYearMonth(IntervalResolution r, int32_t year_precision) {
  Type t(TypeRoot::kIntervalYearMonth, year_precision);
  t.resolution_ = r;
  return t;
}

Type Type::IntervalDayTime(IntervalResolution r, int32_t day_precision,
                           int32_t fractional_precision) {
  Type t(TypeRoot::kIntervalDayTime, day_precision, fractional_precision);
  t.resolution_ = r;
  return t;
}

Type Type::Array(Type element) {
  Type t(TypeRoot::kArray);
  t.children_ =
      std::make_shared<const std::vector<Field>>(std::vector<Field>{{"", std::move(element)}});
  return t;
}

Type Type::Map(Type key, Type value) {
  Type t(TypeRoot::kMap);
  t.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"", std::move(key)}, {"", std::move(value)}});
  return t;
}

Type Type::Multiset(Type element) {
  Type t(TypeRoot::kMultiset);
  t.children_ =
      std::make_shared<const std::vector<Field>>(std::vector<Field>{{"", std::move(element)}});
  return t;
}

Type Type::Row(std::vector<Field> fields) {
  Type t(TypeRoot::kRow);
  t.children_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return t;
}

int Type::num_children() const { return children_ ? static_cast<int>(children_->size()) : 0; }

const Type& Type::child(int i) const {
  TW_CHECK(i >= 0 && i < num_children(), fmt::format("child {} of {}", i, ToString()));
  return (*children_)[i].type;
}

const std::vector<Field>& Type::fields() const {
  TW_CHECK(root_ == TypeRoot::kRow, ToString());
  return *children_;
}

Type Type::WithNullable(bool nullable) const {
  Type t = *this;
  t.nullable_ = nullable;
  return t;
}

Type Type::WithTimeAttribute(TimeAttribute a) const {
  Type t = *this;
  t.time_attribute_ = a;
  return t;
}

bool Type::EqualsIgnoringNullability(const Type& o) const {
  if (root_ != o.root_ || precision_ != o.precision_ || scale_ != o.scale_ ||
      resolution_ != o.resolution_) {
    return false;
  }
  if (children_ == o.children_) return true;
  return num_children() == o.num_children() && *children_ == *o.children_;
}

bool Type::Equals(const Type& o) const {
  return nullable_ == o.nullable_ && EqualsIgnoringNullability(o);
}

namespace {

std::string IntervalToString(const Type& t) {
  const int day = t.precision(), frac = t.scale();
  switch (t.interval_resolution()) {
    case IntervalResolution::kYear:
      return fmt::format("INTERVAL YEAR({})", day);
    case IntervalResolution::kYearToMonth:
      return fmt::format("INTERVAL YEAR({}) TO MONTH", day);
    case IntervalResolution::kMonth:
      return "INTERVAL MONTH";
    case IntervalResolution::kDay:
      return fmt::format("INTERVAL DAY({})", day);
    case IntervalResolution::kDayToHour:
      return fmt::format("INTERVAL DAY({}) TO HOUR", day);
    case IntervalResolution::kDayToMinute:
      return fmt::format("INTERVAL DAY({}) TO MINUTE", day);
    case IntervalResolution::kDayToSecond:
      return fmt::format("INTERVAL DAY({}) TO SECOND({})", day, frac);
    case IntervalResolution::kHour:
      return "INTERVAL HOUR";
    case IntervalResolution::kHourToMinute:
      return "INTERVAL HOUR TO MINUTE";
    case IntervalResolution::kHourToSecond:
      return fmt::format("INTERVAL HOUR TO SECOND({})", frac);
    case IntervalResolution::kMinute:
      return "INTERVAL MINUTE";
    case IntervalResolution::kMinuteToSecond:
      return fmt::format("INTERVAL MINUTE TO SECOND({})", frac);
    case IntervalResolution::kSecond:
      return fmt::format("INTERVAL SECOND({})", frac);
  }
  return "INTERVAL";
}

std::string Render(const Type& t, bool summary) {
  std::string s;
  switch (t.root()) {
    case TypeRoot::kNull:
      return "NULL";
    case TypeRoot::kChar:
      s = fmt::format("CHAR({})", t.length());
      break;
    case TypeRoot::kVarchar:
      s = summary && t.length() == Type::kMaxLength ? "STRING"
                                                    : fmt::format("VARCHAR({})", t.length());
      break;
    case TypeRoot::kBoolean:
      s = "BOOLEAN";
      break;
    case TypeRoot::kBinary:
      s = fmt::format("BINARY({})", t.length());
      break;
    case TypeRoot::kVarbinary:
      s = summary && t.length() == Type::kMaxLength ? "BYTES"
                                                    : fmt::format("VARBINARY({})", t.length());
      break;
    case TypeRoot::kDecimal:
      s = fmt::format("DECIMAL({}, {})", t.precision(), t.scale());
      break;
    case TypeRoot::kTinyint:
      s = "TINYINT";
      break;
    case TypeRoot::kSmallint:
      s = "SMALLINT";
      break;
    case TypeRoot::kInt:
      s = "INT";
      break;
    case TypeRoot::kBigint:
      s = "BIGINT";
      break;
    case TypeRoot::kFloat:
      s = "FLOAT";
      break;
    case TypeRoot::kDouble:
      s = "DOUBLE";
      break;
    case TypeRoot::kDate:
      s = "DATE";
      break;
    case TypeRoot::kTime:
      s = fmt::format("TIME({})", t.precision());
      break;
    case TypeRoot::kTimestamp:
      s = fmt::format("TIMESTAMP({})", t.precision());
      break;
    case TypeRoot::kTimestampLtz:
      s = summary ? fmt::format("TIMESTAMP_LTZ({})", t.precision())
                  : fmt::format("TIMESTAMP({}) WITH LOCAL TIME ZONE", t.precision());
      break;
    case TypeRoot::kIntervalYearMonth:
    case TypeRoot::kIntervalDayTime:
      s = IntervalToString(t);
      break;
    case TypeRoot::kArray:
      s = fmt::format("ARRAY<{}>", Render(t.child(0), summary));
      break;
    case TypeRoot::kMap:
      s = fmt::format("MAP<{}, {}>", Render(t.child(0), summary), Render(t.child(1), summary));
      break;
    case TypeRoot::kMultiset:
      s = fmt::format("MULTISET<{}>", Render(t.child(0), summary));
      break;
    case TypeRoot::kRow: {
      s = "ROW<";
      for (size_t i = 0; i < t.fields().size(); ++i) {
        if (i > 0) s += ", ";
        s += fmt::format("`{}` {}", t.fields()[i].name, Render(t.fields()[i].type, summary));
      }
      s += ">";
      break;
    }
  }
  if (!t.nullable()) s += " NOT NULL";
  if (summary && t.time_attribute() == TimeAttribute::kRowtime) s += " *ROWTIME*";
  if (summary && t.time_attribute() == TimeAttribute::kProctime) s += " *PROCTIME*";
  return s;
}

}  // namespace

std::string Type::ToString() const { return Render(*this, false); }
std::string Type::ToSummary() const { return Render(*this, true); }

PhysicalType PhysicalTypeOf(const Type& type) {
  switch (type.root()) {
    case TypeRoot::kNull:
      return PhysicalType::kNull;
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      return PhysicalType::kString;
    case TypeRoot::kBoolean:
      return PhysicalType::kBool;
    case TypeRoot::kDecimal:
      return PhysicalType::kInt128;
    case TypeRoot::kTinyint:
      return PhysicalType::kInt8;
    case TypeRoot::kSmallint:
      return PhysicalType::kInt16;
    case TypeRoot::kInt:
    case TypeRoot::kDate:
    case TypeRoot::kTime:
    case TypeRoot::kIntervalYearMonth:
      return PhysicalType::kInt32;
    case TypeRoot::kBigint:
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
    case TypeRoot::kIntervalDayTime:
      return PhysicalType::kInt64;
    case TypeRoot::kFloat:
      return PhysicalType::kFloat;
    case TypeRoot::kDouble:
      return PhysicalType::kDouble;
    case TypeRoot::kArray:
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
      return PhysicalType::kList;
    case TypeRoot::kRow:
      return PhysicalType::kRow;
  }
  return PhysicalType::kNull;
}

}  // namespace thalweg::data
