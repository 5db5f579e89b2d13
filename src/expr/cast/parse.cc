#include "expr/cast/parse.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "data/civil_time.h"

namespace thalweg::expr {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(),
                                                [](char x, char y) { return Lower(x) == y; });
}

/// A run of 1 to `max_digits` digits at `*at`.
bool ReadNumber(std::string_view s, size_t* at, int max_digits, int* out) {
  int n = 0, value = 0;
  while (*at < s.size() && IsDigit(s[*at]) && n < max_digits) {
    value = value * 10 + (s[(*at)++] - '0');
    ++n;
  }
  *out = value;
  return n > 0;
}

bool ReadChar(std::string_view s, size_t* at, char c) {
  if (*at >= s.size() || s[*at] != c) return false;
  ++*at;
  return true;
}

/// Only digits, at most nine of them, spaces around.
bool ParseDigits(std::string_view s, int* out) {
  s = TrimWhitespace(s);
  size_t at = 0;
  return ReadNumber(s, &at, 9, out) && at == s.size();
}

/// Java's grammar of floating-point text, without sign, NaN and Infinity.
bool IsJavaFloat(std::string_view s) {
  size_t i = 0;
  const bool hex = s.size() > 2 && s[0] == '0' && Lower(s[1]) == 'x';
  if (hex) i = 2;
  auto is_digit = [&](char c) { return IsDigit(c) || (hex && Lower(c) >= 'a' && Lower(c) <= 'f'); };
  size_t digits = 0;
  bool point = false;
  for (; i < s.size(); ++i) {
    if (is_digit(s[i])) {
      ++digits;
    } else if (s[i] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (digits == 0) return false;
  const char marker = hex ? 'p' : 'e';
  if (i < s.size() && Lower(s[i]) == marker) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    const size_t first = i;
    while (i < s.size() && IsDigit(s[i])) ++i;
    if (i == first) return false;
  } else if (hex) {
    return false;
  }
  if (i < s.size() && (Lower(s[i]) == 'd' || Lower(s[i]) == 'f')) ++i;
  return i == s.size();
}

template <typename T>
bool ParseFloatText(std::string_view s, T* out) {
  s = TrimWhitespace(s);
  bool negative = false;
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) {
    negative = s[0] == '-';
    s.remove_prefix(1);
  }
  T magnitude;
  if (s == "NaN") {
    magnitude = std::numeric_limits<T>::quiet_NaN();
  } else if (s == "Infinity") {
    magnitude = std::numeric_limits<T>::infinity();
  } else if (IsJavaFloat(s)) {
    const std::string text(s);  // strtod stops at the suffix
    if constexpr (std::is_same_v<T, float>) {
      magnitude = std::strtof(text.c_str(), nullptr);
    } else {
      magnitude = std::strtod(text.c_str(), nullptr);
    }
  } else {
    return false;
  }
  *out = negative ? -magnitude : magnitude;
  return true;
}

}  // namespace

std::string_view TrimWhitespace(std::string_view s) {
  while (!s.empty() && static_cast<uint8_t>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<uint8_t>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

bool ParseInteger(std::string_view s, int64_t min, int64_t max, int64_t* out) {
  s = TrimWhitespace(s);
  if (s.empty()) return false;
  bool negative = false;
  size_t i = 0;
  if (s[0] == '-' || s[0] == '+') {
    negative = s[0] == '-';
    if (s.size() == 1) return false;
    i = 1;
  }
  __int128 value = 0;
  for (; i < s.size() && s[i] != '.'; ++i) {
    if (!IsDigit(s[i])) return false;
    value = value * 10 + (s[i] - '0');
    if (value > (__int128{1} << 64)) return false;
  }
  for (++i; i < s.size(); ++i) {
    if (!IsDigit(s[i])) return false;
  }
  if (negative) value = -value;
  if (value < min || value > max) return false;
  *out = static_cast<int64_t>(value);
  return true;
}

bool ParseJavaFloat(std::string_view s, double* out) { return ParseFloatText(s, out); }
bool ParseJavaFloat(std::string_view s, float* out) { return ParseFloatText(s, out); }

bool ParseBoolean(std::string_view s, bool* out) {
  for (std::string_view t : {"t", "true", "y", "yes", "1"}) {
    if (EqualsIgnoringCase(s, t)) {
      *out = true;
      return true;
    }
  }
  for (std::string_view f : {"f", "false", "n", "no", "0"}) {
    if (EqualsIgnoringCase(s, f)) {
      *out = false;
      return true;
    }
  }
  return false;
}

bool ParseDate(std::string_view s, int32_t* days) {
  const size_t space = s.find(' ');
  if (space != s.npos && space > 0) s = s.substr(0, space);
  int year = 0, month = 1, day = 1;
  const size_t first = s.find('-');
  if (!ParseDigits(s.substr(0, first), &year)) return false;
  if (first != s.npos) {
    s.remove_prefix(first + 1);
    const size_t second = s.find('-');
    if (!ParseDigits(s.substr(0, second), &month)) return false;
    if (second != s.npos && !ParseDigits(s.substr(second + 1), &day)) return false;
  }
  if (year > 9999 || month < 1 || month > 12 || day < 1 || day > data::DaysInMonth(year, month)) {
    return false;
  }
  *days = static_cast<int32_t>(data::DaysFromCivil(year, month, day));
  return true;
}

bool ParseTime(std::string_view s, int32_t* millis) {
  s = TrimWhitespace(s);
  int part[3] = {0, 0, 0};
  size_t at = 0;
  int parts = 0;
  for (; parts < 3; ++parts) {
    if (parts > 0 && !ReadChar(s, &at, ':')) break;
    if (!ReadNumber(s, &at, 2, &part[parts])) return false;
  }
  int fraction = 0;
  if (parts == 3 && ReadChar(s, &at, '.')) {
    int scale = 100;
    const size_t first = at;
    for (; at < s.size() && IsDigit(s[at]); ++at, scale /= 10) fraction += (s[at] - '0') * scale;
    if (at == first) return false;
  }
  if (at != s.size() || part[0] > 23 || part[1] > 59 || part[2] > 59) return false;
  *millis = ((part[0] * 60 + part[1]) * 60 + part[2]) * 1000 + fraction;
  return true;
}

bool ParseTimestamp(std::string_view s, int64_t* seconds, int32_t* nanos) {
  size_t at = 0;
  const bool plus = ReadChar(s, &at, '+');
  const size_t first_digit = at;
  int year = 0, month = 0, day = 0;
  if (!ReadNumber(s, &at, 9, &year)) return false;
  const size_t width = at - first_digit;
  if (width < 4 || plus != (width > 4) || year < 1) return false;
  if (!ReadChar(s, &at, '-') || !ReadNumber(s, &at, 2, &month) || !ReadChar(s, &at, '-') ||
      !ReadNumber(s, &at, 2, &day)) {
    return false;
  }
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  day = std::min(day, data::DaysInMonth(year, month));
  int hour = 0, minute = 0, second = 0;
  *nanos = 0;
  if (at < s.size()) {
    if (!ReadChar(s, &at, ' ') || !ReadNumber(s, &at, 2, &hour) || !ReadChar(s, &at, ':') ||
        !ReadNumber(s, &at, 2, &minute) || !ReadChar(s, &at, ':') ||
        !ReadNumber(s, &at, 2, &second)) {
      return false;
    }
    if (ReadChar(s, &at, '.')) {
      int32_t scale = 100000000;
      for (; at < s.size() && IsDigit(s[at]) && scale > 0; ++at, scale /= 10) {
        *nanos += (s[at] - '0') * scale;
      }
    }
  }
  if (at != s.size() || hour > 23 || minute > 59 || second > 59) return false;
  *seconds = data::DaysFromCivil(year, month, day) * 86400 + (hour * 60 + minute) * 60 + second;
  return true;
}

}  // namespace thalweg::expr
