// Reading values from text, exactly as CAST from a string does in Flink.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::expr {

/// Without the leading and trailing characters up to U+0020.
std::string_view TrimWhitespace(std::string_view s);

/// Digits with a sign, spaces around; a fraction is cut off. False: malformed, or outside of
/// [min, max].
bool ParseInteger(std::string_view s, int64_t min, int64_t max, int64_t* out);
/// Double.parseDouble and Float.parseFloat: "NaN", "Infinity", "1e3", "1.5d", "0x1p3".
bool ParseJavaFloat(std::string_view s, double* out);
bool ParseJavaFloat(std::string_view s, float* out);
/// t, true, y, yes, 1 and f, false, n, no, 0 in any case; no spaces.
bool ParseBoolean(std::string_view s, bool* out);
/// "2024-2-9", "2024-02", "2024", and anything after a space; days since 1970-01-01.
bool ParseDate(std::string_view s, int32_t* days);
/// "12:34:56.789", "12:34", "12"; milliseconds of the day.
bool ParseTime(std::string_view s, int32_t* millis);
/// "2024-02-29[ 1:2:3[.fraction]]"; a day after the month's end is its end.
bool ParseTimestamp(std::string_view s, int64_t* seconds, int32_t* nanos);

}  // namespace thalweg::expr
