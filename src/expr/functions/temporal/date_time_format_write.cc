// Formatting of DateTimeFormat.
#include <charconv>
#include <cstring>

#include "expr/functions/temporal/date_time_format.h"
#include "expr/functions/temporal/english_names.h"
#include "expr/functions/temporal/week_fields.h"

namespace thalweg::expr {

using data::CivilDate;
using data::CivilFromDays;
using data::DaysFromCivil;
using data::IsoDayOfWeek;
using data::kNanosPerSecond;
using data::LocalDateTime;

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

}  // namespace thalweg::expr
