// When AVG is computed from SUM and COUNT.
//
// Flink's planner may write AVG, SUM, STDDEV and VAR as sums and counts. It must where there is a
// STDDEV or VAR; otherwise it does so when fewer aggregates are left, for instance where
// SUM(x), COUNT(x) and AVG(x) stand side by side. It is all of a node's aggregates or none. One
// can see it in AVG over integers and FLOAT: its sum is then of the argument's type, and wraps.
#pragma once

#include <vector>

#include "expr/aggregate.h"

namespace thalweg::sql {

/// Makes kAvg of `calls` kAvgOfSum where Flink's planner would.
void ChooseAverages(std::vector<expr::AggregateCall>* calls);

}  // namespace thalweg::sql
