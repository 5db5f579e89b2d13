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

  void SkipBlanks() {
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

  /// On an opening quote: consumes the string if its raw text and closing quote are `quoted`.
  bool StringLiteral(std::string_view quoted) {
    if (static_cast<size_t>(end_ - p_) <= quoted.size() ||
        std::memcmp(p_ + 1, quoted.data(), quoted.size()) != 0) {
      return false;
    }
    p_ += quoted.size() + 1;
    return true;
  }

  /// On the opening quote: the raw text up to the closing one, consumed; `*escaped` if it holds
  /// escapes. False with an error if it does not end.
  bool String(std::string_view* raw, bool* escaped) {
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

  /// On '-' or a digit: the number's text, consumed.
  bool Number(std::string_view* text, bool* is_float);

  /// "true", "false" or "null", consumed: its first letter, or 0 with an error.
  char Word();

  /// Skips one value of any kind, checking its syntax.
  bool SkipValue();

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
