// EXTRACT and its short forms YEAR, QUARTER, MONTH, WEEK, DAYOFYEAR, DAYOFMONTH, DAYOFWEEK, HOUR,
// MINUTE, SECOND.
#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/functions/temporal/temporal_families.h"
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
using data::IsoDayOfWeek;
using data::Type;
using data::TypeRoot;

struct IsoWeek {
  int64_t year;
  int64_t week;
};

/// The week belongs to the year that its Thursday is in.
IsoWeek IsoWeekOf(int64_t days) {
  const int64_t thursday = days - IsoDayOfWeek(days) + 4;
  const int64_t year = CivilFromDays(thursday).year;
  return {year, (thursday - DaysFromCivil(year, 1, 1)) / 7 + 1};
}

/// Years 1 .. n are the first group.
int64_t YearGroup(int64_t year, int64_t n) {
  return year > 0 ? (year + n - 1) / n : (year - n + 1) / n;
}

template <TimeUnit kUnit>
int64_t FromDays(int64_t days) {
  if constexpr (kUnit == TimeUnit::kEpoch) return days * 86400;
  if constexpr (kUnit == TimeUnit::kDayOfWeek) return IsoDayOfWeek(days) % 7 + 1;
  if constexpr (kUnit == TimeUnit::kIsoDayOfWeek) return IsoDayOfWeek(days);
  if constexpr (kUnit == TimeUnit::kWeek) return IsoWeekOf(days).week;
  if constexpr (kUnit == TimeUnit::kIsoYear) return IsoWeekOf(days).year;
  const CivilDate d = CivilFromDays(days);
  if constexpr (kUnit == TimeUnit::kDay) return d.day;
  if constexpr (kUnit == TimeUnit::kMonth) return d.month;
  if constexpr (kUnit == TimeUnit::kQuarter) return (d.month + 2) / 3;
  if constexpr (kUnit == TimeUnit::kYear) return d.year;
  if constexpr (kUnit == TimeUnit::kDayOfYear) return days - DaysFromCivil(d.year, 1, 1) + 1;
  if constexpr (kUnit == TimeUnit::kDecade) return d.year / 10;
  if constexpr (kUnit == TimeUnit::kCentury) return YearGroup(d.year, 100);
  if constexpr (kUnit == TimeUnit::kMillennium) return YearGroup(d.year, 1000);
  return 0;
}

constexpr bool IsOfDate(TimeUnit u) { return u >= TimeUnit::kDay; }

/// `value` counts `units` a second.
template <TimeUnit kUnit>
int64_t FromInstant(int64_t value, int64_t units) {
  if constexpr (kUnit == TimeUnit::kEpoch) return FloorDiv(value, units);
  if constexpr (IsOfDate(kUnit)) return FromDays<kUnit>(FloorDiv(value, 86400 * units));
  if constexpr (kUnit == TimeUnit::kHour) return FloorMod(FloorDiv(value, 3600 * units), 24);
  if constexpr (kUnit == TimeUnit::kMinute) return FloorMod(FloorDiv(value, 60 * units), 60);
  if constexpr (kUnit == TimeUnit::kSecond) return FloorMod(FloorDiv(value, units), 60);
  const int64_t fraction = FloorMod(value, units);
  constexpr int64_t kPerSecond = kUnit == TimeUnit::kMillisecond   ? 1000
                                 : kUnit == TimeUnit::kMicrosecond ? 1000000
                                                                   : 1000000000;
  return kPerSecond >= units ? fraction * (kPerSecond / units) : fraction / (units / kPerSecond);
}

template <TimeUnit kUnit>
int64_t FromDate(int32_t days) {
  return IsOfDate(kUnit) ? FromDays<kUnit>(days) : 0;
}

template <TimeUnit kUnit>
int64_t FromTime(int32_t millis) {
  return FromInstant<kUnit>(millis, 1000);
}

template <TimeUnit kUnit>
Status FromTimestamp(const KernelCall& call, data::Column* out) {
  const ColumnView<int64_t> in(*call.args[1]);
  auto* to = out->mutable_values<int64_t>();
  const int64_t units = data::TimestampUnitsPerSecond(call.args[1]->type().precision());
  if (units == 1000) {
    call.rows.ForEach([&](int32_t i) { to[i] = FromInstant<kUnit>(in[i], 1000); });
  } else {
    call.rows.ForEach([&](int32_t i) { to[i] = FromInstant<kUnit>(in[i], units); });
  }
  return Status::OK();
}

template <TimeUnit kUnit>
Status FromLtz(const KernelCall& call, data::Column* out) {
  const ColumnView<int64_t> in(*call.args[1]);
  auto* to = out->mutable_values<int64_t>();
  const int64_t units = data::TimestampUnitsPerSecond(call.args[1]->type().precision());
  TimeZone::Cursor zone(*call.context.zone);
  call.rows.ForEach(
      [&](int32_t i) { to[i] = FromInstant<kUnit>(zone.ToLocal(in[i], units), units); });
  return Status::OK();
}

/// Intervals keep their sign: -1 day 2 hours has hour -2.
template <TimeUnit kUnit>
int64_t FromMillis(int64_t ms) {
  switch (kUnit) {
    case TimeUnit::kEpoch:
      return ms / 1000;
    case TimeUnit::kDay:
      return ms / data::kMillisPerDay;
    case TimeUnit::kHour:
      return ms / 3600000 % 24;
    case TimeUnit::kMinute:
      return ms / 60000 % 60;
    case TimeUnit::kSecond:
      return ms / 1000 % 60;
    case TimeUnit::kMillisecond:
      return ms % 1000;
    case TimeUnit::kMicrosecond:
      return ms % 1000 * 1000;
    default:
      return ms % 1000 * 1000000;
  }
}

template <TimeUnit kUnit>
int64_t FromMonths(int32_t months) {
  switch (kUnit) {
    case TimeUnit::kMonth:
      return months % 12;
    case TimeUnit::kQuarter:
      return months % 12 / 3 + 1;
    case TimeUnit::kYear:
      return months / 12;
    case TimeUnit::kDecade:
      return months / 120;
    case TimeUnit::kCentury:
      return months / 1200;
    default:
      return months / 12000;
  }
}

/// The value is the second argument, behind the unit.
template <auto F, typename T>
Status OfSecond(const KernelCall& call, data::Column* out) {
  const ColumnView<T> in(*call.args[1]);
  auto* to = out->mutable_values<int64_t>();
  call.rows.ForEach([&](int32_t i) { to[i] = F(in[i]); });
  return Status::OK();
}

/// Null where the unit does not apply to the type.
template <TimeUnit kUnit>
Kernel KernelOf(const Type& t) {
  switch (t.root()) {
    case TypeRoot::kDate:
      return &OfSecond<FromDate<kUnit>, int32_t>;
    case TypeRoot::kTime:
      return IsOfDate(kUnit) ? nullptr : &OfSecond<FromTime<kUnit>, int32_t>;
    case TypeRoot::kTimestamp:
      return &FromTimestamp<kUnit>;
    case TypeRoot::kTimestampLtz:
      return &FromLtz<kUnit>;
    case TypeRoot::kIntervalDayTime:
      return kUnit <= TimeUnit::kDay || kUnit == TimeUnit::kEpoch
                 ? &OfSecond<FromMillis<kUnit>, int64_t>
                 : nullptr;
    case TypeRoot::kIntervalYearMonth:
      return kUnit == TimeUnit::kMonth || kUnit == TimeUnit::kQuarter || kUnit == TimeUnit::kYear ||
                     (kUnit >= TimeUnit::kDecade && kUnit <= TimeUnit::kMillennium)
                 ? &OfSecond<FromMonths<kUnit>, int32_t>
                 : nullptr;
    default:
      return nullptr;
  }
}

Kernel KernelOf(TimeUnit unit, const Type& t) {
  switch (unit) {
#define THALWEG_UNIT(u) \
  case TimeUnit::u:     \
    return KernelOf<TimeUnit::u>(t);
    THALWEG_UNIT(kNanosecond)
    THALWEG_UNIT(kMicrosecond)
    THALWEG_UNIT(kMillisecond)
    THALWEG_UNIT(kSecond)
    THALWEG_UNIT(kMinute)
    THALWEG_UNIT(kHour)
    THALWEG_UNIT(kDay)
    THALWEG_UNIT(kDayOfWeek)
    THALWEG_UNIT(kIsoDayOfWeek)
    THALWEG_UNIT(kDayOfYear)
    THALWEG_UNIT(kWeek)
    THALWEG_UNIT(kMonth)
    THALWEG_UNIT(kQuarter)
    THALWEG_UNIT(kYear)
    THALWEG_UNIT(kIsoYear)
    THALWEG_UNIT(kDecade)
    THALWEG_UNIT(kCentury)
    THALWEG_UNIT(kMillennium)
    THALWEG_UNIT(kEpoch)
#undef THALWEG_UNIT
  }
  return nullptr;
}

Result<BoundFunction> BindExtract(const BindArgs& a) {
  constexpr std::string_view kSignature = "EXTRACT(unit FROM datetime or interval)";
  const auto name = LiteralString(a, 0);
  if (a.types.size() != 2 || !name) return NoMatch(kSignature, a);
  const auto unit = ParseTimeUnit(*name);
  if (!unit) return Status::InvalidSql("'" + std::string(*name) + "' is not a valid time unit");
  auto m = Match(a, {Arg::kString, Arg::kDatetime});
  if (!m) m = Match(a, {Arg::kString, Arg::kInterval});
  if (!m) return NoMatch(kSignature, a);
  const Kernel kernel = KernelOf(*unit, a.types[1]);
  if (kernel == nullptr) {
    return Status::InvalidSql("EXTRACT(" + std::string(*name) + " FROM ..) does not apply to " +
                              a.types[1].WithNullable(true).ToSummary());
  }
  return m->Returns(Type::Bigint(), kernel);
}

/// A kernel for EXTRACT's second argument, called with that argument alone.
template <TimeUnit kUnit>
Status Short(const KernelCall& call, data::Column* out) {
  const data::Column* const twice[] = {call.args[0], call.args[0]};
  const KernelCall inner{call.context, call.rows, twice, call.result_type, call.state, call.arena};
  return KernelOf<kUnit>(call.args[0]->type())(inner, out);
}

template <TimeUnit kUnit>
Result<BoundFunction> BindShort(const BindArgs& a) {
  auto m = Match(a, {Arg::kDatetime});
  if (!m) m = Match(a, {Arg::kInterval});
  if (!m || KernelOf<kUnit>(a.types[0]) == nullptr) return NoMatch("", a);
  return m->Returns(Type::Bigint(), &Short<kUnit>);
}

}  // namespace

std::span<const ScalarFunction> ExtractFunctions() {
  constexpr auto kTemporal = FunctionCategory::kTemporal;
  static const ScalarFunction kEntries[] = {
      {"EXTRACT",
       {},
       kTemporal,
       "EXTRACT(unit FROM value)",
       "A part of a date, time, timestamp or interval: NANOSECOND, MICROSECOND, MILLISECOND, "
       "SECOND, MINUTE, HOUR, DAY, DOW (1 is Sunday), ISODOW, DOY, WEEK (ISO 8601), MONTH, "
       "QUARTER, YEAR, ISOYEAR, DECADE, CENTURY, MILLENNIUM or EPOCH.",
       {"EXTRACT(DAY FROM DATE '2006-06-05')", "5"},
       &BindExtract},
      {"YEAR",
       {},
       kTemporal,
       "YEAR(date)",
       "The year.",
       {"YEAR(DATE '1994-09-27')", "1994"},
       &BindShort<TimeUnit::kYear>},
      {"QUARTER",
       {},
       kTemporal,
       "QUARTER(date)",
       "The quarter of the year, 1 to 4.",
       {"QUARTER(DATE '1994-09-27')", "3"},
       &BindShort<TimeUnit::kQuarter>},
      {"MONTH",
       {},
       kTemporal,
       "MONTH(date)",
       "The month, 1 to 12.",
       {"MONTH(DATE '1994-09-27')", "9"},
       &BindShort<TimeUnit::kMonth>},
      {"WEEK",
       {},
       kTemporal,
       "WEEK(date)",
       "The week of the year by ISO 8601, 1 to 53.",
       {"WEEK(DATE '1994-09-27')", "39"},
       &BindShort<TimeUnit::kWeek>},
      {"DAYOFYEAR",
       {},
       kTemporal,
       "DAYOFYEAR(date)",
       "The day of the year, 1 to 366.",
       {"DAYOFYEAR(DATE '1994-09-27')", "270"},
       &BindShort<TimeUnit::kDayOfYear>},
      {"DAYOFMONTH",
       {},
       kTemporal,
       "DAYOFMONTH(date)",
       "The day of the month, 1 to 31.",
       {"DAYOFMONTH(DATE '1994-09-27')", "27"},
       &BindShort<TimeUnit::kDay>},
      {"DAYOFWEEK",
       {},
       kTemporal,
       "DAYOFWEEK(date)",
       "The day of the week, from 1 for Sunday.",
       {"DAYOFWEEK(DATE '1994-09-27')", "3"},
       &BindShort<TimeUnit::kDayOfWeek>},
      {"HOUR",
       {},
       kTemporal,
       "HOUR(timestamp)",
       "The hour of the day, 0 to 23.",
       {"HOUR(TIMESTAMP '1994-09-27 13:14:15')", "13"},
       &BindShort<TimeUnit::kHour>},
      {"MINUTE",
       {},
       kTemporal,
       "MINUTE(timestamp)",
       "The minute of the hour, 0 to 59.",
       {"MINUTE(TIMESTAMP '1994-09-27 13:14:15')", "14"},
       &BindShort<TimeUnit::kMinute>},
      {"SECOND",
       {},
       kTemporal,
       "SECOND(timestamp)",
       "The second of the minute, 0 to 59.",
       {"SECOND(TIMESTAMP '1994-09-27 13:14:15')", "15"},
       &BindShort<TimeUnit::kSecond>},
  };
  return kEntries;
}

}  // namespace thalweg::expr
