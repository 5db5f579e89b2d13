// The list of function families: one line per file under functions/. To add a family, declare its
// function here and name it in the array.
#pragma once

#include <span>

#include "expr/aggregate.h"
#include "expr/function.h"
#include "expr/functions/collection/collection_families.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/temporal/temporal_families.h"

namespace thalweg::expr {

/// The entries of one family file; static storage.
using FunctionFamily = std::span<const ScalarFunction>;

FunctionFamily ArithmeticFunctions();
FunctionFamily ComparisonFunctions();
FunctionFamily ConditionalFunctions();
FunctionFamily ConversionFunctions();
FunctionFamily DivisionFunctions();
FunctionFamily ExtremeFunctions();
FunctionFamily HashFunctions();
FunctionFamily LogicalFunctions();
FunctionFamily MathFunctions();
FunctionFamily NumberTextFunctions();
FunctionFamily RandomFunctions();
FunctionFamily RoundingFunctions();

inline constexpr FunctionFamily (*kScalarFamilies[])() = {
    &ArithmeticFunctions,
    &ComparisonFunctions,
    &ConditionalFunctions,
    &ConversionFunctions,
    &DivisionFunctions,
    &ExtremeFunctions,
    &HashFunctions,
    &LogicalFunctions,
    &MathFunctions,
    &NumberTextFunctions,
    &RandomFunctions,
    &RoundingFunctions,
    // collection/
    &ArrayEditFunctions,
    &ArrayOrderFunctions,
    &ArraySearchFunctions,
    &ArraySetFunctions,
    &ConstructionFunctions,
    &MapFunctions,
    // string/
    &CaseFunctions,
    &CharacterClassFunctions,
    &CharacterFunctions,
    &ConcatFunctions,
    &EncodingFunctions,
    &JsonQuoteFunctions,
    &LikeFunctions,
    &PadFunctions,
    &PrintfFunctions,
    &RegexpFunctions,
    &ReplaceFunctions,
    &SearchFunctions,
    &SplitFunctions,
    &SubstringFunctions,
    &TrimFunctions,
    &UrlFunctions,
    // temporal/
    &CurrentTimeFunctions,
    &DateFormatFunctions,
    &DifferenceFunctions,
    &ExtractFunctions,
    &OverlapsFunctions,
    &ToDatetimeFunctions,
    &UnixTimeFunctions,
};

std::span<const AggregateFunction> AggregateFunctions();

}  // namespace thalweg::expr
