// Aggregates: names, types and documentation. Their accumulators: operators/aggregate/.
#include "expr/functions/families.h"

namespace thalweg::expr {

std::span<const AggregateFunction> AggregateFunctions() { return {}; }

}  // namespace thalweg::expr
