// data::Type: Flink SQL's logical types, as values.
//
// A Type is immutable and cheap to copy (children are shared). It travels beside a Column, whose
// storage follows from PhysicalTypeOf(type). Two types are equal only if nullability, parameters,
// field names and children are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::data {

enum class TypeRoot : uint8_t {
  kNull,  ///< type of an untyped NULL literal
  kChar,
  kVarchar,  ///< STRING is VARCHAR(2147483647)
  kBoolean,
  kBinary,
  kVarbinary,  ///< BYTES is VARBINARY(2147483647)
  kDecimal,
  kTinyint,
  kSmallint,
  kInt,
  kBigint,
  kFloat,
  kDouble,
  kDate,
  kTime,
  kTimestamp,          ///< TIMESTAMP(p) WITHOUT TIME ZONE
  kTimestampLtz,       ///< TIMESTAMP(p) WITH LOCAL TIME ZONE
  kIntervalYearMonth,  ///< any of YEAR, MONTH, YEAR TO MONTH
  kIntervalDayTime,    ///< any of DAY ... SECOND
  kArray,
  kMap,
  kMultiset,
  kRow,
};

/// How values of a type are stored in a Column. See data/column.h.
enum class PhysicalType : uint8_t {
  kBool,  ///< uint8_t, 0 or 1
  kInt8,
  kInt16,
  kInt32,  ///< INT, DATE (days since 1970-01-01), TIME (ms of day), INTERVAL YEAR TO MONTH (months)
  kInt64,  ///< BIGINT, TIMESTAMP/TIMESTAMP_LTZ (see TimeUnit), INTERVAL DAY TO SECOND (ms)
  kInt128,  ///< DECIMAL: unscaled value, __int128
  kFloat,
  kDouble,
  kString,  ///< std::string_view: CHAR, VARCHAR, BINARY, VARBINARY
  kList,    ///< ARRAY: one child; MAP, MULTISET: children key and value (INT counts for MULTISET)
  kRow,     ///< ROW: one child per field
  kNull,    ///< every value is NULL
};

/// The declared resolution of an interval, kept for printing the type only.
enum class IntervalResolution : uint8_t {
  kYear,
  kYearToMonth,
  kMonth,
  kDay,
  kDayToHour,
  kDayToMinute,
  kDayToSecond,
  kHour,
  kHourToMinute,
  kHourToSecond,
  kMinute,
  kMinuteToSecond,
  kSecond,
};

/// Whether a TIMESTAMP column is a time attribute: the planner's knowledge, carried by the type as
/// in Flink, ignored by Equals.
enum class TimeAttribute : uint8_t { kNone, kRowtime, kProctime };

struct Field;

class Type {
 public:
  static constexpr int32_t kMaxLength = 2147483647;

  Type() = default;  ///< NULL type

  static Type Null();
  static Type Char(int32_t length);
  static Type Varchar(int32_t length);
  static Type String() { return Varchar(kMaxLength); }
  static Type Boolean();
  static Type Binary(int32_t length);
  static Type Varbinary(int32_t length);
  static Type Bytes() { return Varbinary(kMaxLength); }
  static Type Decimal(int32_t precision, int32_t scale);
  static Type Tinyint();
  static Type Smallint();
  static Type Int();
  static Type Bigint();
  static Type Float();
  static Type Double();
  static Type Date();
  static Type Time(int32_t precision = 0);
  static Type Timestamp(int32_t precision);
  static Type TimestampLtz(int32_t precision);
  static Type IntervalYearMonth(IntervalResolution r = IntervalResolution::kYearToMonth,
                                int32_t year_precision = 2);
  static Type IntervalDayTime(IntervalResolution r = IntervalResolution::kDayToSecond,
                              int32_t day_precision = 2, int32_t fractional_precision = 6);
  static Type Array(Type element);
  static Type Map(Type key, Type value);
  static Type Multiset(Type element);
  static Type Row(std::vector<Field> fields);

  TypeRoot root() const { return root_; }
  bool nullable() const { return nullable_; }
  /// CHAR, VARCHAR, BINARY, VARBINARY: length in code points or bytes.
  int32_t length() const { return precision_; }
  /// DECIMAL, TIME, TIMESTAMP, TIMESTAMP_LTZ; leading (year, day) precision of intervals.
  int32_t precision() const { return precision_; }
  /// DECIMAL; fractional precision of INTERVAL DAY TO SECOND.
  int32_t scale() const { return scale_; }
  IntervalResolution interval_resolution() const { return resolution_; }
  TimeAttribute time_attribute() const { return time_attribute_; }

  /// ARRAY and MULTISET: one child, the element; MAP: key and value; ROW: the fields.
  int num_children() const;
  const Type& child(int i) const;
  /// ROW only.
  const std::vector<Field>& fields() const;

  Type WithNullable(bool nullable) const;
  Type WithTimeAttribute(TimeAttribute a) const;

  /// Everything but the time attribute.
  bool Equals(const Type& other) const;
  /// Everything but the top-level nullability and the time attribute.
  bool EqualsIgnoringNullability(const Type& other) const;
  bool operator==(const Type& other) const { return Equals(other); }

  bool is_character() const { return root_ == TypeRoot::kChar || root_ == TypeRoot::kVarchar; }
  bool is_binary() const { return root_ == TypeRoot::kBinary || root_ == TypeRoot::kVarbinary; }
  bool is_integer() const { return root_ >= TypeRoot::kTinyint && root_ <= TypeRoot::kBigint; }
  bool is_floating() const { return root_ == TypeRoot::kFloat || root_ == TypeRoot::kDouble; }
  bool is_decimal() const { return root_ == TypeRoot::kDecimal; }
  bool is_numeric() const { return root_ >= TypeRoot::kDecimal && root_ <= TypeRoot::kDouble; }
  bool is_exact_numeric() const { return is_integer() || is_decimal(); }
  bool is_timestamp() const {
    return root_ == TypeRoot::kTimestamp || root_ == TypeRoot::kTimestampLtz;
  }
  bool is_datetime() const { return root_ >= TypeRoot::kDate && root_ <= TypeRoot::kTimestampLtz; }
  bool is_interval() const {
    return root_ == TypeRoot::kIntervalYearMonth || root_ == TypeRoot::kIntervalDayTime;
  }
  bool is_nested() const { return root_ >= TypeRoot::kArray; }

  /// As Flink's asSerializableString: "VARCHAR(2147483647) NOT NULL", "ROW<`a` INT, `b` STRING>".
  std::string ToString() const;
  /// As Flink's asSummaryString, used in EXPLAIN and errors: "STRING NOT NULL", "TIMESTAMP(3)
  /// *ROWTIME*".
  std::string ToSummary() const;

 private:
  explicit Type(TypeRoot root, int32_t precision = 0, int32_t scale = 0)
      : root_(root), precision_(precision), scale_(scale) {}

  TypeRoot root_ = TypeRoot::kNull;
  bool nullable_ = true;
  TimeAttribute time_attribute_ = TimeAttribute::kNone;
  IntervalResolution resolution_ = IntervalResolution::kYear;
  int32_t precision_ = 0;
  int32_t scale_ = 0;
  std::shared_ptr<const std::vector<Field>> children_;
};

/// A named child or column. ARRAY, MAP and MULTISET children have empty names.
struct Field {
  std::string name;
  Type type;
  bool operator==(const Field&) const = default;
};

/// The columns of a table or of an edge between operators.
using Schema = std::vector<Field>;

PhysicalType PhysicalTypeOf(const Type& type);
/// Bytes per value in the values buffer; 0 for kList, kRow and kNull.
constexpr int PhysicalWidth(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      return 8;
    case PhysicalType::kInt128:
    case PhysicalType::kString:
      return 16;
    case PhysicalType::kList:
    case PhysicalType::kRow:
    case PhysicalType::kNull:
      return 0;
  }
  return 0;
}

/// Units of a TIMESTAMP(p) or TIMESTAMP_LTZ(p) value per second: 1000 for p <= 3, 1000000 for
/// p <= 6, 1000000000 above (years 1677 to 2262 only; beyond them is an overflow error).
constexpr int64_t TimestampUnitsPerSecond(int precision) {
  return precision <= 3 ? 1000 : precision <= 6 ? 1000000 : 1000000000;
}

}  // namespace thalweg::data
