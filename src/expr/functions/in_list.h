// IN over a list of values: a set of literals, or else a disjunction of comparisons.
#pragma once

#include <vector>

#include "expr/expr.h"

namespace thalweg::expr {

/// args: the value, then the list.
Result<ExprPtr> MakeInList(std::vector<ExprPtr> args, bool negated, const EvalContext& context);

}  // namespace thalweg::expr
