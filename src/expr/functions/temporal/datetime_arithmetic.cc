#include "expr/functions/temporal/datetime_arithmetic.h"

#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::CivilDate;
using data::CivilFromDays;
using data::ColumnView;
using data::DaysFromCivil;
using data::FloorDiv;
using data::FloorMod;
using data::kMillisPerDay;
using data::Type;
using data::TypeRoot;

/// Wraps as Java does.
int64_t Add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

bool IsMonths(const Type& t) { return t.root() == TypeRoot::kIntervalYearMonth; }

/// Units of a timestamp's storage in a millisecond.
int64_t UnitsPerMilli(const Type& t) { return data::TimestampUnitsPerSecond(t.precision()) / 1000; }

int64_t AddMonthsToTimestamp(int64_t value, int64_t months, int64_t per_ms) {
  const int64_t per_day = kMillisPerDay * per_ms;
  const int64_t days = FloorDiv(value, per_day);
  return AddMonths(days, months) * per_day + (value - days * per_day);
}

/// Interval at `kInterval`, datetime at the other place; kSign -1 subtracts.
template <int kInterval, int kSign>
Status AddToTimestamp(const KernelCall& call, data::Column* out) {
  const data::Column& interval = *call.args[kInterval];
  const ColumnView<int64_t> in(*call.args[1 - kInterval]);
  auto* to = out->mutable_values<int64_t>();
  const int64_t per_ms = UnitsPerMilli(call.result_type);
  if (IsMonths(interval.type())) {
    const ColumnView<int32_t> months(interval);
    call.rows.ForEach([&](int32_t i) {
      to[i] = AddMonthsToTimestamp(in[i], kSign * int64_t{months[i]}, per_ms);
    });
    return Status::OK();
  }
  const ColumnView<int64_t> ms(interval);
  // A TIMESTAMP(0) keeps the milliseconds that were added, though it does not show them.
  call.rows.ForEach([&](int32_t i) { to[i] = Add(in[i], kSign * ms[i] * per_ms); });
  return Status::OK();
}

template <int kInterval, int kSign>
Status AddToInt32(const KernelCall& call, data::Column* out) {
  const data::Column& interval = *call.args[kInterval];
  const ColumnView<int32_t> in(*call.args[1 - kInterval]);
  auto* to = out->mutable_values<int32_t>();
  const Type& type = call.result_type;
  if (IsMonths(interval.type())) {
    const ColumnView<int32_t> months(interval);
    call.rows.ForEach([&](int32_t i) {
      to[i] = static_cast<int32_t>(AddInterval(type, in[i], true, kSign * int64_t{months[i]}));
    });
  } else {
    const ColumnView<int64_t> ms(interval);
    call.rows.ForEach([&](int32_t i) {
      to[i] = static_cast<int32_t>(AddInterval(type, in[i], false, kSign * ms[i]));
    });
  }
  return Status::OK();
}

template <typename T, int kSign>
T AddIntervals(T a, T b) {
  using U = std::make_unsigned_t<T>;
  return static_cast<T>(kSign > 0 ? static_cast<U>(a) + static_cast<U>(b)
                                  : static_cast<U>(a) - static_cast<U>(b));
}

template <typename T>
T Times(T interval, int64_t n) {
  using U = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<U>(interval) * static_cast<U>(n));
}
template <typename T>
T TimesSwapped(int64_t n, T interval) {
  return Times<T>(interval, n);
}

template <int kInterval, int kSign>
BoundFunction BindDatetime(Matched* m) {
  const Type type = m->params[1 - kInterval].WithTimeAttribute(data::TimeAttribute::kNone);
  return m->Returns(type, type.is_timestamp() ? &AddToTimestamp<kInterval, kSign>
                                              : &AddToInt32<kInterval, kSign>);
}

template <int kSign>
Result<BoundFunction> BindPlusMinus(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kDatetime, Arg::kInterval})) return BindDatetime<1, kSign>(&*m);
  if (kSign > 0) {
    if (auto m = Match(a, {Arg::kInterval, Arg::kDatetime})) return BindDatetime<0, kSign>(&*m);
  }
  auto m = Match(a, {Arg::kInterval, Arg::kInterval});
  if (!m || a.types[0].root() != a.types[1].root()) return NoMatch("", a);
  return IsMonths(a.types[0])
             ? m->Returns(YearMonthInterval(), &EachRow<AddIntervals<int32_t, kSign>>)
             : m->Returns(DayTimeInterval(), &EachRow<AddIntervals<int64_t, kSign>>);
}

int64_t SubtractMonthsOfDays(int64_t a, int64_t b) {
  if (a < b) return -SubtractMonthsOfDays(b, a);
  // No month has more than 31 days, so the estimate is never too high.
  for (int64_t m = (a - b) / 31;; ++m) {
    if (AddMonths(b, m) >= a || AddMonths(b, m + 1) > a) return m;
  }
}

}  // namespace

Type DayTimeInterval() { return Type::IntervalDayTime(data::IntervalResolution::kSecond, 2, 3); }
Type YearMonthInterval() { return Type::IntervalYearMonth(data::IntervalResolution::kMonth); }

bool HasTemporal(const BindArgs& args) {
  for (const Type& t : args.types) {
    if (t.is_datetime() || t.is_interval()) return true;
  }
  return false;
}

int64_t AddMonths(int64_t days, int64_t months) {
  const CivilDate d = CivilFromDays(days);
  const int64_t m = int64_t{d.month} - 1 + months;
  const int64_t year = d.year + FloorDiv(m, 12);
  const auto month = static_cast<int32_t>(FloorMod(m, 12)) + 1;
  const int32_t last = data::DaysInMonth(year, month);
  return DaysFromCivil(year, month, d.day < last ? d.day : last);
}

int64_t SubtractMonths(int64_t a, int64_t b) {
  const int64_t a_days = FloorDiv(a, kMillisPerDay), b_days = FloorDiv(b, kMillisPerDay);
  const int64_t months = SubtractMonthsOfDays(a_days, b_days);
  // The last month is not full if its day is reached, but not its time of day.
  const bool short_of_time = AddMonths(b_days, months) == a_days &&
                             FloorMod(a, kMillisPerDay) < FloorMod(b, kMillisPerDay);
  return months - short_of_time;
}

int64_t AddInterval(const Type& type, int64_t value, bool months, int64_t amount) {
  switch (type.root()) {
    case TypeRoot::kDate:
      // Only whole days count, towards zero.
      return months ? AddMonths(value, amount) : value + amount / kMillisPerDay;
    case TypeRoot::kTime:
      return months ? value : FloorMod(value + amount % kMillisPerDay, kMillisPerDay);
    default: {
      const int64_t per_ms = UnitsPerMilli(type);
      return months ? AddMonthsToTimestamp(value, amount, per_ms) : Add(value, amount * per_ms);
    }
  }
}

Result<BoundFunction> BindTemporalPlus(const BindArgs& a) { return BindPlusMinus<1>(a); }
Result<BoundFunction> BindTemporalMinus(const BindArgs& a) { return BindPlusMinus<-1>(a); }

Result<BoundFunction> BindTemporalTimes(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kInterval, Arg::kInteger})) {
    return IsMonths(a.types[0]) ? m->Returns(YearMonthInterval(), &EachRow<Times<int32_t>>)
                                : m->Returns(DayTimeInterval(), &EachRow<Times<int64_t>>);
  }
  if (auto m = Match(a, {Arg::kInteger, Arg::kInterval})) {
    return IsMonths(a.types[1]) ? m->Returns(YearMonthInterval(), &EachRow<TimesSwapped<int32_t>>)
                                : m->Returns(DayTimeInterval(), &EachRow<TimesSwapped<int64_t>>);
  }
  return NoMatch("", a);
}

}  // namespace thalweg::expr
