// Comparing and hashing single values of columns, of any type: literals, IN lists, constants.
// Not for hot loops.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/column.h"

namespace thalweg::expr {

/// Whether row i of a and row j of b hold the same value (NULL equals NULL; NaN equals NaN; 0.0
/// differs from -0.0). The types must have the same structure.
bool SameValue(const data::Column& a, int32_t i, const data::Column& b, int32_t j);
size_t HashValue(const data::Column& c, int32_t row);

}  // namespace thalweg::expr
