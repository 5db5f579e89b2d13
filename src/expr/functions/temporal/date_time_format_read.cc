// Parsing of DateTimeFormat.
#include <algorithm>

#include "expr/functions/temporal/date_time_format.h"
#include "expr/functions/temporal/english_names.h"

namespace thalweg::expr {

using data::DaysFromCivil;
using data::IsoDayOfWeek;
using data::kNanosPerSecond;
using data::LocalDateTime;

/// What parsing has found; -1: not given.
struct DateTimeFormat::Fields {
  int64_t year = INT64_MIN;         // u
  int64_t year_of_era = INT64_MIN;  // y
  int64_t month = -1, day = -1, day_of_year = -1, quarter = -1, day_of_week = -1;
  int64_t hour = -1, clock_hour = -1, hour_of_half = -1, clock_hour_of_half = -1, half = -1;
  int64_t minute = -1, second = -1, nanos = -1, nanos_of_day = -1, milli_of_day = -1;
  int64_t era = -1;

  /// java.time refuses two different values of one field.
  static bool Set(int64_t* field, int64_t value, int64_t unset = -1) {
    if (*field != unset && *field != value) return false;
    *field = value;
    return true;
  }
};

bool DateTimeFormat::ParseRange(size_t from, size_t to, std::string_view text, size_t* at,
                                Fields* f) const {
  for (size_t i = from; i < to; ++i) {
    const Element& e = elements_[i];
    if (e.letter == 0) {
      if (!text.substr(*at).starts_with(e.literal)) return false;
      *at += e.literal.size();
    } else if (e.letter == '[') {
      const size_t before = *at;
      const Fields saved = *f;
      if (!ParseRange(i + 1, static_cast<size_t>(e.match), text, at, f)) {
        *at = before;
        *f = saved;
      }
      i = static_cast<size_t>(e.match);
    } else if (e.letter != ']' && !ParseOne(e, text, at, f)) {
      return false;
    }
  }
  return true;
}

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The longest of the names that stands at `at`; its index or -1.
int TakeName(std::string_view text, size_t* at, const std::string_view* names, int count,
             size_t letters) {
  int best = -1;
  size_t length = 0;
  for (int i = 0; i < count; ++i) {
    const std::string_view n = names[i].substr(0, letters);
    if (n.size() > length && text.substr(*at).starts_with(n)) {
      best = i;
      length = n.size();
    }
  }
  *at += length;
  return best;
}

}  // namespace

bool DateTimeFormat::ParseOne(const Element& e, std::string_view text, size_t* at,
                              Fields* f) const {
  const size_t letters = e.count == 4 ? 20 : e.count == 5 ? 1 : 3;
  switch (e.letter) {
    case 'a': {
      const bool am = text.substr(*at).starts_with("AM"), pm = text.substr(*at).starts_with("PM");
      if (!am && !pm) return false;
      *at += 2;
      return Fields::Set(&f->half, pm);
    }
    case 'G': {
      static constexpr std::string_view kShort[] = {"BC", "AD"};
      static constexpr std::string_view kLong[] = {"Before Christ", "Anno Domini"};
      const int era = TakeName(text, at, e.count == 4 ? kLong : kShort, 2, 20);
      return era >= 0 && Fields::Set(&f->era, era);
    }
    case 'M':
    case 'L':
      if (e.count > 2) {
        const int m = TakeName(text, at, kMonthNames, 12, letters);
        return m >= 0 && Fields::Set(&f->month, m + 1);
      }
      break;
    case 'E':
    case 'e':
    case 'c':
      if (e.letter == 'E' || e.count > 2) {
        const int d = TakeName(text, at, kDayNames, 7, letters);
        return d >= 0 && Fields::Set(&f->day_of_week, d + 1);
      }
      break;
    case 'Q':
    case 'q':
      if (e.count > 2) return false;
      break;
    case 'V':
    case 'v':
    case 'O':
    case 'z':
    case 'X':
    case 'x':
    case 'Z':
      return ParseZone(e, text, at);
    default:
      break;
  }
  // A number.
  size_t start = *at;
  bool negative = false, positive = false;
  if (start >= text.size()) return false;
  const bool year = e.letter == 'u' || e.letter == 'y' || e.letter == 'Y';
  if (text[start] == '+' || text[start] == '-') {
    // Fixed widths take no sign; others a '-', and EXCEEDS_PAD a '+', too.
    if (e.fixed || e.letter == 'D' || e.letter == 'A' || e.letter == 'n' || e.letter == 'N') {
      return false;
    }
    negative = text[start] == '-';
    positive = !negative;
    if (positive && !e.exceeds_pad) return false;
    ++start;
  }
  const bool narrow = e.subsequent == -1;
  const size_t min_width = static_cast<size_t>(e.min_width);
  size_t max_width = static_cast<size_t>(narrow ? e.min_width : e.max_width);
  if (narrow && !e.fixed) max_width = static_cast<size_t>(e.max_width);
  size_t digits = 0;
  const size_t reserved = e.subsequent > 0 ? static_cast<size_t>(e.subsequent) : 0;
  while (start + digits < text.size() && digits < max_width + reserved &&
         IsDigit(text[start + digits])) {
    ++digits;
  }
  if (digits < min_width) return false;
  if (reserved > 0) {
    digits = std::max(min_width, digits > reserved ? digits - reserved : 0);
  }
  if (digits > 18) return false;
  int64_t v = 0;
  for (size_t k = 0; k < digits; ++k) v = v * 10 + (text[start + k] - '0');
  if (negative && v == 0) return false;
  if (e.exceeds_pad) {
    if (positive ? digits <= min_width : !negative && digits > min_width) return false;
  }
  if (negative) v = -v;
  *at = start + digits;
  if (year && e.count == 2) v += 2000;
  switch (e.letter) {
    case 'u':
      return Fields::Set(&f->year, v, INT64_MIN);
    case 'y':
      return Fields::Set(&f->year_of_era, v, INT64_MIN);
    case 'M':
    case 'L':
      return v >= 1 && v <= 12 && Fields::Set(&f->month, v);
    case 'd':
      return v >= 1 && v <= 31 && Fields::Set(&f->day, v);
    case 'D':
      return v >= 1 && v <= 366 && Fields::Set(&f->day_of_year, v);
    case 'Q':
    case 'q':
      return v >= 1 && v <= 4 && Fields::Set(&f->quarter, v);
    case 'H':
      return v >= 0 && v <= 24 && Fields::Set(&f->hour, v);
    case 'k':
      return v >= 0 && v <= 24 && Fields::Set(&f->clock_hour, v);
    case 'K':
      return v >= 0 && v <= 11 && Fields::Set(&f->hour_of_half, v);
    case 'h':
      return v >= 0 && v <= 12 && Fields::Set(&f->clock_hour_of_half, v);
    case 'm':
      return v >= 0 && v <= 59 && Fields::Set(&f->minute, v);
    case 's':
      return v >= 0 && v <= 59 && Fields::Set(&f->second, v);
    case 'S':
      for (int k = e.count; k < 9; ++k) v *= 10;
      return Fields::Set(&f->nanos, v);
    case 'n':
      return v >= 0 && v < kNanosPerSecond && Fields::Set(&f->nanos, v);
    case 'N':
      return v >= 0 && v < data::kNanosPerDay && Fields::Set(&f->nanos_of_day, v);
    case 'A':
      return v >= 0 && v < data::kMillisPerDay && Fields::Set(&f->milli_of_day, v);
    default:
      // Week fields are read, but do not make a date in Flink.
      return true;
  }
}

std::optional<LocalDateTime> DateTimeFormat::Parse(std::string_view text) const {
  Fields f;
  size_t at = 0;
  if (!ParseRange(0, elements_.size(), text, &at, &f) || at != text.size()) return std::nullopt;

  // Date.
  if (f.year_of_era != INT64_MIN) {
    if (f.year_of_era < 1) return std::nullopt;
    const int64_t year = f.era == 0 ? 1 - f.year_of_era : f.year_of_era;
    if (!Fields::Set(&f.year, year, INT64_MIN)) return std::nullopt;
  }
  LocalDateTime t;
  bool complete = true;
  const int64_t year = f.year == INT64_MIN ? 1970 : f.year;
  if (year < -999999999 || year > 999999999) return std::nullopt;
  if (f.year != INT64_MIN && f.month < 0 && f.day_of_year >= 1) {
    if (f.day_of_year == 366 && !data::IsLeapYear(year)) return std::nullopt;
    t.days = DaysFromCivil(year, 1, 1) + f.day_of_year - 1;
  } else {
    complete = f.year != INT64_MIN && f.month > 0 && f.day > 0;
    const auto month = static_cast<int32_t>(f.month < 0 ? 1 : f.month);
    const int64_t day = f.day < 0 ? 1 : f.day;
    const int32_t last = data::DaysInMonth(year, month);
    if (day > last && !complete) return std::nullopt;
    t.days = DaysFromCivil(year, month, static_cast<int32_t>(std::min<int64_t>(day, last)));
  }
  if (complete && f.day_of_week > 0 && f.day_of_week != IsoDayOfWeek(t.days)) return std::nullopt;

  // Time.
  int64_t hour = f.hour;
  if (f.clock_hour >= 0 && !Fields::Set(&hour, f.clock_hour % 24)) return std::nullopt;
  if (f.clock_hour_of_half >= 0 && !Fields::Set(&f.hour_of_half, f.clock_hour_of_half % 12)) {
    return std::nullopt;
  }
  if (f.half >= 0 && f.hour_of_half >= 0 && !Fields::Set(&hour, f.half * 12 + f.hour_of_half)) {
    return std::nullopt;
  }
  const int64_t minute = std::max<int64_t>(f.minute, 0), second = std::max<int64_t>(f.second, 0);
  const int64_t nanos = std::max<int64_t>(f.nanos, 0);
  if (hour == 24) {
    if (minute != 0 || second != 0 || nanos != 0) return std::nullopt;
    hour = 0;
    if (complete) ++t.days;
  }
  t.nanos_of_day =
      ((std::max<int64_t>(hour, 0) * 60 + minute) * 60 + second) * kNanosPerSecond + nanos;
  if (f.nanos_of_day >= 0) t.nanos_of_day = f.nanos_of_day;
  if (f.milli_of_day >= 0) t.nanos_of_day = f.milli_of_day * 1000000;
  return t;
}

}  // namespace thalweg::expr
