#include "expr/functions/temporal/simple_date_format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "data/civil_time.h"
#include "expr/functions/temporal/english_names.h"
#include "expr/functions/temporal/week_fields.h"
#include "expr/functions/temporal/zone_names.h"

namespace thalweg::expr {

namespace {

using data::CivilDate;
using data::CivilFromDays;
using data::DaysFromCivil;
using data::FloorDiv;
using data::FloorMod;

bool IsLetter(char c) { return static_cast<uint8_t>((c | 0x20) - 'a') < 26; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr size_t kMaxField = 40;

bool IsNumber(char letter, int count) {
  if (letter == 'M' || letter == 'L') return count <= 2;
  return letter != 0 && std::strchr("yYwWDdFuHkKhmsS", letter) != nullptr;
}

char* WritePadded(int64_t v, int width, char* out) {
  if (v < 0) {
    *out++ = '-';
    v = -v;
  }
  char digits[20];
  const auto n = std::to_chars(digits, digits + sizeof digits, v).ptr - digits;
  for (auto k = n; k < width; ++k) *out++ = '0';
  std::memcpy(out, digits, static_cast<size_t>(n));
  return out + n;
}

char* WriteText(std::string_view s, char* out) {
  std::memcpy(out, s.data(), s.size());
  return out + s.size();
}

/// "+0100", or with `colon` "+01:00".
char* WriteOffset(int32_t offset, bool colon, char* out) {
  *out++ = offset < 0 ? '-' : '+';
  const int32_t minutes = (offset < 0 ? -offset : offset) / 60;
  out = WritePadded(minutes / 60, 2, out);
  if (colon) *out++ = ':';
  return WritePadded(minutes % 60, 2, out);
}

}  // namespace

Result<SimpleDateFormat> SimpleDateFormat::Compile(std::string_view p) {
  SimpleDateFormat f;
  auto malformed = [&](std::string_view why) {
    return Status::Evaluation("invalid date pattern '" + std::string(p) + "': " + std::string(why));
  };
  for (size_t at = 0; at < p.size();) {
    const char c = p[at];
    Element e;
    if (c == '\'') {
      bool closed = false;
      for (++at; at < p.size(); ++at) {
        if (p[at] != '\'') {
          e.literal += p[at];
        } else if (at + 1 < p.size() && p[at + 1] == '\'') {
          e.literal += '\'';
          ++at;
        } else {
          closed = true;
          ++at;
          break;
        }
      }
      if (!closed) return malformed("unterminated quote");
      if (e.literal.empty()) e.literal = "'";
    } else if (IsLetter(c)) {
      if (std::strchr("GyYMLwWDdFEuaHkKhmsSzZX", c) == nullptr) {
        return malformed(std::string("illegal pattern character '") + c + "'");
      }
      size_t end = at;
      while (end < p.size() && p[end] == c) ++end;
      e.letter = c;
      e.count = static_cast<int>(std::min<size_t>(end - at, 255));
      if (c == 'X' && e.count > 3) return malformed("invalid ISO 8601 format");
      at = end;
    } else {
      e.literal = c;
      ++at;
    }
    f.max_size_ += e.letter == 0 ? e.literal.size()
                                 : std::max<size_t>(kMaxField, static_cast<size_t>(e.count) + 4);
    f.elements_.push_back(std::move(e));
  }
  for (size_t i = 0; i + 1 < f.elements_.size(); ++i) {
    f.elements_[i].obey_count = IsNumber(f.elements_[i + 1].letter, f.elements_[i + 1].count);
  }
  return f;
}

std::string_view SimpleDateFormat::Format(int64_t epoch_ms, const TimeZone& zone,
                                          data::StringArena* arena) const {
  const int64_t seconds = FloorDiv(epoch_ms, 1000);
  const int32_t offset = zone.OffsetAt(seconds);
  const int64_t local = epoch_ms + int64_t{offset} * 1000;
  const int64_t days = FloorDiv(local, data::kMillisPerDay);
  const int64_t ms = local - days * data::kMillisPerDay;
  const CivilDate d = CivilFromDays(days);
  const int64_t hour = ms / 3600000;
  char* const p = arena->Allocate(max_size_);
  char* out = p;
  for (const Element& e : elements_) {
    const auto number = [&](int64_t v) { out = WritePadded(v, e.count, out); };
    const auto year = [&](int64_t v) {
      out = e.count == 2 ? WritePadded(v % 100, 2, out) : WritePadded(v, e.count, out);
    };
    const auto name = [&](std::string_view full) {
      out = WriteText(e.count >= 4 ? full : ShortName(full), out);
    };
    switch (e.letter) {
      case 0:
        out = WriteText(e.literal, out);
        break;
      case 'G':
        out = WriteText(d.year > 0 ? "AD" : "BC", out);
        break;
      case 'y':
        year(d.year > 0 ? d.year : 1 - d.year);
        break;
      case 'Y':
        year(UsWeekOfYear(days).year);
        break;
      case 'M':
      case 'L':
        if (e.count <= 2) {
          number(d.month);
        } else {
          name(kMonthNames[d.month - 1]);
        }
        break;
      case 'w':
        number(UsWeekOfYear(days).week);
        break;
      case 'W':
        number(UsWeekOfMonth(days));
        break;
      case 'D':
        number(days - DaysFromCivil(d.year, 1, 1) + 1);
        break;
      case 'd':
        number(d.day);
        break;
      case 'F':
        number((d.day - 1) / 7 + 1);
        break;
      case 'E':
        name(kDayNames[data::IsoDayOfWeek(days) - 1]);
        break;
      case 'u':
        number(data::IsoDayOfWeek(days));
        break;
      case 'a':
        out = WriteText(hour < 12 ? "AM" : "PM", out);
        break;
      case 'H':
        number(hour);
        break;
      case 'k':
        number(hour == 0 ? 24 : hour);
        break;
      case 'K':
        number(hour % 12);
        break;
      case 'h':
        number(hour % 12 == 0 ? 12 : hour % 12);
        break;
      case 'm':
        number(ms / 60000 % 60);
        break;
      case 's':
        number(ms / 1000 % 60);
        break;
      case 'S':
        number(ms % 1000);
        break;
      case 'z': {
        const std::string_view z = zone.AbbreviationAt(seconds);
        // The tz database has names like "+03" where Java writes an offset.
        if (!z.empty() && IsLetter(z[0])) {
          out = WriteText(z.substr(0, kMaxField), out);
        } else {
          out = WriteOffset(offset, true, WriteText("GMT", out));
        }
        break;
      }
      case 'Z':
        out = WriteOffset(offset, false, out);
        break;
      case 'X':
        if (offset == 0) {
          *out++ = 'Z';
        } else {
          char* const end = WriteOffset(offset, e.count == 3, out);
          out = e.count == 1 ? out + 3 : end;
        }
        break;
      default:
        break;
    }
  }
  const auto size = static_cast<size_t>(out - p);
  arena->ShrinkLast(max_size_ - size);
  return {p, size};
}

namespace {

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const char x = a[i], y = b[i];
    if (x != y && !(IsLetter(x) && (x ^ y) == 0x20)) return false;
  }
  return true;
}

/// The longest name, full or of three letters, at `at`; its index or -1.
int TakeName(std::string_view text, size_t* at, const std::string_view* names, int count) {
  int best = -1;
  size_t length = 0;
  for (int i = 0; i < count; ++i) {
    for (const std::string_view n : {names[i], ShortName(names[i])}) {
      if (n.size() > length && EqualsIgnoringCase(text.substr(*at, n.size()), n)) {
        best = i;
        length = n.size();
      }
    }
  }
  *at += length;
  return best;
}

/// Behind the sign: "hhmm", "hh:mm" with `colon`; hours alone if not `minutes`. Of one digit only
/// if `short_hours`. Seconds.
std::optional<int32_t> TakeOffset(std::string_view text, size_t* at, bool colon, bool minutes,
                                  bool short_hours) {
  size_t p = *at;
  const auto digit = [&](int32_t* v) {
    if (p >= text.size() || !IsDigit(text[p])) return false;
    *v = *v * 10 + (text[p++] - '0');
    return true;
  };
  int32_t h = 0, m = 0;
  if (!digit(&h) || (!digit(&h) && !short_hours) || h > 23) return std::nullopt;
  if (minutes) {
    if (colon && (p >= text.size() || text[p++] != ':')) return std::nullopt;
    if (!digit(&m) || !digit(&m) || m > 59) return std::nullopt;
  }
  *at = p;
  return h * 3600 + m * 60;
}

/// Of X: "Z", "+01", of XX and XXX: "+0100", "+01:00". Of z and Z: "+0100", "GMT", "GMT+1:00" or a
/// name. Seconds east.
std::optional<int32_t> TakeZone(std::string_view text, size_t* at, char letter, int count) {
  const auto sign_at = [&](size_t p) {
    return p >= text.size() ? 0 : text[p] == '+' ? 1 : text[p] == '-' ? -1 : 0;
  };
  const auto signed_offset = [&](bool colon, bool minutes, bool short_hours) {
    const int sign = sign_at((*at)++);
    auto offset = TakeOffset(text, at, colon, minutes, short_hours);
    if (offset) *offset *= sign;
    return offset;
  };
  if (letter == 'X') {
    if (text[*at] == 'Z') {
      ++*at;
      return 0;
    }
    if (sign_at(*at) == 0) return std::nullopt;
    return signed_offset(count == 3, count > 1, false);
  }
  if (sign_at(*at) != 0) return signed_offset(false, true, false);
  if (EqualsIgnoringCase(text.substr(*at, 3), "GMT")) {
    *at += 3;
    return sign_at(*at) == 0 ? 0 : signed_offset(true, true, true);
  }
  size_t length;
  const auto minutes = ZoneNameAt(text.substr(*at), &length);
  *at += length;
  if (!minutes) return std::nullopt;
  return *minutes * 60;
}

}  // namespace

std::optional<int64_t> SimpleDateFormat::Parse(std::string_view text, const TimeZone& zone,
                                               int64_t now_ms) const {
  int64_t year = 1970, month = 1, day = 1, day_of_year = -1, hour = 0, minute = 0, second = 0,
          millis = 0;
  int half = -1;
  bool bc = false;
  std::optional<int32_t> offset;
  size_t at = 0;
  for (const Element& e : elements_) {
    if (e.letter == 0) {
      if (!text.substr(at).starts_with(e.literal)) return std::nullopt;
      at += e.literal.size();
      continue;
    }
    const size_t field = at;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    if (at >= text.size()) return std::nullopt;
    if (!IsNumber(e.letter, e.count)) {
      // Only numbers and zones skip blanks.
      if (std::strchr("zZX", e.letter) == nullptr) at = field;
      switch (e.letter) {
        case 'M':
        case 'L': {
          const int m = TakeName(text, &at, kMonthNames, 12);
          if (m < 0) return std::nullopt;
          month = m + 1;
          break;
        }
        case 'E':
          if (TakeName(text, &at, kDayNames, 7) < 0) return std::nullopt;
          break;
        case 'a': {
          const std::string_view two = text.substr(at, 2);
          if (!EqualsIgnoringCase(two, "AM") && !EqualsIgnoringCase(two, "PM")) {
            return std::nullopt;
          }
          half = EqualsIgnoringCase(two, "PM");
          at += 2;
          break;
        }
        case 'G': {
          const std::string_view two = text.substr(at, 2);
          if (!EqualsIgnoringCase(two, "AD") && !EqualsIgnoringCase(two, "BC")) {
            return std::nullopt;
          }
          bc = EqualsIgnoringCase(two, "BC");
          at += 2;
          break;
        }
        default:
          offset = TakeZone(text, &at, e.letter, e.count);
          if (!offset) return std::nullopt;
      }
      continue;
    }
    // A number, perhaps with a '-'; within `count` characters, blanks included, if the next field
    // is a number, too.
    size_t limit = text.size();
    if (e.obey_count) {
      limit = field + static_cast<size_t>(e.count);
      if (limit > text.size()) return std::nullopt;
    }
    const size_t start = at;
    const bool negative = text[at] == '-';
    if (negative) ++at;
    int64_t v = 0;
    size_t digits = 0;
    for (; at < limit && IsDigit(text[at]) && digits < 18; ++at, ++digits) {
      v = v * 10 + (text[at] - '0');
    }
    if (digits == 0) return std::nullopt;
    if (negative) v = -v;
    switch (e.letter) {
      case 'y':
      case 'Y':
        if (e.count <= 2 && at - start == 2 && !negative) {
          // The century in which the year lies at most 80 years back.
          const int64_t now = CivilFromDays(FloorDiv(now_ms, data::kMillisPerDay)).year;
          const int64_t first = now - 80;
          v += first / 100 * 100;
          if (v < first) v += 100;
        }
        year = v;
        break;
      case 'M':
      case 'L':
        month = v;
        break;
      case 'd':
        day = v;
        break;
      case 'D':
        day_of_year = v;
        break;
      case 'H':
        hour = v;
        half = -1;
        break;
      case 'k':
        hour = v == 24 ? 0 : v;
        half = -1;
        break;
      case 'K':
        hour = v;
        break;
      case 'h':
        hour = v == 12 ? 0 : v;
        break;
      case 'm':
        minute = v;
        break;
      case 's':
        second = v;
        break;
      case 'S':
        millis = v;
        break;
      default:
        break;  // weeks and days of the week: the other fields decide
    }
  }
  constexpr int64_t kLimit = int64_t{1} << 40;
  for (int64_t v : {year, month, day, hour, minute, second, millis}) {
    if (v > kLimit || v < -kLimit) return std::nullopt;
  }
  if (bc) year = 1 - year;
  if (half == 1 && hour < 12) hour += 12;
  const int64_t months = year * 12 + month - 1;
  const int64_t first =
      DaysFromCivil(FloorDiv(months, 12), static_cast<int32_t>(FloorMod(months, 12)) + 1, 1);
  const int64_t days =
      day_of_year >= 0 ? DaysFromCivil(year, 1, 1) + day_of_year - 1 : first + day - 1;
  int64_t local;
  if (__builtin_mul_overflow(days, data::kMillisPerDay, &local) ||
      __builtin_add_overflow(local, ((hour * 60 + minute) * 60 + second) * 1000 + millis, &local)) {
    return std::nullopt;
  }
  if (offset) return local - int64_t{*offset} * 1000;
  return zone.ToUtc(local, 1000, TimeZone::Overlap::kLater);
}

}  // namespace thalweg::expr
