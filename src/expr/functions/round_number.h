// Rounding numbers at a decimal digit, as Flink does it through BigDecimal.
#pragma once

#include <cstdint>

#include "expr/decimal.h"

namespace thalweg::expr {

enum class RoundMode : uint8_t { kHalfUp, kDown };

/// `digits` after the point; negative: before it. The result may exceed the argument's type.
Int128 RoundInteger(int64_t v, int32_t digits, RoundMode mode);
/// Rounds the digits that Double.toString shows. v is finite.
double RoundDouble(double v, int32_t digits, RoundMode mode);
/// False when the result does not fit `to`.
bool RoundDecimal(Int128 v, int scale, int32_t digits, RoundMode mode, DecimalFormat to,
                  Int128* out);

}  // namespace thalweg::expr
