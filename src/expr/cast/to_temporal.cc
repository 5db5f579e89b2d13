// CAST to DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ.
#include "expr/cast/families.h"
#include "expr/cast/parse.h"
#include "expr/kernel.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

using data::Column;
using data::Type;
using data::TypeRoot;

namespace {

constexpr int64_t kDayMs = 86400000;

int64_t Units(const Type& t) { return data::TimestampUnitsPerSecond(t.precision()); }
int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/// The digits that TIMESTAMP(precision) keeps of `value`, in the same unit; drops toward zero, as
/// Flink does (so before 1970 it rounds up).
int64_t Truncate(int64_t value, int64_t units, int precision) {
  int64_t step = units;
  for (int i = 0; i < precision && step > 1; ++i) step /= 10;
  return value - value % step;
}

/// From the unit of one precision to that of another. False when it does not fit.
bool Rescale(int64_t value, int64_t from_units, const Type& to, int64_t* out) {
  const int64_t to_units = Units(to);
  if (to_units >= from_units) {
    if (__builtin_mul_overflow(value, to_units / from_units, out)) return false;
  } else {
    *out = FloorDiv(value, from_units / to_units);
  }
  if (to.precision() < 3) *out = Truncate(*out, to_units, to.precision());
  if (to.precision() == 4 || to.precision() == 5 || to.precision() == 7 || to.precision() == 8) {
    // Below the millisecond the digits are cut off downwards.
    int64_t step = to_units;
    for (int i = 0; i < to.precision(); ++i) step /= 10;
    *out = FloorDiv(*out, step) * step;
  }
  return true;
}

Status OutOfRange(const Type& to) {
  return Status::Evaluation("A timestamp is out of the range of " +
                            to.WithNullable(true).ToSummary());
}

/// Seconds and nanoseconds into the unit of `to`.
bool FromParts(int64_t seconds, int32_t nanos, const Type& to, int64_t* out) {
  const int64_t units = Units(to);
  int64_t value;
  if (__builtin_mul_overflow(seconds, units, &value) ||
      __builtin_add_overflow(value, nanos / (1000000000 / units), &value)) {
    return false;
  }
  return Rescale(value, units, to, out);
}

int64_t LocalToInstant(const KernelCall& call, int64_t local, int64_t units) {
  return call.context.zone ? call.context.zone->ToUtc(local, units) : local;
}

/// Reads a timestamp argument as local time: by way of the session's zone where it is LTZ.
class LocalReader {
 public:
  explicit LocalReader(const KernelCall& call)
      : in_(*call.args[0]),
        units_(Units(call.args[0]->type())),
        zone_(call.args[0]->type().root() == TypeRoot::kTimestampLtz ? call.context.zone.get()
                                                                     : nullptr),
        utc_(TimeZone::Utc()),
        cursor_(zone_ != nullptr ? *zone_ : *utc_) {}
  int64_t units() const { return units_; }
  int64_t Local(int32_t i) { return zone_ == nullptr ? in_[i] : cursor_.ToLocal(in_[i], units_); }

 private:
  data::ColumnView<int64_t> in_;
  int64_t units_;
  const TimeZone* zone_;
  std::shared_ptr<const TimeZone> utc_;
  TimeZone::Cursor cursor_;
};

Status TimestampToDate(const KernelCall& call, Column* out) {
  LocalReader in(call);
  const bool ltz = call.args[0]->type().root() == TypeRoot::kTimestampLtz;
  auto* values = out->mutable_values<int32_t>();
  const int64_t per_ms = in.units() / 1000;
  call.rows.ForEach([&](int32_t i) {
    const int64_t ms = FloorDiv(in.Local(i), per_ms);
    // Flink divides toward zero for TIMESTAMP, so before 1970 the next day comes out.
    values[i] = static_cast<int32_t>(ltz ? FloorDiv(ms, kDayMs) : ms / kDayMs);
  });
  return Status::OK();
}

Status TimestampToTime(const KernelCall& call, Column* out) {
  LocalReader in(call);
  const bool ltz = call.args[0]->type().root() == TypeRoot::kTimestampLtz;
  auto* values = out->mutable_values<int32_t>();
  const int64_t per_ms = in.units() / 1000;
  const bool whole_seconds = call.result_type.precision() == 0;
  call.rows.ForEach([&](int32_t i) {
    int64_t ms = FloorDiv(in.Local(i), per_ms);
    ms = ltz ? ms - FloorDiv(ms, kDayMs) * kDayMs : ms % kDayMs;
    if (whole_seconds) ms = ms / 1000 * 1000;
    if (ms < 0) ms += kDayMs;
    values[i] = static_cast<int32_t>(ms);
  });
  return Status::OK();
}

/// TIMESTAMP or TIMESTAMP_LTZ to either.
Status TimestampToTimestamp(const KernelCall& call, Column* out) {
  const Type& from = call.args[0]->type();
  const Type& to = call.result_type;
  const bool to_local = from.root() == TypeRoot::kTimestampLtz && to.root() == TypeRoot::kTimestamp;
  const bool to_instant =
      from.root() == TypeRoot::kTimestamp && to.root() == TypeRoot::kTimestampLtz;
  LocalReader reader(call);
  const data::ColumnView<int64_t> in(*call.args[0]);
  const int64_t units = Units(from);
  auto* values = out->mutable_values<int64_t>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    int64_t v = to_local ? reader.Local(i) : in[i];
    if (to_instant) v = LocalToInstant(call, v, units);
    if (!Rescale(v, units, to, &values[i])) return OutOfRange(to);
  }
  return Status::OK();
}

/// DATE or TIME (of 1970-01-01) to a timestamp.
Status DayOrTimeToTimestamp(const KernelCall& call, Column* out) {
  const data::ColumnView<int32_t> in(*call.args[0]);
  const Type& to = call.result_type;
  const bool date = call.args[0]->type().root() == TypeRoot::kDate;
  auto* values = out->mutable_values<int64_t>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    int64_t ms = date ? in[i] * kDayMs : in[i];
    if (to.root() == TypeRoot::kTimestampLtz) ms = LocalToInstant(call, ms, 1000);
    if (!Rescale(ms, 1000, to, &values[i])) return OutOfRange(to);
  }
  return Status::OK();
}

Status ParseDates(const KernelCall& call, Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* values = out->mutable_values<int32_t>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (!ParseDate(in[i], &values[i])) TW_RETURN_IF_ERROR(CastFailed(call, in[i], i, out));
  }
  return Status::OK();
}

Status ParseTimes(const KernelCall& call, Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* values = out->mutable_values<int32_t>();
  const bool whole_seconds = call.result_type.precision() == 0;
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (!ParseTime(in[i], &values[i])) {
      TW_RETURN_IF_ERROR(CastFailed(call, in[i], i, out));
    } else if (whole_seconds) {
      values[i] -= values[i] % 1000;
    }
  }
  return Status::OK();
}

Status ParseTimestamps(const KernelCall& call, Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  const Type& to = call.result_type;
  auto* values = out->mutable_values<int64_t>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    int64_t seconds = 0;
    int32_t nanos = 0;
    if (!ParseTimestamp(in[i], &seconds, &nanos)) {
      TW_RETURN_IF_ERROR(CastFailed(call, in[i], i, out));
      continue;
    }
    if (to.root() == TypeRoot::kTimestampLtz) seconds = LocalToInstant(call, seconds, 1);
    if (!FromParts(seconds, nanos, to, &values[i])) return OutOfRange(to);
  }
  return Status::OK();
}

Result<data::ColumnPtr> Rewrap(const KernelCall& call, int32_t) {
  return call.args[0]->WithType(call.result_type);
}

}  // namespace

Result<BoundFunction> BindCastToTemporal(const CastRequest& r) {
  BoundFunction bound;
  bound.state = MakeCastState(r);
  const TypeRoot to = r.to.root();
  if (r.from.is_character()) {
    bound.kernel = to == TypeRoot::kDate   ? &ParseDates
                   : to == TypeRoot::kTime ? &ParseTimes
                                           : &ParseTimestamps;
  } else if (r.from.is_timestamp()) {
    bound.kernel = to == TypeRoot::kDate   ? &TimestampToDate
                   : to == TypeRoot::kTime ? &TimestampToTime
                                           : &TimestampToTimestamp;
  } else if (to == TypeRoot::kTimestamp || to == TypeRoot::kTimestampLtz) {
    bound.kernel = &DayOrTimeToTimestamp;
  } else if (to == r.from.root()) {  // TIME of another precision
    bound.column_kernel = &Rewrap;
    bound.nulls = NullPolicy::kCustom;
  }
  return bound;
}

}  // namespace thalweg::expr
