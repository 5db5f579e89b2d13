#include "data/civil_time.h"

#include <charconv>
#include <cstring>

#include "data/type.h"

namespace thalweg::data {

namespace {

constexpr int64_t kPowersOfTen[] = {1,      10,      100,      1000,      10000,
                                    100000, 1000000, 10000000, 100000000, 1000000000};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Java's String.trim(): everything up to U+0020 goes.
std::string_view Trim(std::string_view s) {
  while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

/// Digits only, blanks around them allowed, at most int32.
std::optional<int32_t> ParseTrimmedInt(std::string_view s) {
  s = Trim(s);
  if (s.empty()) return std::nullopt;
  int64_t v = 0;
  for (char c : s) {
    if (!IsDigit(c)) return std::nullopt;
    v = v * 10 + (c - '0');
    if (v > INT32_MAX) return std::nullopt;
  }
  return static_cast<int32_t>(v);
}

/// Reads from the front of a text and advances; false leaves an undefined position.
struct Scanner {
  const char* p;
  const char* end;

  explicit Scanner(std::string_view s) : p(s.data()), end(s.data() + s.size()) {}
  bool done() const { return p == end; }
  bool Literal(char c) {
    if (p == end || *p != c) return false;
    ++p;
    return true;
  }
  bool Fixed2(int32_t* v) {
    if (end - p < 2 || !IsDigit(p[0]) || !IsDigit(p[1])) return false;
    *v = (p[0] - '0') * 10 + (p[1] - '0');
    p += 2;
    return true;
  }
  /// Java's "yyyy": four digits, or a '+' and more than four.
  bool Year(int64_t* v) {
    const bool plus = Literal('+');
    const char* start = p;
    int64_t y = 0;
    while (p != end && IsDigit(*p) && p - start < 10) y = y * 10 + (*p++ - '0');
    const auto digits = p - start;
    if (digits < 4 || (digits > 4) != plus || y > 999999999) return false;
    *v = y;
    return true;
  }
  /// Java's "[XX][X]": two digits, or any number; the same number may follow twice.
  bool OneOrTwo(int32_t* v) {
    int32_t two = -1;
    if (Fixed2(&two)) {
      const char* start = p;
      int64_t again;
      if (!Number(&again) || again != two) p = start;
      *v = two;
      return true;
    }
    int64_t n;
    if (!Number(&n) || n > INT32_MAX) return false;
    *v = static_cast<int32_t>(n);
    return true;
  }
  bool Number(int64_t* v) {
    const char* start = p;
    int64_t n = 0;
    while (p != end && IsDigit(*p) && p - start < 18) n = n * 10 + (*p++ - '0');
    *v = n;
    return p != start;
  }
  /// An optional '.' with up to nine digits; Java lets the dot stand alone.
  bool Fraction(int64_t* nanos) {
    *nanos = 0;
    if (p == end || *p != '.') return true;
    const char* start = ++p;
    int64_t n = 0;
    while (p != end && IsDigit(*p) && p - start < 9) n = n * 10 + (*p++ - '0');
    *nanos = n * kPowersOfTen[9 - (p - start)];
    return true;
  }
};

/// Java's SMART resolution: days beyond a short month's end become its last day.
bool ResolveDate(int64_t year, int32_t month, int32_t day, int64_t* days) {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const int32_t last = DaysInMonth(year, month);
  *days = DaysFromCivil(year, month, day < last ? day : last);
  return true;
}

/// SMART again: 24:00:00 is the next day's midnight.
bool ResolveTime(int32_t h, int32_t m, int32_t s, int64_t nanos, LocalDateTime* t) {
  if (h == 24 && m == 0 && s == 0 && nanos == 0) {
    ++t->days;
    t->nanos_of_day = 0;
    return true;
  }
  if (h > 23 || m > 59 || s > 59) return false;
  t->nanos_of_day = ((h * 60 + m) * 60 + s) * kNanosPerSecond + nanos;
  return true;
}

char* Write2(int32_t v, char* out) {
  out[0] = static_cast<char>('0' + v / 10 % 10);
  out[1] = static_cast<char>('0' + v % 10);
  return out + 2;
}

char* Write4(int32_t v, char* out) {
  Write2(v / 100 % 100, out);
  return Write2(v % 100, out + 2);
}

char* WriteClock(int64_t seconds_of_day, char* out) {
  const int32_t s = static_cast<int32_t>(seconds_of_day);
  out = Write2(s / 3600, out);
  *out++ = ':';
  out = Write2(s / 60 % 60, out);
  *out++ = ':';
  return Write2(s % 60, out);
}

/// ".123": nine digits without trailing zeros, but at least `min_digits`; nothing for none.
char* WriteFraction(int64_t nanos, int min_digits, char* out) {
  char digits[9];
  for (int i = 8; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + nanos % 10);
    nanos /= 10;
  }
  int n = 9;
  while (n > min_digits && digits[n - 1] == '0') --n;
  if (n == 0) return out;
  *out++ = '.';
  std::memcpy(out, digits, static_cast<size_t>(n));
  return out + n;
}

/// Java prints nanoseconds in groups of three digits.
char* WriteJavaFraction(int64_t nanos, char* out) {
  if (nanos == 0) return out;
  return WriteFraction(nanos, nanos % 1000000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9, out);
}

}  // namespace

std::optional<int64_t> ToTimestamp(const LocalDateTime& t, int precision) {
  const int64_t units = TimestampUnitsPerSecond(precision);
  int64_t nanos = t.nanos_of_day;
  if (precision < 9) nanos -= nanos % kPowersOfTen[9 - precision];
  int64_t v;
  if (__builtin_mul_overflow(t.days, 86400 * units, &v) ||
      __builtin_add_overflow(v, nanos / (kNanosPerSecond / units), &v)) {
    return std::nullopt;
  }
  return v;
}

std::optional<int64_t> RescaleTimestamp(int64_t value, int from_precision, int to_precision) {
  const int64_t from = TimestampUnitsPerSecond(from_precision);
  const int64_t to = TimestampUnitsPerSecond(to_precision);
  if (to > from) {
    int64_t v;
    if (__builtin_mul_overflow(value, to / from, &v)) return std::nullopt;
    return v;
  }
  value = FloorDiv(value, from / to);
  if (to_precision < from_precision) {
    const int unit_digits = to == 1000 ? 3 : to == 1000000 ? 6 : 9;
    const int64_t step = kPowersOfTen[unit_digits - to_precision];
    value = FloorDiv(value, step) * step;
  }
  return value;
}

std::optional<int32_t> ParseDate(std::string_view text) {
  // A time of day may follow a blank.
  if (const size_t blank = text.find(' '); blank != std::string_view::npos && blank > 0) {
    text = text.substr(0, blank);
  }
  std::optional<int32_t> y, m = 1, d = 1;
  const size_t hyphen1 = text.find('-');
  if (hyphen1 == std::string_view::npos) {
    y = ParseTrimmedInt(text);
  } else {
    y = ParseTrimmedInt(text.substr(0, hyphen1));
    const size_t hyphen2 = text.find('-', hyphen1 + 1);
    if (hyphen2 == std::string_view::npos) {
      m = ParseTrimmedInt(text.substr(hyphen1 + 1));
    } else {
      m = ParseTrimmedInt(text.substr(hyphen1 + 1, hyphen2 - hyphen1 - 1));
      d = ParseTrimmedInt(text.substr(hyphen2 + 1));
    }
  }
  if (!y || !m || !d || *y > 9999 || *m < 1 || *m > 12 || *d < 1 || *d > DaysInMonth(*y, *m)) {
    return std::nullopt;
  }
  return static_cast<int32_t>(DaysFromCivil(*y, *m, *d));
}

std::optional<int32_t> ParseTime(std::string_view v) {
  constexpr auto kNone = std::string_view::npos;
  int32_t sign = -1;
  size_t zone = v.find('-');
  if (zone == kNone) {
    zone = v.find('+');
    sign = 1;
  }
  size_t end = v.size();
  std::optional<int32_t> zone_hour = 0, zone_minute = 0;
  if (zone != kNone) {
    end = zone;
    const size_t colon = v.find(':', zone);
    if (colon == kNone) {
      zone_hour = ParseTrimmedInt(v.substr(zone + 1));
    } else {
      zone_hour = ParseTrimmedInt(v.substr(zone + 1, colon - zone - 1));
      zone_minute = ParseTrimmedInt(v.substr(colon + 1));
    }
  }
  // Flink looks for the clock's colons in the whole text, so a short clock with a zone that has a
  // colon is malformed.
  const auto part = [&](size_t from, size_t to) {
    return from <= to ? ParseTrimmedInt(v.substr(from, to - from)) : std::nullopt;
  };
  std::optional<int32_t> hour, minute = 0, second = 0;
  int32_t millis = 0;
  const size_t colon1 = v.find(':');
  if (colon1 == kNone) {
    hour = part(0, end);
  } else {
    hour = part(0, colon1);
    const size_t colon2 = v.find(':', colon1 + 1);
    if (colon2 == kNone) {
      minute = part(colon1 + 1, end);
    } else {
      minute = part(colon1 + 1, colon2);
      const size_t dot = v.find('.', colon2);
      second = part(colon2 + 1, dot == kNone ? end : dot);
      if (dot != kNone && dot < end) {
        // Three digits count, the fourth rounds; what is no digit counts as 0.
        const std::string_view f = Trim(v.substr(dot + 1, end - dot - 1));
        int32_t unit = 100;
        for (size_t i = 0; i < f.size() && i < 3; ++i, unit /= 10) {
          if (IsDigit(f[i])) millis += unit * (f[i] - '0');
        }
        if (f.size() > 3 && f[3] >= '5') ++millis;
      }
    }
  }
  if (!hour || !minute || !second || !zone_hour || !zone_minute || *hour > 23 || *minute > 59 ||
      *second > 59) {
    return std::nullopt;
  }
  // Flink computes in 32 bits and lets them wrap.
  const auto h = static_cast<uint32_t>(*hour + int64_t{sign} * *zone_hour);
  const auto m = static_cast<uint32_t>(*minute + int64_t{sign} * *zone_minute);
  return static_cast<int32_t>(h * 3600000u + m * 60000u + static_cast<uint32_t>(*second) * 1000u +
                              static_cast<uint32_t>(millis));
}

std::optional<LocalDateTime> ParseTimestamp(std::string_view text) {
  Scanner in(text);
  int64_t year;
  int32_t month, day;
  LocalDateTime t;
  if (!in.Year(&year) || year == 0 || !in.Literal('-') || !in.OneOrTwo(&month) ||
      !in.Literal('-') || !in.OneOrTwo(&day) || !ResolveDate(year, month, day, &t.days)) {
    return std::nullopt;
  }
  if (in.done()) return t;
  int32_t h, m, s;
  int64_t nanos;
  if (!in.Literal(' ') || !in.OneOrTwo(&h) || !in.Literal(':') || !in.OneOrTwo(&m) ||
      !in.Literal(':') || !in.OneOrTwo(&s) || !in.Fraction(&nanos) || !in.done() ||
      !ResolveTime(h, m, s, nanos, &t)) {
    return std::nullopt;
  }
  return t;
}

std::optional<int32_t> ParseIsoDate(std::string_view text) {
  Scanner in(text);
  const bool minus = in.Literal('-');
  int64_t year;
  int32_t month, day;
  if (!in.Year(&year) || !in.Literal('-') || !in.Fixed2(&month) || !in.Literal('-') ||
      !in.Fixed2(&day) || !in.done() || month < 1 || month > 12 || day < 1) {
    return std::nullopt;
  }
  if (minus) year = -year;
  if (day > DaysInMonth(year, month)) return std::nullopt;
  const int64_t days = DaysFromCivil(year, month, day);
  if (days < INT32_MIN || days > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(days);
}

std::optional<int64_t> ParseIsoTime(std::string_view text, bool optional_seconds) {
  Scanner in(text);
  int32_t h, m, s = 0;
  int64_t nanos = 0;
  if (!in.Fixed2(&h) || !in.Literal(':') || !in.Fixed2(&m)) return std::nullopt;
  if (!(optional_seconds && in.done()) &&
      (!in.Literal(':') || !in.Fixed2(&s) || !in.Fraction(&nanos) || !in.done())) {
    return std::nullopt;
  }
  LocalDateTime t;
  if (!ResolveTime(h, m, s, nanos, &t)) return std::nullopt;
  return t.nanos_of_day;
}

std::optional<LocalDateTime> ParseIsoTimestamp(std::string_view text, char separator,
                                               bool utc_suffix) {
  if (utc_suffix) {
    if (text.empty() || text.back() != 'Z') return std::nullopt;
    text.remove_suffix(1);
  }
  Scanner in(text);
  const bool minus = in.Literal('-');
  int64_t year;
  int32_t month, day, h, m, s = 0;
  int64_t nanos = 0;
  LocalDateTime t;
  if (!in.Year(&year) || !in.Literal('-') || !in.Fixed2(&month) || !in.Literal('-') ||
      !in.Fixed2(&day) || !ResolveDate(minus ? -year : year, month, day, &t.days) ||
      !in.Literal(separator) || !in.Fixed2(&h) || !in.Literal(':') || !in.Fixed2(&m)) {
    return std::nullopt;
  }
  const bool optional_seconds = separator == 'T' && !utc_suffix;
  if (!(optional_seconds && in.done()) &&
      (!in.Literal(':') || !in.Fixed2(&s) || !in.Fraction(&nanos) || !in.done())) {
    return std::nullopt;
  }
  if (!ResolveTime(h, m, s, nanos, &t)) return std::nullopt;
  return t;
}

char* WriteDate(int64_t days, char* out) {
  const CivilDate d = CivilFromDays(days);
  const int32_t y = d.year < 0 ? -d.year : d.year;
  out = Write4(y, out);
  *out++ = '-';
  out = Write2(d.month, out);
  *out++ = '-';
  return Write2(d.day, out);
}

char* WriteTime(int32_t millis_of_day, int precision, char* out) {
  const auto ms = static_cast<int32_t>(millis_of_day < 0 ? FloorMod(millis_of_day, kMillisPerDay)
                                                         : millis_of_day);
  out = WriteClock(ms / 1000, out);
  if (precision <= 0) return out;
  *out++ = '.';
  for (int32_t rest = ms % 1000; precision > 0; --precision) {
    *out++ = static_cast<char>('0' + rest / 100);
    rest = rest % 100 * 10;
    if (rest == 0) break;
  }
  return out;
}

char* WriteTimestamp(const LocalDateTime& t, int min_fraction_digits, char separator, char* out) {
  out = WriteDate(t.days, out);
  *out++ = separator;
  out = WriteClock(t.nanos_of_day / kNanosPerSecond, out);
  return WriteFraction(t.nanos_of_day % kNanosPerSecond, min_fraction_digits, out);
}

char* WriteJavaDate(int64_t days, char* out) {
  const CivilDate d = CivilFromDays(days);
  int32_t y = d.year;
  if (y < 0) {
    *out++ = '-';
    y = -y;
  } else if (y > 9999) {
    *out++ = '+';
  }
  out = y > 9999 ? std::to_chars(out, out + 11, y).ptr : Write4(y, out);
  *out++ = '-';
  out = Write2(d.month, out);
  *out++ = '-';
  return Write2(d.day, out);
}

char* WriteJavaTime(int64_t nanos_of_day, char* out) {
  char* end = WriteClock(nanos_of_day / kNanosPerSecond, out);
  if (nanos_of_day % (60 * kNanosPerSecond) == 0) return end - 3;
  return WriteJavaFraction(nanos_of_day % kNanosPerSecond, end);
}

char* WriteJavaDateTime(const LocalDateTime& t, char* out) {
  out = WriteJavaDate(t.days, out);
  *out++ = 'T';
  return WriteJavaTime(t.nanos_of_day, out);
}

char* WriteJavaInstant(const LocalDateTime& utc, char* out) {
  out = WriteJavaDate(utc.days, out);
  *out++ = 'T';
  out = WriteClock(utc.nanos_of_day / kNanosPerSecond, out);
  out = WriteJavaFraction(utc.nanos_of_day % kNanosPerSecond, out);
  *out++ = 'Z';
  return out;
}

char* WriteIntervalYearMonth(int32_t months, char* out) {
  *out++ = months < 0 ? '-' : '+';
  const int64_t m = months < 0 ? -int64_t{months} : months;
  out = std::to_chars(out, out + 12, m / 12).ptr;
  *out++ = '-';
  return Write2(static_cast<int32_t>(m % 12), out);
}

char* WriteIntervalDayTime(int64_t millis, char* out) {
  *out++ = millis < 0 ? '-' : '+';
  const uint64_t ms = millis < 0 ? 0 - static_cast<uint64_t>(millis) : millis;
  out = std::to_chars(out, out + 12, static_cast<int32_t>(ms / kMillisPerDay)).ptr;
  *out++ = ' ';
  out = WriteClock(static_cast<int64_t>(ms / 1000 % 86400), out);
  *out++ = '.';
  const auto f = static_cast<int32_t>(ms % 1000);
  *out++ = static_cast<char>('0' + f / 100);
  return Write2(f % 100, out);
}

}  // namespace thalweg::data
