// The type in which two values are compared.
#pragma once

#include "base/status.h"
#include "data/type.h"

namespace thalweg::expr {

/// Both sides are cast to it; kInvalidSql with an empty message when they cannot be compared.
Result<data::Type> ComparisonType(const data::Type& a, const data::Type& b);

}  // namespace thalweg::expr
