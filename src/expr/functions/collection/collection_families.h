// The collection families, one per file; registered in expr/functions/families.h.
#pragma once

#include <span>

#include "expr/function.h"

namespace thalweg::expr {

std::span<const ScalarFunction> ArrayEditFunctions();
std::span<const ScalarFunction> ArrayOrderFunctions();
std::span<const ScalarFunction> ArraySearchFunctions();
std::span<const ScalarFunction> ArraySetFunctions();
std::span<const ScalarFunction> ConstructionFunctions();
std::span<const ScalarFunction> MapFunctions();

}  // namespace thalweg::expr
