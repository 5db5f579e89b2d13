// The target families of CAST: each resolves the casts into its types, or gives no kernel when it
// knows none.
#pragma once

#include "expr/function.h"

namespace thalweg::expr {

/// What a family's bind function sees; the result has a kernel, or neither.
struct CastRequest {
  const data::Type& from;
  const data::Type& to;
  const EvalContext& context;
  /// Rows that fail become NULL.
  bool try_cast;
};

Result<BoundFunction> BindCastToNumber(const CastRequest& request);

}  // namespace thalweg::expr
