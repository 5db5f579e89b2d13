// CAST to TINYINT ... BIGINT, FLOAT, DOUBLE and DECIMAL.
#include <cmath>
#include <limits>

#include "expr/cast/families.h"
#include "expr/cast/parse.h"
#include "expr/decimal.h"
#include "expr/kernel.h"
#include "expr/numeric_types.h"

namespace thalweg::expr {

using data::PhysicalType;
using data::Type;
using data::TypeRoot;

namespace {

/// Java's narrowing of floating point to an integer: NaN is 0, out of range is the nearest; to
/// TINYINT and SMALLINT by way of INT.
template <typename To, typename From>
To FloatToInteger(From v) {
  using Wide = std::conditional_t<(sizeof(To) < 4), int32_t, To>;
  if (std::isnan(v)) return 0;
  constexpr auto kMin = std::numeric_limits<Wide>::min();
  constexpr auto kMax = std::numeric_limits<Wide>::max();
  // -kMin is a power of two, so exact.
  if (v >= -static_cast<From>(kMin)) return static_cast<To>(kMax);
  if (v < static_cast<From>(kMin)) return static_cast<To>(kMin);
  return static_cast<To>(static_cast<Wide>(v));
}

template <typename From, typename To>
To Convert(From v) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return FloatToInteger<To>(v);
  } else {
    return static_cast<To>(v);
  }
}

/// Calls f with a value of the C++ type that stores `root`; false for other types.
template <typename F>
bool WithPrimitive(TypeRoot root, F&& f) {
  switch (root) {
    case TypeRoot::kTinyint:
      f(int8_t{});
      return true;
    case TypeRoot::kSmallint:
      f(int16_t{});
      return true;
    case TypeRoot::kInt:
      f(int32_t{});
      return true;
    case TypeRoot::kBigint:
      f(int64_t{});
      return true;
    case TypeRoot::kFloat:
      f(float{});
      return true;
    case TypeRoot::kDouble:
      f(double{});
      return true;
    default:
      return false;
  }
}

DecimalFormat FormatOf(const Type& t) { return {t.precision(), t.scale()}; }

/// Every value of `from` is one of `to`, without a check.
bool HasRoomFor(DecimalShape from, const Type& to) {
  return to.scale() >= from.scale && to.precision() - to.scale() >= from.precision - from.scale;
}

/// Unscaled values times a power of ten that cannot overflow; what stands in NULL rows may wrap.
template <typename From>
Status Upscale(const KernelCall& call, data::Column* out) {
  const data::ColumnView<From> in(*call.args[0]);
  const data::Type& from = call.args[0]->type();
  const int up = call.result_type.scale() - (from.is_decimal() ? from.scale() : 0);
  auto* values = out->mutable_values<Int128>();
  if (up == 0) {
    call.rows.ForEach([&](int32_t i) { values[i] = in[i]; });
    return Status::OK();
  }
  const auto factor = static_cast<unsigned __int128>(PowerOf10(up));
  call.rows.ForEach([&](int32_t i) {
    values[i] = static_cast<Int128>(static_cast<unsigned __int128>(Int128{in[i]}) * factor);
  });
  return Status::OK();
}

/// The same unscaled values under another precision.
Result<data::ColumnPtr> Retype(const KernelCall& call, int32_t) {
  return call.args[0]->WithType(call.result_type);
}

/// Casts between exact numbers that never fail; false for the others.
bool BindExact(const CastRequest& r, BoundFunction* bound) {
  if (!r.to.is_decimal() || !HasRoomFor(DecimalShapeOf(r.from), r.to)) return false;
  bound->total = true;
  if (!r.from.is_decimal()) {
    WithPrimitive(r.from.root(), [&](auto from) {
      using From = decltype(from);
      if constexpr (std::is_integral_v<From>) bound->kernel = &Upscale<From>;
    });
  } else if (r.from.scale() != r.to.scale()) {
    bound->kernel = &Upscale<Int128>;
  } else {
    bound->column_kernel = &Retype;
    bound->nulls = NullPolicy::kCustom;
  }
  return true;
}

template <typename From>
Status IntegerToDecimal(const KernelCall& call, data::Column* out) {
  const data::ColumnView<From> in(*call.args[0]);
  const DecimalFormat to = FormatOf(call.result_type);
  auto* values = out->mutable_values<Int128>();
  call.rows.ForEach([&](int32_t i) {
    if (!DecimalRescale(in[i], 0, to, &values[i])) out->SetNull(i);
  });
  return Status::OK();
}

template <typename From>
Status FloatToDecimal(const KernelCall& call, data::Column* out) {
  const data::ColumnView<From> in(*call.args[0]);
  const DecimalFormat to = FormatOf(call.result_type);
  auto* values = out->mutable_values<Int128>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    const double v = in[i];
    if (!std::isfinite(v)) {
      return Status::Evaluation("NaN and infinities cannot be cast to DECIMAL");  // TRY_CAST, too
    }
    if (!DecimalFromDouble(v, to, &values[i])) out->SetNull(i);
  }
  return Status::OK();
}

Status DecimalToDecimal(const KernelCall& call, data::Column* out) {
  const data::ColumnView<Int128> in(*call.args[0]);
  const int scale = call.args[0]->type().scale();
  const DecimalFormat to = FormatOf(call.result_type);
  auto* values = out->mutable_values<Int128>();
  if (scale == to.scale) {  // fewer digits at the same place
    const Int128 limit = PowerOf10(to.precision);
    call.rows.ForEach([&](int32_t i) {
      values[i] = in[i];
      if (in[i] >= limit || in[i] <= -limit) out->SetNull(i);
    });
    return Status::OK();
  }
  call.rows.ForEach([&](int32_t i) {
    if (!DecimalRescale(in[i], scale, to, &values[i])) out->SetNull(i);
  });
  return Status::OK();
}

template <typename To>
Status DecimalToPrimitive(const KernelCall& call, data::Column* out) {
  const data::ColumnView<Int128> in(*call.args[0]);
  const int scale = call.args[0]->type().scale();
  auto* values = out->mutable_values<To>();
  call.rows.ForEach([&](int32_t i) {
    if constexpr (std::is_floating_point_v<To>) {
      values[i] = static_cast<To>(DecimalToDouble(in[i], scale));
    } else {
      values[i] = static_cast<To>(DecimalToInt64(in[i], scale));
    }
  });
  return Status::OK();
}

void BindPrimitive(const CastRequest& r, BoundFunction* bound) {
  WithPrimitive(r.from.root(), [&](auto from) {
    WithPrimitive(r.to.root(), [&](auto to) {
      using From = decltype(from);
      using To = decltype(to);
      bound->kernel = &EachRow<&Convert<From, To>>;
      bound->total = true;
    });
  });
}

Status BooleanToDecimal(const KernelCall& call, data::Column* out) {
  const data::ColumnView<uint8_t> in(*call.args[0]);
  const DecimalFormat to = FormatOf(call.result_type);
  auto* values = out->mutable_values<Int128>();
  call.rows.ForEach([&](int32_t i) {
    if (!DecimalRescale(in[i], 0, to, &values[i])) out->SetNull(i);
  });
  return Status::OK();
}

template <typename T>
Status ParseNumbers(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* values = out->mutable_values<T>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    bool ok;
    if constexpr (std::is_floating_point_v<T>) {
      ok = ParseJavaFloat(in[i], &values[i]);
    } else {
      int64_t wide = 0;
      ok = ParseInteger(in[i], std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), &wide);
      values[i] = static_cast<T>(wide);
    }
    if (!ok) TW_RETURN_IF_ERROR(CastFailed(call, in[i], i, out));
  }
  return Status::OK();
}

Status ParseDecimals(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  const DecimalFormat to = FormatOf(call.result_type);
  auto* values = out->mutable_values<Int128>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (ParseDecimal(TrimWhitespace(in[i]), to, &values[i]) != DecimalParse::kOk) {
      TW_RETURN_IF_ERROR(CastFailed(call, in[i], i, out));
    }
  }
  return Status::OK();
}

void BindParse(const CastRequest& r, BoundFunction* bound) {
  bound->kernel = &ParseDecimals;
  WithPrimitive(r.to.root(), [&](auto to) { bound->kernel = &ParseNumbers<decltype(to)>; });
  bound->state = MakeCastState(r);
}

}  // namespace

Result<BoundFunction> BindCastToNumber(const CastRequest& r) {
  BoundFunction bound;
  if (r.from.is_exact_numeric() && BindExact(r, &bound)) return bound;
  if (r.from.is_decimal() && r.to.is_decimal()) {
    bound.kernel = &DecimalToDecimal;
  } else if (r.from.is_decimal()) {
    WithPrimitive(r.to.root(), [&](auto to) { bound.kernel = &DecimalToPrimitive<decltype(to)>; });
  } else if (r.from.is_numeric() && r.to.is_decimal()) {
    WithPrimitive(r.from.root(), [&](auto from) {
      using From = decltype(from);
      if constexpr (std::is_floating_point_v<From>) {
        bound.kernel = &FloatToDecimal<From>;
      } else {
        bound.kernel = &IntegerToDecimal<From>;
      }
    });
  } else if (r.from.is_numeric()) {
    BindPrimitive(r, &bound);
  } else if (r.from.root() == TypeRoot::kBoolean) {
    bound.kernel = &BooleanToDecimal;
    WithPrimitive(r.to.root(), [&](auto to) {
      using To = decltype(to);
      bound.kernel = &EachRow<[](uint8_t v) { return static_cast<To>(v); }>;
      bound.total = true;
    });
  } else if (r.from.is_character()) {
    BindParse(r, &bound);
  }
  return bound;
}

}  // namespace thalweg::expr
