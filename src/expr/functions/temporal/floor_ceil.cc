#include "expr/functions/temporal/floor_ceil.h"

#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/functions/temporal/time_unit.h"
#include "expr/kernel.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

namespace {

using data::CivilDate;
using data::CivilFromDays;
using data::ColumnView;
using data::DaysFromCivil;
using data::FloorDiv;
using data::FloorMod;
using data::Type;
using data::TypeRoot;

/// First day of the period that `days` is in; `ceil`: of the next one, unless it is a first day.
int64_t RoundDays(TimeUnit unit, int64_t days, bool ceil) {
  if (unit == TimeUnit::kDay) return days;
  if (unit == TimeUnit::kWeek) {
    const int64_t sunday = days - FloorMod(days + 4, 7);
    return ceil && sunday != days ? sunday + 7 : sunday;
  }
  const CivilDate d = CivilFromDays(days);
  int64_t year = d.year;
  int32_t month = 1;
  int64_t years = 0;
  int32_t months = 0;
  switch (unit) {
    case TimeUnit::kMonth:
      month = d.month;
      months = 1;
      break;
    case TimeUnit::kQuarter:
      month = (d.month - 1) / 3 * 3 + 1;
      months = 3;
      break;
    case TimeUnit::kYear:
      years = 1;
      break;
    case TimeUnit::kDecade:
      year = FloorDiv(year, 10) * 10;
      years = 10;
      break;
    case TimeUnit::kCentury:
      year = FloorDiv(year - 1, 100) * 100 + 1;
      years = 100;
      break;
    default:
      year = FloorDiv(year - 1, 1000) * 1000 + 1;
      years = 1000;
      break;
  }
  const int64_t first = DaysFromCivil(year, month, 1);
  // Flink stays on a first day of a month and of a year only.
  const bool stays = first == days && (unit == TimeUnit::kMonth || unit == TimeUnit::kYear ||
                                       (unit == TimeUnit::kQuarter && d.month == 1));
  if (!ceil || stays) return first;
  year += years;
  month += months;
  if (month > 12) {
    month -= 12;
    ++year;
  }
  return DaysFromCivil(year, month, 1);
}

bool IsOfDate(TimeUnit u) {
  return u == TimeUnit::kDay || u == TimeUnit::kWeek || u == TimeUnit::kMonth ||
         u == TimeUnit::kQuarter || u == TimeUnit::kYear ||
         (u >= TimeUnit::kDecade && u <= TimeUnit::kMillennium);
}

/// Flink rounds milliseconds: a smaller fraction never lifts a CEIL.
int64_t WholeMillis(int64_t value, int64_t units) {
  return units == 1000 ? value : FloorDiv(value, units / 1000) * (units / 1000);
}

int64_t RoundTo(int64_t value, int64_t step, bool ceil) {
  const int64_t floor = FloorDiv(value, step) * step;
  return ceil && floor != value ? floor + step : floor;
}

/// A local time in `units` a second.
int64_t RoundInstant(TimeUnit unit, int64_t value, int64_t units, bool ceil) {
  if (const int64_t ms = MillisOf(unit); ms != 0 && unit < TimeUnit::kDay) {
    return RoundTo(value, ms * units / 1000, ceil);
  }
  const int64_t per_day = 86400 * units;
  int64_t days = FloorDiv(value, per_day);
  // Flink looks at the time of day for days only: CEIL(TIMESTAMP '2024-01-01 12:00:00' TO MONTH)
  // is 2024-01-01 00:00:00.
  if (ceil && unit == TimeUnit::kDay && days * per_day != value) ++days;
  return RoundDays(unit, days, ceil) * per_day;
}

template <bool kCeil>
Status OfDate(const KernelCall& call, data::Column* out) {
  const ColumnView<int32_t> in(*call.args[0]);
  auto* to = out->mutable_values<int32_t>();
  const TimeUnit unit = *static_cast<const TimeUnit*>(call.state);
  call.rows.ForEach([&](int32_t i) {
    to[i] = IsOfDate(unit) ? static_cast<int32_t>(RoundDays(unit, in[i], kCeil)) : in[i];
  });
  return Status::OK();
}

template <bool kCeil>
Status OfTime(const KernelCall& call, data::Column* out) {
  const ColumnView<int32_t> in(*call.args[0]);
  auto* to = out->mutable_values<int32_t>();
  // Days and longer units leave a time of day as it is.
  const TimeUnit unit = *static_cast<const TimeUnit*>(call.state);
  const int64_t step = IsOfDate(unit) ? 0 : MillisOf(unit);
  call.rows.ForEach([&](int32_t i) {
    to[i] = step == 0 ? in[i] : static_cast<int32_t>(RoundTo(in[i], step, kCeil));
  });
  return Status::OK();
}

template <bool kCeil>
Status OfTimestamp(const KernelCall& call, data::Column* out) {
  const ColumnView<int64_t> in(*call.args[0]);
  auto* to = out->mutable_values<int64_t>();
  const TimeUnit unit = *static_cast<const TimeUnit*>(call.state);
  const int64_t units = data::TimestampUnitsPerSecond(call.args[0]->type().precision());
  if (const int64_t ms = MillisOf(unit); ms != 0 && unit <= TimeUnit::kDay) {
    const int64_t step = ms * units / 1000;
    call.rows.ForEach([&](int32_t i) { to[i] = RoundTo(WholeMillis(in[i], units), step, kCeil); });
    return Status::OK();
  }
  call.rows.ForEach([&](int32_t i) { to[i] = RoundInstant(unit, in[i], units, kCeil); });
  return Status::OK();
}

template <bool kCeil>
Status OfLtz(const KernelCall& call, data::Column* out) {
  const ColumnView<int64_t> in(*call.args[0]);
  auto* to = out->mutable_values<int64_t>();
  const TimeUnit unit = *static_cast<const TimeUnit*>(call.state);
  const int64_t units = data::TimestampUnitsPerSecond(call.args[0]->type().precision());
  const TimeZone& zone = *call.context.zone;
  TimeZone::Cursor cursor(zone);
  call.rows.ForEach([&](int32_t i) {
    const int64_t instant = WholeMillis(in[i], units);
    const int64_t local = cursor.ToLocal(instant, units);
    const int64_t rounded = RoundInstant(unit, local, units, kCeil);
    // Within a day the offset stays that of the instant, so a repeated hour keeps its identity.
    to[i] = unit < TimeUnit::kDay ? instant + (rounded - local) : zone.ToUtc(rounded, units);
  });
  return Status::OK();
}

template <bool kCeil>
Result<BoundFunction> Bind(const BindArgs& a) {
  const auto name = LiteralString(a, 1);
  auto m = Match(a, {Arg::kDatetime, Arg::kString});
  if (!m || !name) return NoMatch("", a);
  const auto unit = ParseTimeUnit(*name);
  if (!unit) return Status::InvalidSql("'" + std::string(*name) + "' is not a valid time unit");
  const Type& t = a.types[0];
  const bool of_time = MillisOf(*unit) != 0 && *unit < TimeUnit::kDay;
  const Kernel kernel = t.root() == TypeRoot::kDate        ? &OfDate<kCeil>
                        : t.root() == TypeRoot::kTime      ? &OfTime<kCeil>
                        : t.root() == TypeRoot::kTimestamp ? &OfTimestamp<kCeil>
                                                           : &OfLtz<kCeil>;
  if (!of_time && !IsOfDate(*unit)) {
    return Status::InvalidSql((kCeil ? "CEIL" : "FLOOR") + std::string("(.. TO ") +
                              std::string(*name) + ") does not apply to " +
                              t.WithNullable(true).ToSummary());
  }
  BoundFunction f = m->Returns(t, kernel);
  f.state = std::make_shared<TimeUnit>(*unit);
  return f;
}

}  // namespace

Result<BoundFunction> BindFloorTo(const BindArgs& a) { return Bind<false>(a); }
Result<BoundFunction> BindCeilTo(const BindArgs& a) { return Bind<true>(a); }

}  // namespace thalweg::expr
