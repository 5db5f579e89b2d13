#include "formats/json/json_cursor.h"

#include <algorithm>

#include "formats/text/bad_text.h"
#include "formats/text/option_values.h"

namespace thalweg::formats::json {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool FourHex(std::string_view s, uint32_t* out) {
  if (s.size() < 4) return false;
  uint32_t v = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = s[static_cast<size_t>(i)];
    const int digit = IsDigit(c)             ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return false;
    v = v << 4 | static_cast<uint32_t>(digit);
  }
  *out = v;
  return true;
}

}  // namespace

bool JsonCursor::Number(std::string_view* text, bool* is_float) {
  const char* start = p_;
  *is_float = false;
  if (p_ != end_ && *p_ == '-') ++p_;
  if (p_ == end_ || !IsDigit(*p_)) return Fail(start, "expected a number");
  if (*p_ == '0' && p_ + 1 != end_ && IsDigit(p_[1])) {
    return Fail(start, "expected a number without leading zeros");
  }
  while (p_ != end_ && IsDigit(*p_)) ++p_;
  if (p_ != end_ && *p_ == '.') {
    *is_float = true;
    ++p_;
    if (p_ == end_ || !IsDigit(*p_)) return Fail(start, "expected digits after the decimal point");
    while (p_ != end_ && IsDigit(*p_)) ++p_;
  }
  if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) {
    *is_float = true;
    ++p_;
    if (p_ != end_ && (*p_ == '+' || *p_ == '-')) ++p_;
    if (p_ == end_ || !IsDigit(*p_)) return Fail(start, "expected digits in the exponent");
    while (p_ != end_ && IsDigit(*p_)) ++p_;
  }
  *text = {start, static_cast<size_t>(p_ - start)};
  return true;
}

char JsonCursor::Word() {
  const char* start = p_;
  const char first = peek();
  const bool ok = first == 't'   ? Literal("true")
                  : first == 'f' ? Literal("false")
                  : first == 'n' ? Literal("null")
                                 : false;
  const char next = peek();
  if (ok && !(next >= 'a' && next <= 'z') && !(next >= 'A' && next <= 'Z') && !IsDigit(next) &&
      next != '_') {
    return first;
  }
  Fail(start, "expected a JSON value (string, number, object, array, true, false or null)");
  return 0;
}

bool JsonCursor::SkipOther() {
  std::string_view raw;
  bool flag;
  const char c = peek();
  if (c == '-' || IsDigit(c)) return Number(&raw, &flag);
  if (c != '{' && c != '[') return Word() != 0;

  // Containers without recursion: one bit per level tells objects from arrays.
  uint64_t is_object[kMaxDepth / 64 + 1];
  int level = 0;
  bool value_next = true;
  for (;;) {
    if (value_next) {
      const char v = peek();
      if (v == '{' || v == '[') {
        if (!EnterLevel()) return false;
        const int bit = level++;
        const uint64_t mask = uint64_t{1} << (bit & 63);
        if (v == '{') {
          is_object[bit >> 6] |= mask;
        } else {
          is_object[bit >> 6] &= ~mask;
        }
        Advance();
        SkipBlanks();
        if (Literal(v == '{' ? '}' : ']')) {
          LeaveLevel();
          if (--level == 0) return true;
          value_next = false;
        } else if (v == '{') {
          if (peek() != '"') return FailHere("expected a field name or '}'");
          if (!SkipString()) return false;
          SkipBlanks();
          if (!Literal(':')) return FailHere("expected ':' after the field name");
          SkipBlanks();
        }
        continue;
      }
      if (v == '"'                   ? !SkipString()
          : (v == '-' || IsDigit(v)) ? !Number(&raw, &flag)
                                     : Word() == 0) {
        return false;
      }
      value_next = false;
    }
    SkipBlanks();
    const int bit = level - 1;
    const bool object = (is_object[bit >> 6] >> (bit & 63) & 1) != 0;
    if (Literal(',')) {
      SkipBlanks();
      if (object) {
        if (peek() != '"') return FailHere("expected a field name");
        if (!SkipString()) return false;
        SkipBlanks();
        if (!Literal(':')) return FailHere("expected ':' after the field name");
        SkipBlanks();
      }
      value_next = true;
    } else if (Literal(object ? '}' : ']')) {
      LeaveLevel();
      if (--level == 0) return true;
    } else {
      return FailHere(object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
  }
}

bool JsonCursor::SkipFields() {
  for (;;) {
    if (peek() != '"') return FailHere("expected a field name");
    if (!SkipString()) return false;
    SkipBlanks();
    if (!Literal(':')) return FailHere("expected ':' after the field name");
    SkipBlanks();
    if (!SkipValue()) return false;
    SkipBlanks();
    if (Literal('}')) return true;
    if (!Literal(',')) return FailHere("expected ',' or '}'");
    SkipBlanks();
  }
}

bool JsonCursor::SkipEscape() {
  uint32_t unit;
  switch (p_ == end_ ? '\0' : *p_) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      ++p_;
      return true;
    case 'u':
      if (!FourHex({p_ + 1, static_cast<size_t>(end_ - p_ - 1)}, &unit)) break;
      p_ += 5;
      return true;
    default:
      break;
  }
  return Fail(p_ - 1, "expected a JSON escape");
}

bool JsonCursor::Unescape(std::string_view raw, std::string* out) {
  for (;;) {
    const size_t n = raw.find('\\');
    out->append(raw.substr(0, n));
    if (n == std::string_view::npos) return true;
    const char* at = raw.data() + n;
    const char c = raw[n + 1];  // String() has seen to it that it is there
    raw.remove_prefix(n + 2);
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    const size_t k = kFrom.find(c);
    if (k != std::string_view::npos) {
      out->push_back(kTo[k]);
      continue;
    }
    uint32_t unit;
    if (c != 'u' || !FourHex(raw, &unit)) return Fail(at, "expected a JSON escape");
    raw.remove_prefix(4);
    if (unit >= 0xD800 && unit < 0xDC00 && raw.starts_with("\\u")) {
      uint32_t low;
      if (FourHex(raw.substr(2), &low) && low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        raw.remove_prefix(6);
      }
    }
    text::AppendUtf8(unit, out);
  }
}

bool JsonCursor::Fail(const char* at, std::string expected) {
  if (error_at_ == nullptr) {
    error_at_ = at;
    expected_ = std::move(expected);
  }
  return false;
}

std::string JsonCursor::error() const {
  return expected_ + ", found " +
         (error_at_ == end_
              ? std::string("the end")
              : text::Excerpt(
                    {error_at_, std::min<size_t>(40, static_cast<size_t>(end_ - error_at_))}));
}

}  // namespace thalweg::formats::json
