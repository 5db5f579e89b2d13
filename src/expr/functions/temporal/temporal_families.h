// The temporal families, one per file; registered in expr/functions/families.h.
#pragma once

#include <span>

#include "expr/function.h"

namespace thalweg::expr {

std::span<const ScalarFunction> CurrentTimeFunctions();
std::span<const ScalarFunction> DateFormatFunctions();
std::span<const ScalarFunction> DifferenceFunctions();
std::span<const ScalarFunction> ExtractFunctions();
std::span<const ScalarFunction> OverlapsFunctions();
std::span<const ScalarFunction> ToDatetimeFunctions();
std::span<const ScalarFunction> UnixTimeFunctions();

}  // namespace thalweg::expr
