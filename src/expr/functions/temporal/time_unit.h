// Time units as EXTRACT, FLOOR, CEIL, TIMESTAMPADD and TIMESTAMPDIFF name them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "data/civil_time.h"

namespace thalweg::expr {

enum class TimeUnit : uint8_t {
  kNanosecond,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kDayOfWeek,     ///< DOW: 1 Sunday .. 7
  kIsoDayOfWeek,  ///< ISODOW: 1 Monday .. 7
  kDayOfYear,     ///< DOY
  kWeek,          ///< ISO 8601 for EXTRACT, from Sunday on for FLOOR and CEIL
  kMonth,
  kQuarter,
  kYear,
  kIsoYear,
  kDecade,
  kCentury,
  kMillennium,
  kEpoch,  ///< seconds since 1970-01-01
};

/// Upper case names; "FRAC_SECOND" and "SQL_TSI_x" included.
inline std::optional<TimeUnit> ParseTimeUnit(std::string_view name) {
  constexpr struct {
    std::string_view name;
    TimeUnit unit;
  } kUnits[] = {
      {"NANOSECOND", TimeUnit::kNanosecond},
      {"MICROSECOND", TimeUnit::kMicrosecond},
      {"FRAC_SECOND", TimeUnit::kMicrosecond},
      {"MILLISECOND", TimeUnit::kMillisecond},
      {"SECOND", TimeUnit::kSecond},
      {"MINUTE", TimeUnit::kMinute},
      {"HOUR", TimeUnit::kHour},
      {"DAY", TimeUnit::kDay},
      {"DOW", TimeUnit::kDayOfWeek},
      {"ISODOW", TimeUnit::kIsoDayOfWeek},
      {"DOY", TimeUnit::kDayOfYear},
      {"WEEK", TimeUnit::kWeek},
      {"MONTH", TimeUnit::kMonth},
      {"QUARTER", TimeUnit::kQuarter},
      {"YEAR", TimeUnit::kYear},
      {"ISOYEAR", TimeUnit::kIsoYear},
      {"DECADE", TimeUnit::kDecade},
      {"CENTURY", TimeUnit::kCentury},
      {"MILLENNIUM", TimeUnit::kMillennium},
      {"EPOCH", TimeUnit::kEpoch},
  };
  if (name.starts_with("SQL_TSI_")) name.remove_prefix(8);
  for (const auto& u : kUnits) {
    if (u.name == name) return u.unit;
  }
  return std::nullopt;
}

/// Milliseconds of a unit from SECOND to WEEK (MILLISECOND: 1), else 0.
constexpr int64_t MillisOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMillisecond:
      return 1;
    case TimeUnit::kSecond:
      return 1000;
    case TimeUnit::kMinute:
      return 60'000;
    case TimeUnit::kHour:
      return 3'600'000;
    case TimeUnit::kDay:
      return data::kMillisPerDay;
    case TimeUnit::kWeek:
      return 7 * data::kMillisPerDay;
    default:
      return 0;
  }
}

/// Months of MONTH, QUARTER and YEAR, else 0.
constexpr int32_t MonthsOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMonth:
      return 1;
    case TimeUnit::kQuarter:
      return 3;
    case TimeUnit::kYear:
      return 12;
    default:
      return 0;
  }
}

}  // namespace thalweg::expr
