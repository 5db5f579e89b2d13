#include "sql/binder/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "data/civil_time.h"
#include "data/column_builder.h"

namespace thalweg::sql {

using ast::LiteralKind;
using data::Type;

namespace {

template <typename T>
expr::ExprPtr Fixed(const Type& type, T value) {
  data::ColumnBuilder builder(type.WithNullable(false));
  builder.Append<T>(value);
  return expr::MakeLiteral(builder.Finish());
}

Result<expr::ExprPtr> BindExact(const ast::Literal& literal) {
  std::string digits;
  int scale = 0;
  bool point = false;
  for (char c : literal.text) {
    if (c == '.') {
      point = true;
    } else {
      digits.push_back(c);
      if (point) ++scale;
    }
  }
  size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  std::string significant = digits.substr(zeros);
  if (significant.size() > 38 || scale > 38) {
    return Status::InvalidSql(literal.span, fmt::format("numeric literal '{}' is out of range: at "
                                                        "most 38 digits",
                                                        literal.text));
  }
  unsigned __int128 value = 0;
  for (char c : significant) value = value * 10 + static_cast<unsigned>(c - '0');
  if (scale == 0) {
    if (value <= 2147483647) return Fixed<int32_t>(Type::Int(), static_cast<int32_t>(value));
    if (value <= 9223372036854775807ull) {
      return Fixed<int64_t>(Type::Bigint(), static_cast<int64_t>(value));
    }
  }
  if (scale == 0 && !point) {
    return Status::InvalidSql(literal.span, fmt::format("Numeric literal '{}' out of range: whole "
                                                        "numbers end at 9223372036854775807; write "
                                                        "a decimal point, or CAST a string",
                                                        literal.text));
  }
  int precision = static_cast<int>(
      std::max<size_t>(scale == 0 ? significant.size() : std::min<size_t>(digits.size(), 38), 1));
  precision = std::max(precision, scale);
  return Fixed<__int128>(Type::Decimal(precision, scale), static_cast<__int128>(value));
}

Status Illegal(const ast::Literal& literal, std::string_view type, std::string_view format) {
  return Status::InvalidSql(literal.span, fmt::format("Illegal {} literal '{}': not in format '{}'",
                                                      type, literal.text, format));
}

// Up to `max` digits; -1 when there is none.
int TakeNumber(std::string_view* text, size_t max) {
  size_t n = 0;
  int value = 0;
  while (n < text->size() && n < max && (*text)[n] >= '0' && (*text)[n] <= '9') {
    value = value * 10 + ((*text)[n++] - '0');
  }
  text->remove_prefix(n);
  return n == 0 ? -1 : value;
}

bool TakeChar(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

bool TakeDate(std::string_view* text, int64_t* days) {
  int year = TakeNumber(text, 4);
  if (year < 1 || !TakeChar(text, '-')) return false;
  int month = TakeNumber(text, 2);
  if (month < 1 || month > 12 || !TakeChar(text, '-')) return false;
  int day = TakeNumber(text, 2);
  if (day < 1 || day > data::DaysInMonth(year, month)) return false;
  *days = data::DaysFromCivil(year, month, day);
  // The days that the Gregorian reform skipped do not exist in literals.
  return !(year == 1582 && month == 10 && day > 4 && day < 15);
}

// h:m:s[.f]; `digits` counts those of the fraction.
bool TakeTime(std::string_view* text, int64_t* nanos, int* digits) {
  int hour = TakeNumber(text, 2);
  if (hour < 0 || hour > 23 || !TakeChar(text, ':')) return false;
  int minute = TakeNumber(text, 2);
  if (minute < 0 || minute > 59 || !TakeChar(text, ':')) return false;
  int second = TakeNumber(text, 2);
  if (second < 0 || second > 59) return false;
  *nanos = (int64_t{hour} * 3600 + minute * 60 + second) * data::kNanosPerSecond;
  *digits = 0;
  if (TakeChar(text, '.')) {
    int64_t unit = data::kNanosPerSecond;
    while (!text->empty() && text->front() >= '0' && text->front() <= '9') {
      unit /= 10;
      *nanos += unit * (text->front() - '0');
      if (*digits < 9) ++*digits;
      text->remove_prefix(1);
    }
  }
  return true;
}

Result<expr::ExprPtr> BindDateTime(const ast::Literal& literal) {
  std::string_view text = literal.text;
  int64_t days = 0;
  int64_t nanos = 0;
  int digits = 0;
  if (literal.literal == LiteralKind::kDate) {
    if (!TakeDate(&text, &days) || !text.empty()) return Illegal(literal, "DATE", "yyyy-MM-dd");
    return Fixed<int32_t>(Type::Date(), static_cast<int32_t>(days));
  }
  if (literal.literal == LiteralKind::kTime) {
    if (!TakeTime(&text, &nanos, &digits) || !text.empty()) {
      return Illegal(literal, "TIME", "HH:mm:ss");
    }
    // Flink cuts the fraction off: TIME has whole seconds.
    return Fixed<int32_t>(Type::Time(0),
                          static_cast<int32_t>(nanos / data::kNanosPerSecond * 1000));
  }
  bool ltz = literal.qualifier == "LTZ";
  bool ok = TakeDate(&text, &days);
  if (ok && !text.empty()) ok = TakeChar(&text, ' ') && TakeTime(&text, &nanos, &digits);
  if (!ok || !text.empty()) {
    return Illegal(literal, ltz ? "TIMESTAMP WITH LOCAL TIME ZONE" : "TIMESTAMP",
                   "yyyy-MM-dd HH:mm:ss");
  }
  std::optional<int64_t> value = data::ToTimestamp({days, nanos}, digits);
  if (!value) {
    return Status::InvalidSql(literal.span, fmt::format("TIMESTAMP literal '{}' is out of the "
                                                        "range of TIMESTAMP({})",
                                                        literal.text, digits));
  }
  return Fixed<int64_t>(Type::Timestamp(digits), *value);
}

}  // namespace

Result<int64_t> IntervalValue(const ast::Literal& literal) {
  const std::string& q = literal.qualifier;
  std::string_view text = literal.text;
  auto illegal = [&] {
    return Status::InvalidSql(
        literal.span,
        fmt::format("Illegal interval literal format '{}' for INTERVAL {}", literal.text, q));
  };
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  bool negative = literal.negative;
  if (TakeChar(&text, '-')) {
    negative = !negative;
  } else {
    TakeChar(&text, '+');
  }
  std::string first = q.substr(0, q.find(' '));
  std::string last = q.substr(q.rfind(' ') == std::string::npos ? 0 : q.rfind(' ') + 1);
  auto number = [&](int64_t* value) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (error != std::errc() || text.empty() || text[0] < '0' || text[0] > '9') return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
  };
  int64_t leading = 0;
  size_t before = text.size();
  if (!number(&leading)) return illegal();
  int32_t precision = literal.interval_type.precision();
  size_t digits = before - text.size();
  int64_t limit = 1;
  for (int i = 0; i < precision && limit < 10000000000; ++i) limit *= 10;
  if (digits > 10 || leading >= limit) {
    return Status::InvalidSql(
        literal.span, fmt::format("Interval field value {} exceeds precision of {}({}) field; "
                                  "write INTERVAL '{}' {}({})",
                                  leading, first, precision, literal.text, first,
                                  std::to_string(leading).size()));
  }
  if (literal.interval_type.root() == data::TypeRoot::kIntervalYearMonth) {
    int64_t months = first == "YEAR" ? leading * 12 : first == "QUARTER" ? leading * 3 : leading;
    if (q == "YEAR TO MONTH") {
      int64_t rest = 0;
      if (!TakeChar(&text, '-') || !number(&rest) || rest > 11) return illegal();
      months += rest;
    }
    if (!text.empty()) return illegal();
    return negative ? -months : months;
  }
  struct Unit {
    std::string_view name;
    int64_t millis;
    int64_t max;
    char separator;
  };
  static constexpr Unit kUnits[] = {{"DAY", 86400000, 0, ' '},
                                    {"HOUR", 3600000, 23, ' '},
                                    {"MINUTE", 60000, 59, ':'},
                                    {"SECOND", 1000, 59, ':'}};
  int64_t millis = 0;
  if (first == "WEEK") {
    millis = leading * 7 * 86400000;
  } else {
    size_t at = 0;
    while (kUnits[at].name != first) ++at;
    millis = leading * kUnits[at].millis;
    while (kUnits[at].name != last) {
      ++at;
      int64_t part = 0;
      if (!TakeChar(&text, kUnits[at].separator) || !number(&part) || part > kUnits[at].max) {
        return illegal();
      }
      millis += part * kUnits[at].millis;
    }
    if (last == "SECOND" && TakeChar(&text, '.')) {
      int64_t unit = 100;
      if (text.empty()) return illegal();
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        millis += unit * (text.front() - '0');
        unit /= 10;
        text.remove_prefix(1);
      }
    }
  }
  if (!text.empty()) return illegal();
  return negative ? -millis : millis;
}

Result<expr::ExprPtr> BindLiteral(const ast::Literal& literal) {
  switch (literal.literal) {
    case LiteralKind::kNull:
      return expr::MakeNullLiteral(Type::Null());
    case LiteralKind::kUnknown:
      return expr::MakeNullLiteral(Type::Boolean());
    case LiteralKind::kTrue:
      return expr::MakeBooleanLiteral(true);
    case LiteralKind::kFalse:
      return expr::MakeBooleanLiteral(false);
    case LiteralKind::kInteger:
    case LiteralKind::kDecimal:
      return BindExact(literal);
    case LiteralKind::kApproximate: {
      const std::string& text = literal.text;
      double value = std::strtod(text.c_str(), nullptr);
      if (std::isinf(value)) {
        return Status::InvalidSql(literal.span, fmt::format("numeric literal '{}' is out of the "
                                                            "range of DOUBLE",
                                                            text));
      }
      return Fixed<double>(Type::Double(), value);
    }
    case LiteralKind::kString:
    case LiteralKind::kSymbol:
      return expr::MakeStringLiteral(literal.text);
    case LiteralKind::kBinary: {
      data::ColumnBuilder builder(
          Type::Binary(static_cast<int32_t>(literal.text.size())).WithNullable(false));
      builder.AppendString(literal.text);
      return expr::MakeLiteral(builder.Finish());
    }
    case LiteralKind::kDate:
    case LiteralKind::kTime:
    case LiteralKind::kTimestamp:
      return BindDateTime(literal);
    case LiteralKind::kInterval: {
      TW_ASSIGN_OR_RETURN(int64_t value, IntervalValue(literal));
      if (literal.interval_type.root() == data::TypeRoot::kIntervalYearMonth) {
        return Fixed<int32_t>(literal.interval_type, static_cast<int32_t>(value));
      }
      return Fixed<int64_t>(literal.interval_type, value);
    }
    case LiteralKind::kDefault:
      return Status::NotSupported(literal.span, "DEFAULT is not supported here");
  }
  return Status::Internal("literal kind");
}

}  // namespace thalweg::sql
