// Resolving CAST and TRY_CAST: which kernel turns one type into another. One file per target
// family; what is allowed at all: cast/allowed.cc.
#pragma once

#include "expr/function.h"

namespace thalweg::expr {

/// The cast from `from` to `to`; try_cast makes rows NULL where the cast fails. The types'
/// top-level nullability is ignored. kInvalidSql when Flink does not allow the cast.
Result<BoundFunction> BindCast(const data::Type& from, const data::Type& to,
                               const EvalContext& context, bool try_cast);

}  // namespace thalweg::expr
