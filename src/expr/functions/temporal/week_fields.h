// Weeks of the US locale, which Java's patterns use: they begin on Sunday, and the first week of a
// year or month is the one with its first day.
#pragma once

#include "data/civil_time.h"

namespace thalweg::expr {

/// 1 Sunday .. 7 Saturday.
constexpr int32_t SundayBasedDay(int64_t days) { return data::IsoDayOfWeek(days) % 7 + 1; }

struct WeekOfYear {
  int64_t year;
  int32_t week;
};

constexpr WeekOfYear UsWeekOfYear(int64_t days) {
  const int64_t year = data::CivilFromDays(days).year;
  const int64_t next = data::DaysFromCivil(year + 1, 1, 1);
  // The Saturday of this week decides: past New Year's Day it is the next year's first week.
  if (days + 7 - SundayBasedDay(days) >= next) return {year + 1, 1};
  const int64_t first = data::DaysFromCivil(year, 1, 1);
  return {year, static_cast<int32_t>((days - first + SundayBasedDay(first) - 1) / 7) + 1};
}

constexpr int32_t UsWeekOfMonth(int64_t days) {
  const data::CivilDate d = data::CivilFromDays(days);
  const int64_t first = days - d.day + 1;
  return (d.day - 1 + SundayBasedDay(first) - 1) / 7 + 1;
}

}  // namespace thalweg::expr
