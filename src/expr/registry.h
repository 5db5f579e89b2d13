// The registry of scalar and aggregate functions: lookup by name, listing for SHOW FUNCTIONS.
#pragma once

#include <string_view>
#include <vector>

#include "expr/aggregate.h"
#include "expr/function.h"

namespace thalweg::expr {

/// Case-insensitive, aliases included; null if unknown.
const ScalarFunction* FindScalarFunction(std::string_view name);
const AggregateFunction* FindAggregateFunction(std::string_view name);

/// Every entry, sorted by name. The families that they come from: functions/families.h.
std::vector<const ScalarFunction*> AllScalarFunctions();
std::vector<const AggregateFunction*> AllAggregateFunctions();

}  // namespace thalweg::expr
