// Text of single values, shared by the print and the cast form.
#include <algorithm>
#include <charconv>

#include "data/civil_time.h"
#include "data/print.h"

namespace thalweg::data {
namespace {

void AppendPadded(int64_t value, int width, std::string* out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  const auto n = static_cast<int>(end - buffer);
  if (n < width) out->append(static_cast<size_t>(width - n), '0');
  out->append(buffer, end);
}

void AppendClock(int64_t seconds_of_day, std::string* out) {
  AppendPadded(seconds_of_day / 3600, 2, out);
  *out += ':';
  AppendPadded(seconds_of_day / 60 % 60, 2, out);
  *out += ':';
  AppendPadded(seconds_of_day % 60, 2, out);
}

/// "." and the first `digits` digits of `fraction`, which counts 10^-width seconds.
void AppendFraction(int64_t fraction, int width, int digits, std::string* out) {
  if (digits <= 0) return;
  *out += '.';
  const size_t at = out->size();
  AppendPadded(fraction, width, out);
  if (digits < width) {
    out->resize(at + static_cast<size_t>(digits));
  } else {
    out->append(static_cast<size_t>(digits - width), '0');
  }
}

}  // namespace

void AppendInt(int64_t value, std::string* out) {
  char buffer[24];
  out->append(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value).ptr);
}

void AppendDecimal(__int128 unscaled, int scale, std::string* out) {
  char reversed[48];
  int n = 0;
  const bool negative = unscaled < 0;
  auto magnitude = negative ? -static_cast<unsigned __int128>(unscaled)
                            : static_cast<unsigned __int128>(unscaled);
  while (magnitude > UINT64_MAX) {
    reversed[n++] = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
  }
  for (auto low = static_cast<uint64_t>(magnitude); low != 0; low /= 10) {
    reversed[n++] = static_cast<char>('0' + low % 10);
  }
  while (n <= scale) reversed[n++] = '0';
  if (negative) *out += '-';
  while (n > scale) *out += reversed[--n];
  if (scale > 0) {
    *out += '.';
    while (n > 0) *out += reversed[--n];
  }
}

void AppendDate(int32_t days, std::string* out) {
  const auto [year, month, day] = CivilFromDays(days);
  if (year < 0) *out += '-';
  if (year > 9999) *out += '+';
  AppendPadded(year < 0 ? -int64_t{year} : year, 4, out);
  *out += '-';
  AppendPadded(month, 2, out);
  *out += '-';
  AppendPadded(day, 2, out);
}

void AppendTime(int32_t millis_of_day, int precision, std::string* out) {
  AppendClock(millis_of_day / 1000, out);
  AppendFraction(millis_of_day % 1000, 3, std::min(precision, 3), out);
}

void AppendTimestamp(int64_t value, int precision, std::string* out) {
  const int64_t units = TimestampUnitsPerSecond(precision);
  int64_t seconds = value / units;
  int64_t fraction = value % units;
  if (fraction < 0) {
    fraction += units;
    --seconds;
  }
  int64_t days = seconds / 86400;
  int64_t second_of_day = seconds % 86400;
  if (second_of_day < 0) {
    second_of_day += 86400;
    --days;
  }
  AppendDate(static_cast<int32_t>(days), out);
  *out += ' ';
  AppendClock(second_of_day, out);
  AppendFraction(fraction, units == 1000 ? 3 : units == 1000000 ? 6 : 9, precision, out);
}

void AppendIntervalYearMonth(int32_t months, std::string* out) {
  *out += months < 0 ? '-' : '+';
  // Java's absolute value of the least int is negative, and shows.
  const int64_t magnitude = months < 0 && months != INT32_MIN ? -int64_t{months} : int64_t{months};
  AppendInt(magnitude / 12, out);
  *out += '-';
  if (magnitude % 12 < 10) *out += '0';
  AppendInt(magnitude % 12, out);
}

void AppendIntervalDayTime(int64_t millis, std::string* out) {
  *out += millis < 0 ? '-' : '+';
  const uint64_t magnitude =
      millis < 0 ? -static_cast<uint64_t>(millis) : static_cast<uint64_t>(millis);
  AppendInt(static_cast<int64_t>(magnitude / 86400000), out);
  *out += ' ';
  AppendClock(static_cast<int64_t>(magnitude / 1000 % 86400), out);
  AppendFraction(static_cast<int64_t>(magnitude % 1000), 3, 3, out);
}

}  // namespace thalweg::data
