// Values as text, in the forms that Flink has.
//
//   AppendPrint       what the print connector shows: Java's toString of the external objects
//                     (2024-01-01T00:00, true, +I[1, foo] for nested rows, null)
//   AppendCastString  CAST(x AS STRING): 2024-01-01 00:00:00.000, TRUE, (1, foo); NULL in nested
//                     values; binary as its bytes
//   AppendCell        a cell of a query's result: as AppendCastString, but binary as x'0aff'
//
// TIMESTAMP_LTZ prints as an instant in UTC in the first form; the other two need the session's
// zone: `ltz_offset` gives its offset from UTC in seconds at an epoch second (null: UTC).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "data/column.h"

namespace thalweg::data {

using ZoneOffset = std::function<int32_t(int64_t epoch_seconds)>;

/// "null" for NULL.
void AppendPrint(const Column& column, int32_t row, std::string* out);
/// "NULL" for NULL.
void AppendCastString(const Column& column, int32_t row, std::string* out,
                      const ZoneOffset& ltz_offset = nullptr);
void AppendCell(const Column& column, int32_t row, std::string* out,
                const ZoneOffset& ltz_offset = nullptr);

/// Java's Double.toString and Float.toString (of the JDK before version 19).
void AppendDouble(double value, std::string* out);
void AppendFloat(float value, std::string* out);
void AppendInt(int64_t value, std::string* out);
/// BigDecimal.toPlainString of unscaled * 10^-scale.
void AppendDecimal(__int128 unscaled, int scale, std::string* out);
/// "2024-01-01"; four digits at least, a sign before 0 and after 9999 (in the print form).
void AppendDate(int32_t days, std::string* out);
/// "12:34:56" plus "." and `precision` digits if precision > 0.
void AppendTime(int32_t millis_of_day, int precision, std::string* out);
/// "2024-01-01 12:34:56.789": `value` in the units of TIMESTAMP(precision), `precision` digits.
void AppendTimestamp(int64_t value, int precision, std::string* out);
/// "+1-02".
void AppendIntervalYearMonth(int32_t months, std::string* out);
/// "+1 02:03:04.005".
void AppendIntervalDayTime(int64_t millis, std::string* out);

}  // namespace thalweg::data
