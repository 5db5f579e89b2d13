// The list of function families: one line per file under functions/. To add a family, declare its
// function here and name it in the array.
#pragma once

#include <span>

#include "expr/aggregate.h"
#include "expr/function.h"

namespace thalweg::expr {

/// The entries of one family file; static storage.
using FunctionFamily = std::span<const ScalarFunction>;

FunctionFamily ArithmeticFunctions();
FunctionFamily ComparisonFunctions();
FunctionFamily ConditionalFunctions();
FunctionFamily ConversionFunctions();
FunctionFamily LogicalFunctions();

inline constexpr FunctionFamily (*kScalarFamilies[])() = {
    &ArithmeticFunctions, &ComparisonFunctions, &ConditionalFunctions,
    &ConversionFunctions, &LogicalFunctions,
};

std::span<const AggregateFunction> AggregateFunctions();

}  // namespace thalweg::expr
