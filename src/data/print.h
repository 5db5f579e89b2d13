// Values as text, in the two forms that Flink has.
//
//   AppendPrint       what the print connector shows: Java's toString of the external objects
//                     (2024-01-01T00:00, [1, 2], {k=v}, null)
//   AppendCastString  CAST(x AS STRING), which is also what query results show
//                     (2024-01-01 00:00:00.000, [1, 2], {k=v}, NULL inside nested values)
//
// TIMESTAMP_LTZ prints as an instant in UTC in the first form. In the second it needs the session's
// zone; `ltz_offset` gives the zone's offset from UTC in seconds at an epoch second (null: UTC).
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

/// Java's Double.toString and Float.toString.
void AppendDouble(double value, std::string* out);
void AppendFloat(float value, std::string* out);
void AppendInt(int64_t value, std::string* out);
/// BigDecimal.toPlainString of unscaled * 10^-scale.
void AppendDecimal(__int128 unscaled, int scale, std::string* out);
/// "2024-01-01", years beyond 0..9999 as java.time prints them.
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
