// SQL's = of single values of any type. Not for hot loops over columns that are not nested.
#pragma once

#include <cstdint>

#include "data/column.h"

namespace thalweg::expr {

/// Whether two values that are not NULL are equal. NULL fields of a row are equal; a NULL element
/// of an array or value of a map equals nothing, and neither does NaN. The types have the same
/// structure.
bool EqualValues(const data::Column& a, int32_t i, const data::Column& b, int32_t j);

}  // namespace thalweg::expr
