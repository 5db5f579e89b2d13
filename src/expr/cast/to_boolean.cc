// CAST to BOOLEAN.
#include "expr/cast/families.h"
#include "expr/cast/parse.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::TypeRoot;

namespace {

Status ParseBooleans(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* values = out->mutable_values<uint8_t>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    bool value = false;
    if (!ParseBoolean(in[i], &value)) TW_RETURN_IF_ERROR(CastFailed(call, in[i], i, out));
    values[i] = value ? 1 : 0;
  }
  return Status::OK();
}

template <typename T>
constexpr Kernel NotZero() {
  return &EachRow<[](T v) { return v != 0; }>;
}

}  // namespace

Result<BoundFunction> BindCastToBoolean(const CastRequest& r) {
  BoundFunction bound;
  switch (data::PhysicalTypeOf(r.from)) {
    case data::PhysicalType::kInt8:
      bound.kernel = NotZero<int8_t>();
      break;
    case data::PhysicalType::kInt16:
      bound.kernel = NotZero<int16_t>();
      break;
    case data::PhysicalType::kInt32:
      bound.kernel = NotZero<int32_t>();
      break;
    case data::PhysicalType::kInt64:
      bound.kernel = NotZero<int64_t>();
      break;
    case data::PhysicalType::kInt128:
      bound.kernel = NotZero<__int128>();
      break;
    case data::PhysicalType::kFloat:
      bound.kernel = NotZero<float>();
      break;
    case data::PhysicalType::kDouble:
      bound.kernel = NotZero<double>();
      break;
    case data::PhysicalType::kString:
      bound.kernel = &ParseBooleans;
      bound.state = MakeCastState(r);
      return bound;
    default:
      return bound;
  }
  bound.total = true;
  return bound;
}

}  // namespace thalweg::expr
