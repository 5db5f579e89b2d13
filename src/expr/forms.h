// Forms: the entries of the registry that are not plain calls: lazy ones (AND, OR, CASE, COALESCE,
// IF) and those that are short for other expressions (BETWEEN, NULLIF, IN of non-literals). Private
// to the room; expr/builder.h is the front door.
#pragma once

#include <vector>

#include "expr/builder.h"

namespace thalweg::expr {

/// `f` is a registered entry without a bind function. An error with an empty message: the arguments
/// do not fit.
Result<ExprPtr> MakeForm(const ScalarFunction& f, const std::vector<ExprPtr>& args,
                         const EvalContext& context);

/// A comparison of rows, field by field, or of a value with itself, as Flink's planner simplifies
/// it (so NaN = NaN is TRUE); null where it is none.
Result<ExprPtr> SimplifyComparison(std::string_view name, const std::vector<ExprPtr>& args,
                                   const EvalContext& context);

/// NOT moved into AND and OR and turned into the opposite comparison, as Flink's planner does, so
/// that NOT (x > 1) is FALSE for NaN. Null where it stays.
Result<ExprPtr> SimplifyNot(const Expr& arg, const EvalContext& context);

/// A call of a function that is already resolved; casts the arguments to its parameters.
Result<ExprPtr> MakeBoundCall(const ScalarFunction* function, BoundFunction bound,
                              std::vector<ExprPtr> args, const EvalContext& context);

}  // namespace thalweg::expr
