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
    case TypeRoot::kBoolean:
      return BindCastToBoolean(request);
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      return BindCastToString(request);
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      return BindCastToBinary(request);
    case TypeRoot::kDate:
    case TypeRoot::kTime:
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      return BindCastToTemporal(request);
    case TypeRoot::kIntervalYearMonth:
    case TypeRoot::kIntervalDayTime:
      return BindCastToInterval(request);
    case TypeRoot::kArray:
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
    case TypeRoot::kRow:
      return BindCastToNested(request);
    case TypeRoot::kNull:
      break;
  }
  return BoundFunction{};
}

}  // namespace

std::shared_ptr<const CastState> MakeCastState(const CastRequest& request) {
  return std::make_shared<CastState>(CastState{request.try_cast});
}

Status CastFailed(const KernelCall& call, std::string_view value, int32_t row, data::Column* out) {
  if (static_cast<const CastState*>(call.state)->try_cast) {
    out->SetNull(row);
    return Status::OK();
  }
  constexpr size_t kShown = 100;
  return Status::Evaluation(fmt::format("Cannot cast '{}{}' to {}", value.substr(0, kShown),
                                        value.size() > kShown ? "..." : "",
                                        call.result_type.WithNullable(true).ToSummary()));
}

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
