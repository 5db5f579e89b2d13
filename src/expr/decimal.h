// Exact decimal arithmetic on unscaled __int128 values, rounding half up, as Flink's DecimalData
// does it on BigDecimal. Every operation says false when the result needs more than `precision`
// digits (Flink: NULL).
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::expr {

using Int128 = __int128;

/// A decimal type, or a value's place in one.
struct DecimalFormat {
  int precision;
  int scale;
};

/// 10^n, 0 <= n <= 38.
Int128 PowerOf10(int n);
/// |v| < 10^precision.
bool FitsPrecision(Int128 v, int precision);

bool DecimalRescale(Int128 v, int from_scale, DecimalFormat to, Int128* out);
bool DecimalAdd(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out);
bool DecimalMultiply(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out);
/// b is not zero. The quotient is rounded to 38 significant digits first.
bool DecimalDivide(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out);
/// b is not zero; the sign of a.
bool DecimalModulo(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out);
/// -1, 0, 1.
int DecimalCompare(Int128 a, int a_scale, Int128 b, int b_scale);

double DecimalToDouble(Int128 v, int scale);
/// Toward zero, then the low 64 bits, as BigDecimal.longValue.
int64_t DecimalToInt64(Int128 v, int scale);
/// From the digits that Double.toString prints; false for NaN and infinities, too.
bool DecimalFromDouble(double v, DecimalFormat to, Int128* out);
/// BigDecimal(text) rounded into `to`: digits, point, exponent. kMalformed for anything else.
enum class DecimalParse : uint8_t { kOk, kOverflow, kMalformed };
DecimalParse ParseDecimal(std::string_view text, DecimalFormat to, Int128* out);

}  // namespace thalweg::expr
