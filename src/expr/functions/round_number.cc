#include "expr/functions/round_number.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "data/print.h"

namespace thalweg::expr {
namespace {

Int128 DropDigits(Int128 v, int digits, RoundMode mode) {
  if (digits > 38) return 0;
  const Int128 unit = PowerOf10(digits);
  const Int128 rest = v % unit;
  Int128 q = v / unit;
  if (mode == RoundMode::kHalfUp && (rest < 0 ? -rest : rest) >= unit - unit / 2 && unit > 1) {
    q += v < 0 ? -1 : 1;
  }
  return q;
}

}  // namespace

Int128 RoundInteger(int64_t v, int32_t digits, RoundMode mode) {
  if (digits >= 0) return v;
  if (digits < -19) return 0;
  return DropDigits(v, -digits, mode) * PowerOf10(-digits);
}

double RoundDouble(double v, int32_t digits, RoundMode mode) {
  if (v == 0) return 0;  // BigDecimal knows no -0.0
  std::string text;
  data::AppendDouble(v, &text);
  // Significant digits and the exponent of the last of them.
  std::string significant;
  int exponent = 0;
  size_t i = text[0] == '-' ? 1 : 0;
  bool point = false;
  for (; i < text.size() && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      point = true;
    } else {
      significant += text[i];
      exponent -= point;
    }
  }
  if (i < text.size()) exponent += std::atoi(text.c_str() + i + 1);
  const int64_t drop = -int64_t{exponent} - digits;
  if (drop <= 0) return v;
  const auto count = static_cast<int64_t>(significant.size());
  bool up = false;
  if (drop > count) {
    significant = "0";
  } else {
    const auto kept = static_cast<size_t>(count - drop);
    up = mode == RoundMode::kHalfUp && significant[kept] >= '5';
    significant.resize(kept);
    if (significant.empty()) significant = "0";
  }
  Int128 value = 0;
  for (const char c : significant) value = value * 10 + (c - '0');
  value += up;
  if (value == 0) return 0;
  std::string rounded = text[0] == '-' ? "-" : "";
  data::AppendDecimal(value, 0, &rounded);
  rounded += "e" + std::to_string(exponent + drop);
  return std::strtod(rounded.c_str(), nullptr);
}

bool RoundDecimal(Int128 v, int scale, int32_t digits, RoundMode mode, DecimalFormat to,
                  Int128* out) {
  if (digits >= scale) return DecimalRescale(v, scale, to, out);
  const int drop = static_cast<int>(std::min<int64_t>(int64_t{scale} - digits, 100));
  const Int128 kept = DropDigits(v, drop, mode);
  if (kept == 0) {
    *out = 0;
    return true;
  }
  return DecimalRescale(kept, scale - drop, to, out);
}

}  // namespace thalweg::expr
