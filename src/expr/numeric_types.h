// Result types of numeric operations, after Flink's type system.
#pragma once

#include "data/type.h"

namespace thalweg::expr {

struct DecimalShape {
  int precision;
  int scale;
};

/// Of a DECIMAL, or of the DECIMAL that holds every value of an integer type.
DecimalShape DecimalShapeOf(const data::Type& exact_numeric);

/// Types of DECIMAL operations: scale is given up before whole digits when 38 do not suffice.
data::Type DecimalSumType(DecimalShape a, DecimalShape b);
data::Type DecimalProductType(DecimalShape a, DecimalShape b);
data::Type DecimalQuotientType(DecimalShape a, DecimalShape b);
data::Type DecimalModuloType(DecimalShape a, DecimalShape b);
/// Whether the type has room for every digit of every result: no overflow, no rounding.
bool IsExactSum(DecimalShape a, DecimalShape b);
bool IsExactProduct(DecimalShape a, DecimalShape b);
/// ROUND and TRUNCATE of a DECIMAL to `digits` after the point.
data::Type DecimalRoundType(DecimalShape a, int digits);

}  // namespace thalweg::expr
