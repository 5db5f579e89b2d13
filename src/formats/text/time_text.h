// Dates and times as Flink's csv and json formats read them (java.time formatters and
// java.sql.Date), with a fast path for the usual full-length texts.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "data/civil_time.h"
#include "formats/text/number_text.h"

namespace thalweg::formats::text {

/// 'timestamp-format.standard'.
enum class TimestampStandard : uint8_t {
  kSql,      ///< "2020-01-05 12:34:56.123", TIMESTAMP_LTZ with a 'Z'
  kIso8601,  ///< "2020-01-05T12:34:56.123"
};

enum class TimestampResult : uint8_t {
  kOk,
  kMalformed,
  kOutOfRange,  ///< a valid time that TIMESTAMP(7..9) cannot hold: years 1677 to 2262
};

/// Reads TIMESTAMP (utc_suffix false) or TIMESTAMP_LTZ texts; remembers the latest date, since
/// neighbouring rows mostly share it. One per column.
class TimestampReader {
 public:
  TimestampReader(TimestampStandard standard, bool utc_suffix, int precision)
      : separator_(standard == TimestampStandard::kSql ? ' ' : 'T'),
        utc_suffix_(utc_suffix),
        precision_(precision) {}

  TimestampResult Parse(std::string_view s, int64_t* out) {
    // "yyyy-MM-dd HH:mm:ss" and ".SSS", in millisecond precision.
    const size_t n = s.size() - (utc_suffix_ ? 1 : 0);
    if (precision_ <= 3 && (n == 19 || n == 23) && s[10] == separator_) {
      uint64_t date_low, clock;
      uint16_t date_high;
      std::memcpy(&date_low, s.data(), 8);
      std::memcpy(&date_high, s.data() + 8, 2);
      std::memcpy(&clock, s.data() + 11, 8);
      // "HH:mm:ss": the colons become zeros and the digits their values.
      const uint64_t digits = clock ^ 0x30303A30303A3030u;
      if (date_low == date_low_ && date_high == date_high_ &&
          ((digits | (digits + 0x0606000606000606u)) & 0xF0F0F0F0F0F0F0F0u) == 0 &&
          (digits & 0x0000FF0000FF0000u) == 0) {
        return ParseClock(s, n, digits, out);
      }
    }
    return ParseSlow(s, out);
  }

 private:
  TimestampResult ParseClock(std::string_view s, size_t n, uint64_t digits, int64_t* out) {
    const auto two = [&](int at) {
      return static_cast<int64_t>((digits >> at & 15) * 10 + (digits >> (at + 8) & 15));
    };
    const int64_t h = two(0), m = two(24), sec = two(48);
    if (h > 23 || m > 59 || sec > 59) return ParseSlow(s, out);
    int64_t millis = 0;
    if (n == 23) {
      const uint32_t a = static_cast<uint8_t>(s[20] - '0'), b = static_cast<uint8_t>(s[21] - '0'),
                     c = static_cast<uint8_t>(s[22] - '0');
      if (s[19] != '.' || a > 9 || b > 9 || c > 9) return ParseSlow(s, out);
      millis = a * 100 + b * 10 + c;
    }
    if (utc_suffix_ && s.back() != 'Z') return TimestampResult::kMalformed;
    *out = date_millis_ + ((h * 60 + m) * 60 + sec) * 1000 + millis;
    return TimestampResult::kOk;
  }
  TimestampResult ParseSlow(std::string_view s, int64_t* out);

  char separator_;
  bool utc_suffix_;
  int precision_;
  uint64_t date_low_ = ~uint64_t{0};  // text of the latest date; no UTF-8 at first
  uint16_t date_high_ = 0;
  int64_t date_millis_ = 0;
};

/// The timestamp of `text` under Java's rules for the standard: SQL times resolve smartly
/// (2024-02-31 is the month's last day, 24:00:00 the next midnight), ISO-8601 ones without 'Z'
/// strictly.
std::optional<data::LocalDateTime> ParseTimestampText(std::string_view text, char separator,
                                                      bool utc_suffix);
/// ISO_LOCAL_DATE: strict "2020-01-05".
inline std::optional<int32_t> ParseDateText(std::string_view text) {
  return data::ParseIsoDate(text);
}
/// java.sql.Date.valueOf: "2020-1-5"; days beyond the month's end count on.
std::optional<int32_t> ParseSqlDate(std::string_view text);
/// Milliseconds of the day: "12:34:56.789", with `optional_seconds` also "12:34".
std::optional<int32_t> ParseTimeText(std::string_view text, bool optional_seconds);

}  // namespace thalweg::formats::text
