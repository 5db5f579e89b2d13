// CalcNode: filter, then project. Output kinds: as the input (a filtered -U/+U pair may be halved).
#pragma once

#include <vector>

#include "expr/expr.h"

namespace thalweg::graph {

struct CalcNode {
  expr::ExprPtr condition;  ///< null: all rows
  std::vector<expr::ExprPtr> projections;
};

}  // namespace thalweg::graph
