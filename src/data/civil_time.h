// Civil dates and times without zones: days <-> year-month-day, and Flink's text forms of DATE,
// TIME and TIMESTAMP, shared by casts, functions, formats and printing.
//
// Proleptic Gregorian calendar. A LocalDateTime is the exact, precision-free form; column values
// (see data/type.h) are made from it with ToTimestamp. Parsers take the whole text and never
// allocate; nullopt means that it is malformed or out of range. Writers put at most kMaxChars
// bytes at `out` and return the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace thalweg::data {

constexpr int64_t kMillisPerDay = 86400000;
constexpr int64_t kNanosPerSecond = 1000000000;
constexpr int64_t kNanosPerDay = 86400 * kNanosPerSecond;

constexpr int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a ^ b) < 0); }
constexpr int64_t FloorMod(int64_t a, int64_t b) {
  const int64_t r = a % b;
  return r != 0 && (r ^ b) < 0 ? r + b : r;
}

// --- Calendar ---

struct CivilDate {
  int32_t year;
  int32_t month;  // 1..12
  int32_t day;    // 1..31
};

constexpr bool IsLeapYear(int64_t y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }

constexpr int32_t DaysInMonth(int64_t year, int32_t month) {
  constexpr int8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

/// Days since 1970-01-01. month in 1..12; day may be out of range and counts on.
constexpr int64_t DaysFromCivil(int64_t year, int32_t month, int32_t day) {
  // Howard Hinnant's days_from_civil: years begin in March, eras have 400 of them.
  year -= month <= 2;
  const int64_t era = FloorDiv(year, 400);
  const int64_t yoe = year - era * 400;
  const int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

constexpr CivilDate CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = FloorDiv(days, 146097);
  const uint32_t doe = static_cast<uint32_t>(days - era * 146097);
  const uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const uint32_t mp = (5 * doy + 2) / 153;
  const int32_t month = static_cast<int32_t>(mp < 10 ? mp + 3 : mp - 9);
  return {static_cast<int32_t>(era * 400 + yoe + (month <= 2)), month,
          static_cast<int32_t>(doy - (153 * mp + 2) / 5 + 1)};
}

/// 1 Monday .. 7 Sunday.
constexpr int32_t IsoDayOfWeek(int64_t days) {
  return static_cast<int32_t>(FloorMod(days + 3, 7)) + 1;
}

// --- Values ---

struct LocalDateTime {
  int64_t days = 0;          // since 1970-01-01
  int64_t nanos_of_day = 0;  // 0 .. kNanosPerDay - 1
  bool operator==(const LocalDateTime&) const = default;
};

/// A TIMESTAMP(precision) or TIMESTAMP_LTZ(precision) value in its parts.
constexpr LocalDateTime FromTimestamp(int64_t value, int precision) {
  const int64_t per_day = kNanosPerDay / kNanosPerSecond *
                          (precision <= 3   ? 1000
                           : precision <= 6 ? 1000000
                                            : 1000000000);
  const int64_t days = FloorDiv(value, per_day);
  return {days, FloorMod(value, per_day) * (kNanosPerDay / per_day)};
}

/// The value of TIMESTAMP(precision), digits beyond the precision cut off (towards the past).
/// nullopt when int64 cannot hold it (precision 7..9: years 1677 to 2262).
std::optional<int64_t> ToTimestamp(const LocalDateTime& t, int precision);

/// Changes a value's precision: widens exactly (nullopt on overflow), narrows towards the past.
std::optional<int64_t> RescaleTimestamp(int64_t value, int from_precision, int to_precision);

/// Epoch milliseconds of a value, rounded towards the past.
constexpr int64_t TimestampToMillis(int64_t value, int precision) {
  return precision <= 3 ? value : precision <= 6 ? FloorDiv(value, 1000) : FloorDiv(value, 1000000);
}

// --- Text: parsing ---

/// CAST(text AS DATE) as Flink reads it: "2020-1-5", "2020-01-05 12:00:00", "2020", blanks around
/// each number.
std::optional<int32_t> ParseDate(std::string_view text);
/// CAST(text AS TIME): "1:2:3.4", "12", "10:00:00+01:30"; milliseconds of the day, not normalised
/// after the zone was added.
std::optional<int32_t> ParseTime(std::string_view text);
/// CAST(text AS TIMESTAMP): "2020-1-5", "2020-01-05 1:02:03.123456789".
std::optional<LocalDateTime> ParseTimestamp(std::string_view text);

/// Strict ISO "2020-01-05".
std::optional<int32_t> ParseIsoDate(std::string_view text);
/// Strict "12:34:56" with up to nine fraction digits; nanoseconds of the day. With
/// `optional_seconds` also "12:34".
std::optional<int64_t> ParseIsoTime(std::string_view text, bool optional_seconds = false);
/// Strict ISO date, `separator`, strict time, as the csv and json formats read them: separator ' '
/// is Flink's 'SQL' standard, 'T' its 'ISO-8601' (where seconds may be missing). `utc_suffix`:
/// a trailing 'Z' is required (TIMESTAMP_LTZ).
std::optional<LocalDateTime> ParseIsoTimestamp(std::string_view text, char separator,
                                               bool utc_suffix);

// --- Text: writing ---

constexpr int kMaxChars = 48;

/// "2020-01-05"; the year's last four digits, as Flink's casts print it.
char* WriteDate(int64_t days, char* out);
/// "12:34:56" and, for precision > 0, a fraction as Flink's casts print it ("12:34:56.5"): digits
/// stop after the last one that is not 0, but at least one stands.
char* WriteTime(int32_t millis_of_day, int precision, char* out);
/// "2020-01-05 12:34:56.123": at least `min_fraction_digits`, then no trailing zeros. Casts use the
/// type's precision; the csv and json formats use 0. `separator` ' ' or 'T'.
char* WriteTimestamp(const LocalDateTime& t, int min_fraction_digits, char separator, char* out);

/// java.time.LocalDate.toString(): "2020-01-05", "+12020-01-05", "-0044-03-15".
char* WriteJavaDate(int64_t days, char* out);
/// java.time.LocalTime.toString(): "12:34", "12:34:56", "12:34:56.100".
char* WriteJavaTime(int64_t nanos_of_day, char* out);
/// java.time.LocalDateTime.toString(), what Flink's print connector shows: "2020-01-05T12:34".
char* WriteJavaDateTime(const LocalDateTime& t, char* out);
/// java.time.Instant.toString(), for TIMESTAMP_LTZ: "2020-01-05T12:34:00Z".
char* WriteJavaInstant(const LocalDateTime& utc, char* out);

/// INTERVAL YEAR TO MONTH: "+1-02".
char* WriteIntervalYearMonth(int32_t months, char* out);
/// INTERVAL DAY TO SECOND: "+1 02:03:04.005".
char* WriteIntervalDayTime(int64_t millis, char* out);

}  // namespace thalweg::data
