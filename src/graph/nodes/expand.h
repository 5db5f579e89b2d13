// ExpandNode: each input row becomes one row per projection list (GROUPING SETS, CUBE, ROLLUP).
// Output kinds: as the input.
#pragma once

#include <vector>

#include "expr/expr.h"

namespace thalweg::graph {

struct ExpandNode {
  std::vector<std::vector<expr::ExprPtr>> projections;
};

}  // namespace thalweg::graph
