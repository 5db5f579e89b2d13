#include "formats/text/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "data/print.h"

namespace thalweg::formats::text {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Java's syntax of a decimal floating-point number, without sign and suffix.
bool IsDecimalNumber(std::string_view s) {
  size_t i = 0;
  size_t digits = 0;
  for (; i < s.size() && IsDigit(s[i]); ++i) ++digits;
  if (i < s.size() && s[i] == '.') {
    for (++i; i < s.size() && IsDigit(s[i]); ++i) ++digits;
  }
  if (digits == 0) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (i == s.size()) return false;
    for (; i < s.size() && IsDigit(s[i]); ++i) {
    }
  }
  return i == s.size();
}

/// "1.8p3" after "0x": Java demands the exponent.
bool IsHexNumber(std::string_view s) {
  size_t i = 0;
  size_t digits = 0;
  const auto hex = [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (; i < s.size() && hex(s[i]); ++i) ++digits;
  if (i < s.size() && s[i] == '.') {
    for (++i; i < s.size() && hex(s[i]); ++i) ++digits;
  }
  if (digits == 0 || i == s.size() || (s[i] != 'p' && s[i] != 'P')) return false;
  ++i;
  if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
  if (i == s.size()) return false;
  for (; i < s.size() && IsDigit(s[i]); ++i) {
  }
  return i == s.size();
}

/// from_chars leaves the value alone when it is out of range: tells zero from infinity.
template <typename T>
T OutOfRange(std::string_view s) {
  // The exponent of the first non-zero digit decides.
  int64_t point = 0;
  int64_t first = -1;
  bool seen_point = false;
  size_t i = 0;
  for (; i < s.size() && s[i] != 'e' && s[i] != 'E'; ++i) {
    if (s[i] == '.') {
      seen_point = true;
      continue;
    }
    if (first < 0 && s[i] != '0') first = point;
    if (!seen_point) ++point;
    if (first < 0 && seen_point) --point;
  }
  int64_t exponent = 0;
  if (i < s.size()) {
    ++i;
    if (s[i] == '+') ++i;
    const auto r = std::from_chars(s.data() + i, s.data() + s.size(), exponent);
    if (r.ec != std::errc()) exponent = s[i] == '-' ? -1000000 : 1000000;
  }
  return point + exponent > 0 ? std::numeric_limits<T>::infinity() : T{0};
}

template <typename T>
bool ParseFloating(std::string_view text, T* out) {
  std::string_view s = Trim(text);
  if (s.empty()) return false;
  const bool negative = s[0] == '-';
  if (s[0] == '-' || s[0] == '+') s.remove_prefix(1);
  T v;
  if (s == "NaN") {
    v = std::numeric_limits<T>::quiet_NaN();
  } else if (s == "Infinity") {
    v = std::numeric_limits<T>::infinity();
  } else {
    if (!s.empty() && (s.back() == 'f' || s.back() == 'F' || s.back() == 'd' || s.back() == 'D')) {
      s.remove_suffix(1);
    }
    auto format = std::chars_format::general;
    bool hex = false;
    if (s.size() > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
      s.remove_prefix(2);
      hex = true;
      format = std::chars_format::hex;
    }
    if (!(hex ? IsHexNumber(s) : IsDecimalNumber(s))) return false;
    const auto r = std::from_chars(s.data(), s.data() + s.size(), v, format);
    if (r.ec == std::errc::result_out_of_range) {
      v = OutOfRange<T>(s);
    } else if (r.ec != std::errc()) {
      return false;
    }
  }
  *out = negative ? -v : v;
  return true;
}

/// Digits of |v|, at least one.
std::string Digits(__int128 v) {
  unsigned __int128 u =
      v < 0 ? -static_cast<unsigned __int128>(v) : static_cast<unsigned __int128>(v);
  char buffer[40];
  char* p = buffer + sizeof(buffer);
  do {
    *--p = static_cast<char>('0' + static_cast<int>(u % 10));
    u /= 10;
  } while (u != 0);
  return std::string(p, buffer + sizeof(buffer));
}

}  // namespace

bool ParseLongSlow(std::string_view text, int64_t* out) {
  if (text.empty()) return false;
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return false;
  uint64_t v = 0;
  const uint64_t limit = static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) + negative;
  for (const char c : text) {
    if (!IsDigit(c)) return false;
    const uint64_t digit = static_cast<uint64_t>(c - '0');
    if (v > (limit - digit) / 10) return false;
    v = v * 10 + digit;
  }
  *out = static_cast<int64_t>(negative ? 0 - v : v);
  return true;
}

bool ParseDouble(std::string_view text, double* out) { return ParseFloating(text, out); }
bool ParseFloat(std::string_view text, float* out) { return ParseFloating(text, out); }

DecimalResult ParseDecimal(std::string_view s, int precision, int scale, __int128* out) {
  bool negative = false;
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  if (!IsDecimalNumber(s)) return DecimalResult::kMalformed;
  int64_t exponent = 0;
  size_t end = s.find_first_of("eE");
  if (end == std::string_view::npos) {
    end = s.size();
  } else {
    std::string_view e = s.substr(end + 1);
    if (e[0] == '+') e.remove_prefix(1);
    const auto r = std::from_chars(e.data(), e.data() + e.size(), exponent);
    if (r.ec != std::errc() || exponent > 2147483647 || exponent < -2147483648) {
      return DecimalResult::kMalformed;  // BigDecimal's scale is an int
    }
  }
  // Digits are taken up to `scale` places after the point; the next one rounds.
  size_t dot = s.substr(0, end).find('.');
  if (dot == std::string_view::npos) dot = end;
  const int64_t whole = static_cast<int64_t>(dot) + exponent;  // digits before the shifted point
  __int128 v = 0;
  int significant = 0;
  int64_t place = 0;  // digits consumed, leading zeros included
  bool round_up = false;
  for (size_t i = 0; i < end; ++i) {
    if (s[i] == '.') continue;
    const int digit = s[i] - '0';
    if (place >= whole + scale) {
      round_up = place == whole + scale && digit >= 5;
      place = whole + scale + 1;
      break;
    }
    if (significant > 0 || digit != 0) {
      if (++significant > 38) return DecimalResult::kOverflow;
      v = v * 10 + digit;
    }
    ++place;
  }
  if (v != 0) {
    for (; place < whole + scale; ++place) {
      if (++significant > 38) return DecimalResult::kOverflow;
      v *= 10;
    }
  }
  if (round_up) ++v;
  __int128 bound = 1;
  for (int i = 0; i < precision; ++i) bound *= 10;
  if (v >= bound) return DecimalResult::kOverflow;
  *out = negative ? -v : v;
  return DecimalResult::kOk;
}

void AppendDecimalStripped(__int128 unscaled, int scale, std::string* out) {
  AppendStripped(unscaled < 0, Digits(unscaled), scale, out);
}

void AppendStripped(bool negative, std::string digits, int64_t scale, std::string* out) {
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) {
    out->push_back('0');
    return;
  }
  digits.erase(0, first);
  while (digits.back() == '0') {
    digits.pop_back();
    --scale;
  }
  if (negative) out->push_back('-');
  // BigDecimal.toString(): plain while the scale is not negative and the exponent at least -6.
  const int64_t exponent = static_cast<int64_t>(digits.size()) - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    const size_t places = static_cast<size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    out->append(digits, 0, digits.size() - places);
    if (places > 0) {
      out->push_back('.');
      out->append(digits, digits.size() - places, places);
    }
    return;
  }
  out->push_back(digits[0]);
  if (digits.size() > 1) {
    out->push_back('.');
    out->append(digits, 1);
  }
  out->push_back('E');
  if (exponent >= 0) out->push_back('+');
  data::AppendInt(exponent, out);
}

}  // namespace thalweg::formats::text
