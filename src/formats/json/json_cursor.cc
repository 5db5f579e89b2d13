#include "formats/json/json_cursor.h"

#include <algorithm>
#include <array>

#include "formats/text/bad_text.h"
#include "formats/text/option_values.h"

namespace thalweg::formats::json {
namespace {

/// What the letter behind a backslash stands for; 0: no such escape, or \u.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> table{};
  constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  for (size_t i = 0; i < kFrom.size(); ++i) table[static_cast<uint8_t>(kFrom[i])] = kTo[i];
  return table;
}();

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
  const char c = peek();
  uint32_t unit;
  if (kEscapes[static_cast<uint8_t>(c)] != 0) {
    ++p_;
    return true;
  }
  if (c == 'u' && FourHex({p_ + 1, static_cast<size_t>(end_ - p_ - 1)}, &unit)) {
    p_ += 5;
    return true;
  }
  return Fail(p_ - 1, "expected a JSON escape");
}

const char* JsonCursor::CopyToEscape(const char* from, const char* end, char** to) const {
  while (from < end) {
    if (limit_ - from < 32) {
      if (*from == '\\') return from;
      *(*to)++ = *from++;
      continue;
    }
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(*to), v);
    const auto hits =
        static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'))));
    const ptrdiff_t plain = std::min<ptrdiff_t>(hits == 0 ? 32 : __builtin_ctz(hits), end - from);
    from += plain;
    *to += plain;
    if (plain < 32) return from;
  }
  return end;
}

bool JsonCursor::Unescape(std::string_view raw, std::string* out) {
  // What is written is never longer than what is read.
  const size_t before = out->size();
  out->resize(before + raw.size() + 32);
  char* to = out->data() + before;
  const char* from = raw.data();
  const char* end = from + raw.size();
  while ((from = CopyToEscape(from, end, &to)) != end) {
    const char* at = from;
    const char c = from[1];  // String() has seen to it that it is there
    from += 2;
    if (const char plain = kEscapes[static_cast<uint8_t>(c)]; plain != 0) {
      *to++ = plain;
      continue;
    }
    const auto rest = [&] { return std::string_view(from, static_cast<size_t>(end - from)); };
    uint32_t unit;
    if (c != 'u' || !FourHex(rest(), &unit)) return Fail(at, "expected a JSON escape");
    from += 4;
    if (unit >= 0xD800 && unit < 0xDC00 && rest().starts_with("\\u")) {
      uint32_t low;
      if (FourHex(rest().substr(2), &low) && low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        from += 6;
      }
    }
    std::string utf8;
    text::AppendUtf8(unit, &utf8);
    to = std::copy(utf8.begin(), utf8.end(), to);
  }
  out->resize(static_cast<size_t>(to - out->data()));
  return true;
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
