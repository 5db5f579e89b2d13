// The string families, one per file; registered in expr/functions/families.h.
#pragma once

#include <span>

#include "expr/function.h"

namespace thalweg::expr {

std::span<const ScalarFunction> CaseFunctions();
std::span<const ScalarFunction> CharacterFunctions();
std::span<const ScalarFunction> ConcatFunctions();
std::span<const ScalarFunction> CharacterClassFunctions();
std::span<const ScalarFunction> EncodingFunctions();
std::span<const ScalarFunction> JsonQuoteFunctions();
std::span<const ScalarFunction> LikeFunctions();
std::span<const ScalarFunction> PadFunctions();
std::span<const ScalarFunction> PrintfFunctions();
std::span<const ScalarFunction> RegexpFunctions();
std::span<const ScalarFunction> ReplaceFunctions();
std::span<const ScalarFunction> SearchFunctions();
std::span<const ScalarFunction> SplitFunctions();
std::span<const ScalarFunction> SubstringFunctions();
std::span<const ScalarFunction> TrimFunctions();
std::span<const ScalarFunction> UrlFunctions();

}  // namespace thalweg::expr
