// Dates and times as Flink's csv and json formats write them.
#pragma once

#include <cstring>
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

/// The same for many values: rows near each other in time share all but the fraction, which is made
/// once a second.
class TimestampText {
 public:
  TimestampText(int precision, char separator, bool utc)
      : precision_(precision),
        fraction_digits_(precision <= 3   ? 3
                         : precision <= 6 ? 6
                                          : 9),
        units_(data::TimestampUnitsPerSecond(precision)),
        separator_(separator),
        utc_(utc) {}

  /// At most data::kMaxChars bytes at `out`; returns their end.
  char* Write(int64_t value, char* out) {
    // Unsigned, since times before and after the second must both fail.
    uint64_t rest = static_cast<uint64_t>(value) - static_cast<uint64_t>(begin_);
    if (rest >= static_cast<uint64_t>(units_) || size_ == 0) {
      const data::LocalDateTime t = data::FromTimestamp(value, precision_);
      const int64_t nanos = t.nanos_of_day % data::kNanosPerSecond;
      rest = static_cast<uint64_t>(nanos / (data::kNanosPerSecond / units_));
      begin_ = static_cast<int64_t>(static_cast<uint64_t>(value) - rest);
      size_ = static_cast<size_t>(
          data::WriteTimestamp({t.days, t.nanos_of_day - nanos}, 0, separator_, second_) - second_);
    }
    std::memcpy(out, second_, sizeof second_);
    out += size_;
    if (rest != 0) out = WriteFraction(rest, out);
    if (utc_) *out++ = 'Z';
    return out;
  }

 private:
  char* WriteFraction(uint64_t rest, char* out) const {
    *out++ = '.';
    char* end = out + fraction_digits_;
    for (char* p = end; p > out; rest /= 10) *--p = static_cast<char>('0' + rest % 10);
    while (end[-1] == '0') --end;
    return end;
  }

  const int precision_, fraction_digits_;
  const int64_t units_;
  const char separator_;
  const bool utc_;
  int64_t begin_ = 0;  // of the latest second
  size_t size_ = 0;    // 0: there is none yet
  char second_[24];
};

}  // namespace thalweg::formats::text
