// Arithmetic of dates, times, timestamps and intervals: the temporal overloads of + - *, and the
// calendar functions below them.
#pragma once

#include <cstdint>

#include "expr/function.h"

namespace thalweg::expr {

/// Whether any argument is a datetime or an interval: then the functions below decide.
bool HasTemporal(const BindArgs& args);
/// datetime + interval, interval + datetime, interval + interval.
Result<BoundFunction> BindTemporalPlus(const BindArgs& args);
/// datetime - interval, interval - interval. (datetime - datetime is DATETIME_MINUS.)
Result<BoundFunction> BindTemporalMinus(const BindArgs& args);
/// interval * integer, integer * interval.
Result<BoundFunction> BindTemporalTimes(const BindArgs& args);

/// INTERVAL types as results have them.
data::Type DayTimeInterval();
data::Type YearMonthInterval();

/// Days after `months` more; a day behind the month's end becomes its last.
int64_t AddMonths(int64_t days, int64_t months);
/// Whole months from b to a, as Flink counts them, for values in milliseconds.
int64_t SubtractMonths(int64_t a_millis, int64_t b_millis);

/// `value` of a datetime type plus an interval (months, or milliseconds), as + computes it.
int64_t AddInterval(const data::Type& type, int64_t value, bool months, int64_t amount);

}  // namespace thalweg::expr
