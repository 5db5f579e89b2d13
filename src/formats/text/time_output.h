// Dates and times as Flink's csv and json formats write them.
#pragma once

#include <string>

#include "data/civil_time.h"

namespace thalweg::formats::text {

inline void AppendDate(int32_t days, std::string* out) {
  char buffer[data::kMaxChars];
  out->append(buffer, data::WriteJavaDate(days, buffer));
}

/// "12:34:56", and ".5" with `fraction`.
inline void AppendTime(int32_t millis, bool fraction, std::string* out) {
  char buffer[data::kMaxChars];
  out->append(buffer, data::WriteTime(millis, fraction && millis % 1000 != 0 ? 3 : 0, buffer));
}

/// "2020-01-05 12:34:56.5" with the separator ' ' or 'T'; TIMESTAMP_LTZ (utc) ends in 'Z'.
inline void AppendTimestamp(int64_t value, int precision, char separator, bool utc,
                            std::string* out) {
  char buffer[data::kMaxChars];
  char* end = data::WriteTimestamp(data::FromTimestamp(value, precision), 0, separator, buffer);
  if (utc) *end++ = 'Z';
  out->append(buffer, end);
}

}  // namespace thalweg::formats::text
