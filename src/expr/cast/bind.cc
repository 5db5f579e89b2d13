#include <fmt/format.h>

#include "expr/builder.h"
#include "expr/cast/cast.h"
#include "expr/cast/families.h"

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

Result<BoundFunction> BindByTarget(const CastRequest& request) {
  switch (request.to.root()) {
    case TypeRoot::kDecimal:
    case TypeRoot::kTinyint:
    case TypeRoot::kSmallint:
    case TypeRoot::kInt:
    case TypeRoot::kBigint:
    case TypeRoot::kFloat:
    case TypeRoot::kDouble:
      return BindCastToNumber(request);
    default:
      return BoundFunction{};
  }
}

}  // namespace

Result<BoundFunction> BindCast(const Type& from, const Type& to, const EvalContext& context,
                               bool try_cast) {
  if (!SupportsExplicitCast(from, to)) {
    return Status::InvalidSql(fmt::format("Cannot cast {} to {}",
                                          from.WithNullable(true).ToSummary(),
                                          to.WithNullable(true).ToSummary()));
  }
  TW_ASSIGN_OR_RETURN(BoundFunction bound, BindByTarget({from, to, context, try_cast}));
  if (bound.kernel == nullptr && bound.column_kernel == nullptr) {
    return Status::NotSupported(
        fmt::format("CAST from {} to {}", from.ToSummary(), to.ToSummary()));
  }
  return bound;
}

}  // namespace thalweg::expr
