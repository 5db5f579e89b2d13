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

/// BoundFunction::state of kernels that can fail.
struct CastState {
  bool try_cast;
};
std::shared_ptr<const CastState> MakeCastState(const CastRequest& request);

/// A value that cannot be cast: NULL under TRY_CAST, else an error that shows it.
Status CastFailed(const KernelCall& call, std::string_view value, int32_t row, data::Column* out);

Result<BoundFunction> BindCastToNumber(const CastRequest& request);
Result<BoundFunction> BindCastToBoolean(const CastRequest& request);
Result<BoundFunction> BindCastToString(const CastRequest& request);
Result<BoundFunction> BindCastToBinary(const CastRequest& request);
Result<BoundFunction> BindCastToTemporal(const CastRequest& request);
Result<BoundFunction> BindCastToInterval(const CastRequest& request);
Result<BoundFunction> BindCastToNested(const CastRequest& request);

}  // namespace thalweg::expr
