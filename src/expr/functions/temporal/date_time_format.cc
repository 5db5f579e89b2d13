#include "expr/functions/temporal/date_time_format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "expr/functions/temporal/english_names.h"
#include "expr/functions/temporal/week_fields.h"

namespace thalweg::expr {

namespace {

using data::CivilDate;
using data::CivilFromDays;
using data::DaysFromCivil;
using data::IsoDayOfWeek;
using data::kNanosPerSecond;
using data::LocalDateTime;

bool IsLetter(char c) { return static_cast<uint8_t>((c | 0x20) - 'a') < 26; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Longest text of one field.
constexpr size_t kMaxField = 24;

int64_t GranularityOf(char letter) {
  switch (letter) {
    case 'S':
    case 'n':
    case 'N':
      return 1;
    case 'A':
      return 1000000;
    case 's':
      return kNanosPerSecond;
    case 'm':
      return 60 * kNanosPerSecond;
    case 'H':
    case 'h':
    case 'K':
    case 'k':
      return 3600 * kNanosPerSecond;
    case 'a':
      return 12 * 3600 * kNanosPerSecond;
    default:
      return data::kNanosPerDay;
  }
}

Status Malformed(std::string_view pattern, std::string_view why) {
  return Status::Evaluation("invalid date-time pattern '" + std::string(pattern) +
                            "': " + std::string(why));
}

}  // namespace

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

Result<DateTimeFormat> DateTimeFormat::Compile(std::string_view p) {
  DateTimeFormat f;
  f.pattern_ = p;
  std::vector<size_t> open;
  auto literal = [&](std::string text) {
    f.active_number_ = -1;
    Element e;
    e.literal = std::move(text);
    f.elements_.push_back(std::move(e));
  };
  for (size_t at = 0; at < p.size();) {
    const char c = p[at];
    if (IsLetter(c)) {
      size_t end = at;
      while (end < p.size() && p[end] == c) ++end;
      TW_RETURN_IF_ERROR(f.AddLetters(c, static_cast<int>(end - at)));
      at = end;
    } else if (c == '\'') {
      std::string text;
      bool closed = false;
      for (++at; at < p.size(); ++at) {
        if (p[at] != '\'') {
          text += p[at];
        } else if (at + 1 < p.size() && p[at + 1] == '\'') {
          text += '\'';
          ++at;
        } else {
          closed = true;
          ++at;
          break;
        }
      }
      if (!closed) return Malformed(p, "a string literal lacks its closing quote");
      literal(text.empty() ? "'" : text);
    } else if (c == '[') {
      f.active_number_ = -1;
      open.push_back(f.elements_.size());
      Element e;
      e.letter = '[';
      f.elements_.push_back(e);
      ++at;
    } else if (c == ']') {
      if (open.empty()) return Malformed(p, "']' without '['");
      f.active_number_ = -1;
      f.elements_[open.back()].match = static_cast<int>(f.elements_.size());
      open.pop_back();
      Element e;
      e.letter = ']';
      f.elements_.push_back(e);
      ++at;
    } else if (c == '{' || c == '}' || c == '#') {
      return Malformed(p, std::string("the character '") + c + "' is reserved");
    } else {
      literal(std::string(1, c));
      ++at;
    }
  }
  // Sections that are still open end with the pattern.
  while (!open.empty()) {
    f.elements_[open.back()].match = static_cast<int>(f.elements_.size());
    open.pop_back();
    Element e;
    e.letter = ']';
    f.elements_.push_back(e);
  }
  for (const Element& e : f.elements_) {
    f.granularity_nanos_ = std::min(f.granularity_nanos_, GranularityOf(e.letter));
    f.max_size_ += e.letter == 0 ? e.literal.size()
                                 : std::max<size_t>(kMaxField, static_cast<size_t>(e.count) + 4);
  }
  return f;
}

/// Numbers that follow each other without a break: the first one takes what the fixed ones behind
/// it leave.
void DateTimeFormat::AddNumber(Element e) {
  if (active_number_ >= 0) {
    Element& active = elements_[static_cast<size_t>(active_number_)];
    if (e.fixed) {
      active.subsequent += e.max_width;
      e.subsequent = -1;
      elements_.push_back(std::move(e));
      return;
    }
    active.subsequent = -1;
  }
  active_number_ = static_cast<int>(elements_.size());
  elements_.push_back(std::move(e));
}

Status DateTimeFormat::AddLetters(char letter, int count) {
  Element e;
  e.letter = letter;
  e.count = count;
  const auto too_many = [&] {
    return Malformed(pattern_, std::string("too many pattern letters: ") + letter);
  };
  auto number = [&](int min, int max) {
    e.min_width = min;
    e.max_width = max;
    e.fixed = min == max;
    AddNumber(e);
    return Status::OK();
  };
  auto text = [&] {
    active_number_ = -1;
    elements_.push_back(e);
    return Status::OK();
  };
  if (count > 64) return too_many();
  switch (letter) {
    case 'u':
    case 'y':
    case 'Y':
      if (count == 2) return number(2, 2);
      e.exceeds_pad = count >= 4;
      e.min_width = count;
      e.max_width = 19;
      AddNumber(e);
      return Status::OK();
    case 'M':
    case 'L':
    case 'Q':
    case 'q':
    case 'E':
    case 'e':
    case 'c':
      if (count > 5 || (letter == 'c' && count == 2)) return too_many();
      if (letter == 'E' || count > 2) return text();
      return count == 1 ? number(1, 19) : number(2, 2);
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
    case 'w':
      if (count > 2) return too_many();
      return count == 1 ? number(1, 19) : number(2, 2);
    case 'W':
    case 'F':
      if (count > 1) return too_many();
      return number(1, 19);
    case 'D':
      if (count > 3) return too_many();
      return number(count, 3);
    case 'S':
      if (count > 9) return too_many();
      return number(count, count);
    case 'A':
    case 'n':
    case 'N':
      return number(count, 19);
    case 'a':
      return count == 1 ? text() : too_many();
    case 'G':
      return count <= 5 ? text() : too_many();
    case 'V':
      return count == 2 ? text() : Malformed(pattern_, "the pattern letter count must be 2: V");
    case 'v':
    case 'O':
      return count == 1 || count == 4 ? text() : too_many();
    case 'z':
      return count <= 4 ? text() : too_many();
    case 'X':
    case 'x':
    case 'Z':
      return count <= 5 ? text() : too_many();
    case 'B':
    case 'g':
    case 'p':
      return Status::NotSupported(std::string("the date-time pattern letter ") + letter);
    default:
      return Malformed(pattern_, std::string("unknown pattern letter: ") + letter);
  }
}

Status DateTimeFormat::Format(const LocalDateTime& t, data::StringArena* arena,
                              std::string_view* out) const {
  char* const p = arena->Allocate(max_size_);
  char* end = p;
  TW_RETURN_IF_ERROR(FormatRange(0, elements_.size(), t, &end, p + max_size_));
  const auto size = static_cast<size_t>(end - p);
  arena->ShrinkLast(max_size_ - size);
  *out = {p, size};
  return Status::OK();
}

Status DateTimeFormat::FormatRange(size_t from, size_t to, const LocalDateTime& t, char** out,
                                   char* end) const {
  for (size_t i = from; i < to; ++i) {
    const Element& e = elements_[i];
    if (e.letter == 0) {
      std::memcpy(*out, e.literal.data(), e.literal.size());
      *out += e.literal.size();
    } else if (e.letter == '[') {
      // A section that cannot be formatted is left out.
      char* const before = *out;
      if (!FormatRange(i + 1, static_cast<size_t>(e.match), t, out, end).ok()) *out = before;
      i = static_cast<size_t>(e.match);
    } else if (e.letter != ']') {
      TW_RETURN_IF_ERROR(FormatOne(e, t, out, end));
    }
  }
  return Status::OK();
}

namespace {

/// At least `width` digits, zero padded; a sign in front if `plus`, or for negative values.
char* WriteNumber(int64_t v, int width, bool plus, char* out) {
  if (v < 0) {
    *out++ = '-';
    v = -v;
  } else if (plus) {
    *out++ = '+';
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

}  // namespace

Status DateTimeFormat::FormatOne(const Element& e, const LocalDateTime& t, char** out,
                                 char*) const {
  const auto number = [&](int64_t v) { *out = WriteNumber(v, e.min_width, false, *out); };
  const auto text = [&](std::string_view s) { *out = WriteText(s, *out); };
  const int64_t seconds = t.nanos_of_day / kNanosPerSecond;
  const int64_t nanos = t.nanos_of_day % kNanosPerSecond;
  const int64_t hour = seconds / 3600;
  switch (e.letter) {
    case 'H':
      number(hour);
      return Status::OK();
    case 'k':
      number(hour == 0 ? 24 : hour);
      return Status::OK();
    case 'K':
      number(hour % 12);
      return Status::OK();
    case 'h':
      number(hour % 12 == 0 ? 12 : hour % 12);
      return Status::OK();
    case 'm':
      number(seconds / 60 % 60);
      return Status::OK();
    case 's':
      number(seconds % 60);
      return Status::OK();
    case 'S': {
      char digits[9];
      int64_t v = nanos;
      for (int i = 8; i >= 0; --i, v /= 10) digits[i] = static_cast<char>('0' + v % 10);
      text({digits, static_cast<size_t>(e.count)});
      return Status::OK();
    }
    case 'n':
      number(nanos);
      return Status::OK();
    case 'N':
      number(t.nanos_of_day);
      return Status::OK();
    case 'A':
      number(t.nanos_of_day / 1000000);
      return Status::OK();
    case 'a':
      text(hour < 12 ? "AM" : "PM");
      return Status::OK();
    default:
      break;
  }
  const CivilDate d = CivilFromDays(t.days);
  const auto year = [&](int64_t v) {
    if (e.count == 2) {
      number(std::abs(v) % 100);
    } else {
      *out = WriteNumber(v, e.min_width, e.exceeds_pad && v > 9999 && e.count == 4, *out);
    }
  };
  const auto name = [&](std::string_view full) {
    text(e.count == 5 ? full.substr(0, 1) : e.count == 4 ? full : ShortName(full));
  };
  switch (e.letter) {
    case 'y':
      year(d.year > 0 ? d.year : 1 - d.year);
      break;
    case 'u':
      year(d.year);
      break;
    case 'Y':
      year(UsWeekOfYear(t.days).year);
      break;
    case 'M':
    case 'L':
      if (e.count < 3) {
        number(d.month);
      } else {
        name(kMonthNames[d.month - 1]);
      }
      break;
    case 'Q':
    case 'q': {
      const int quarter = (d.month + 2) / 3;
      if (e.count < 3) {
        number(quarter);
      } else if (e.count == 4) {
        static constexpr std::string_view kQuarters[] = {"1st quarter", "2nd quarter",
                                                         "3rd quarter", "4th quarter"};
        text(kQuarters[quarter - 1]);
      } else {
        if (e.count == 3) text("Q");
        *out = WriteNumber(quarter, 1, false, *out);
      }
      break;
    }
    case 'd':
      number(d.day);
      break;
    case 'D':
      number(t.days - DaysFromCivil(d.year, 1, 1) + 1);
      break;
    case 'w':
      number(UsWeekOfYear(t.days).week);
      break;
    case 'W':
      number(UsWeekOfMonth(t.days));
      break;
    case 'F':
      number((d.day - 1) % 7 + 1);
      break;
    case 'e':
    case 'c':
      if (e.count < 3) {
        number(SundayBasedDay(t.days));
        break;
      }
      [[fallthrough]];
    case 'E':
      name(kDayNames[IsoDayOfWeek(t.days) - 1]);
      break;
    case 'G':
      text(e.count == 4   ? (d.year > 0 ? "Anno Domini" : "Before Christ")
           : e.count == 5 ? (d.year > 0 ? "A" : "B")
                          : (d.year > 0 ? "AD" : "BC"));
      break;
    default:
      return Status::Evaluation("the date-time pattern '" + pattern_ + "' asks for a time zone ('" +
                                e.letter + "'), which a timestamp does not have");
  }
  return Status::OK();
}

// --- Parsing ---

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
      return false;
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
