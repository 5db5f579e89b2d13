// Durations as text in options and configuration, in Flink's units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg {

/// Nanoseconds of "10 s", "1min", "2 d", "500" (no unit: milliseconds). Units: d/day(s), h/hour(s),
/// m/min/minute(s), s/sec/second(s), ms/milli(s)/millisecond(s), us/µs/micro(s)/microsecond(s),
/// ns/nano(s)/nanosecond(s); any letter case. kInvalidSql otherwise, beyond int64 included.
Result<int64_t> ParseDurationNanos(std::string_view text);
/// The same in whole milliseconds, rounded down.
Result<int64_t> ParseDurationMs(std::string_view text);
/// "1 h", "90 s", "1500 ms": the largest unit that divides.
std::string FormatDurationMs(int64_t ms);

}  // namespace thalweg
