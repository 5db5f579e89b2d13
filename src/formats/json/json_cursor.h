// JsonCursor: reads the tokens of one JSON text, strictly as Jackson does (but control characters
// may stand in strings). Errors are remembered with their place; nothing is allocated before.
//
// UTF-8 has been checked by the caller.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "formats/json/json_name.h"

namespace thalweg::formats::json {

/// Jackson's limit of nesting.
constexpr int kMaxDepth = 1000;

class JsonCursor {
 public:
  /// Bytes up to `limit` (>= end) may be read.
  JsonCursor(std::string_view text, const char* limit)
      : p_(text.data()), end_(text.data() + text.size()), limit_(limit) {}

  const char* pointer() const { return p_; }
  bool done() const { return p_ == end_; }
  /// The next byte, 0 at the end.
  char peek() const { return p_ == end_ ? '\0' : *p_; }
  void Advance() { ++p_; }

  [[gnu::always_inline]] void SkipBlanks() {
    while (p_ != end_ && static_cast<uint8_t>(*p_) <= ' ' &&
           (*p_ == ' ' || *p_ == '\t' || *p_ == '\n' || *p_ == '\r')) {
      ++p_;
    }
  }

  /// Consumes `c`.
  bool Literal(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }

  /// Consumes `text` if it is next.
  bool Literal(std::string_view text) {
    if (static_cast<size_t>(end_ - p_) < text.size() ||
        std::memcmp(p_, text.data(), text.size()) != 0) {
      return false;
    }
    p_ += text.size();
    return true;
  }

  /// Consumes `,"name":` if it is next.
  [[gnu::always_inline]] bool NextField(const JsonName& name) { return Part(name.text, name.size); }

  /// On an opening quote: consumes the string if it is `name`.
  [[gnu::always_inline]] bool Quoted(const JsonName& name) {
    return Part(name.text + 1, name.size - 2);
  }

  /// Consumes a null that ',' or '}' follows.
  [[gnu::always_inline]] bool Null() {
    if (end_ - p_ < 5 || std::memcmp(p_, "null", 4) != 0 || (p_[4] != ',' && p_[4] != '}')) {
      return false;
    }
    p_ += 4;
    return true;
  }

  /// On the opening quote: the raw text up to the closing one, consumed; `*escaped` if it holds
  /// escapes. False with an error if it does not end.
  [[gnu::always_inline]] bool String(std::string_view* raw, bool* escaped) {
    const char* start = ++p_;
    *escaped = false;
    for (;;) {
      p_ = FindQuoteOrEscape(p_);
      if (p_ == end_) return Fail(start - 1, "expected a closing quote for this string");
      if (*p_ == '"') break;
      *escaped = true;
      if (end_ - p_ < 2) {
        p_ = end_;
        return Fail(start - 1, "expected a closing quote for this string");
      }
      p_ += 2;
    }
    *raw = {start, static_cast<size_t>(p_ - start)};
    ++p_;
    return true;
  }

  /// Consumes a number of at most 18 digits that is no float; at anything else it stays.
  [[gnu::always_inline]] bool SmallInteger(int64_t* value) {
    const char* p = p_;
    const bool negative = p != end_ && *p == '-';
    p += negative;
    const char* start = p;
    const char* stop = end_ - p > 18 ? p + 18 : end_;
    int64_t v = 0;
    while (p != stop && *p >= '0' && *p <= '9') v = v * 10 + (*p++ - '0');
    if (p == start || (*start == '0' && p - start > 1)) return false;
    if (p != end_ && (*p == '.' || (*p | 0x20) == 'e' || (*p >= '0' && *p <= '9'))) return false;
    *value = negative ? -v : v;
    p_ = p;
    return true;
  }

  /// On '-' or a digit: the number's text, consumed.
  bool Number(std::string_view* text, bool* is_float);

  /// "true", "false" or "null", consumed: its first letter, or 0 with an error.
  char Word();

  /// Skips one value of any kind, checking its syntax.
  bool SkipValue() { return peek() == '"' ? SkipString() : Null() || SkipOther(); }

  /// Skips the fields of an object up to and with its '}'; the cursor stands before a name or '}'.
  bool SkipFields();

  bool EnterLevel() {
    if (++depth_ > kMaxDepth) return Fail(p_, "expected at most 1000 levels of nesting");
    return true;
  }
  void LeaveLevel() { --depth_; }

  /// Appends a string's value; false with an error at a wrong escape.
  bool Unescape(std::string_view raw, std::string* out);

  /// Remembers the first error; always false. "expected ..., found ..." is completed by error().
  bool Fail(const char* at, std::string expected);
  /// "expected a value", at the cursor.
  bool FailHere(const char* expected) { return Fail(p_, expected); }
  bool failed() const { return error_at_ != nullptr; }
  const char* error_at() const { return error_at_; }
  const std::string& expected() const { return expected_; }
  std::string error() const;

 private:
  /// Consumes the first `size` bytes at `part` (a JsonName's) if they are next; not with none.
  [[gnu::always_inline]] bool Part(const char* part, int32_t size) {
    if (size <= 0) return false;
    if (limit_ - p_ >= JsonName::kBytes) {
      // A match that goes beyond the text's end would have to contain what ends it, a line feed.
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p_));
      const __m256i w = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(part));
      const auto equal = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, w)));
      if ((~equal & ((uint32_t{1} << size) - 1)) != 0) return false;
    } else if (end_ - p_ < size || std::memcmp(p_, part, static_cast<size_t>(size)) != 0) {
      return false;
    }
    p_ += size;
    return true;
  }

  bool SkipOther();
  /// A string that nobody reads; its escapes must be right all the same.
  [[gnu::always_inline]] bool SkipString() {
    const char* start = p_++;
    for (;;) {
      p_ = FindQuoteOrEscape(p_);
      if (p_ == end_) return Fail(start, "expected a closing quote for this string");
      if (*p_++ == '"') return true;
      if (!SkipEscape()) return false;
    }
  }
  /// Behind the backslash.
  bool SkipEscape();
  /// Copies text up to `end` or an escape, and tells where that is. Writes up to 31 bytes more.
  const char* CopyToEscape(const char* from, const char* end, char** to) const;

  const char* FindQuoteOrEscape(const char* p) const {
    while (limit_ - p >= 32) {
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
      const auto hits = static_cast<uint32_t>(
          _mm256_movemask_epi8(_mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('"')),
                                               _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\')))));
      if (hits != 0) {
        p += __builtin_ctz(hits);
        return p < end_ ? p : end_;
      }
      p += 32;
      if (p >= end_) return end_;
    }
    while (p < end_ && *p != '"' && *p != '\\') ++p;
    return p < end_ ? p : end_;
  }

  const char* p_;
  const char* end_;
  const char* limit_;
  int depth_ = 0;
  const char* error_at_ = nullptr;
  std::string expected_;
};

}  // namespace thalweg::formats::json
