#include "expr/functions/temporal/date_time_format.h"

#include <algorithm>

namespace thalweg::expr {

namespace {

using data::kNanosPerSecond;

bool IsLetter(char c) { return static_cast<uint8_t>((c | 0x20) - 'a') < 26; }

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

}  // namespace thalweg::expr
