#include "formats/text/time_text.h"

namespace thalweg::formats::text {
namespace {

using data::LocalDateTime;

/// At most two digits at the front of `s`, removed from it.
std::optional<int32_t> OneOrTwoDigits(std::string_view s) {
  int64_t v;
  if (s.empty() || s.size() > 2 || !ParseLong(s, &v)) return std::nullopt;
  return static_cast<int32_t>(v);
}

}  // namespace

std::optional<LocalDateTime> ParseTimestampText(std::string_view text, char separator,
                                                bool utc_suffix) {
  if (separator == ' ') return data::ParseIsoTimestamp(text, ' ', utc_suffix);
  if (utc_suffix) {
    // Seconds are optional here, too.
    if (text.empty() || text.back() != 'Z') return std::nullopt;
    return data::ParseIsoTimestamp(text.substr(0, text.size() - 1), 'T', false);
  }
  // ISO_LOCAL_DATE_TIME resolves strictly and ignores case.
  const size_t t = text.find_first_of("Tt");
  if (t == std::string_view::npos) return std::nullopt;
  const auto date = data::ParseIsoDate(text.substr(0, t));
  const auto time = data::ParseIsoTime(text.substr(t + 1), true);
  if (!date || !time || text.substr(t + 1, 2) == "24") return std::nullopt;
  return LocalDateTime{*date, *time};
}

TimestampResult TimestampReader::ParseSlow(std::string_view s, int64_t* out) {
  const auto t = ParseTimestampText(s, separator_, utc_suffix_);
  if (!t) return TimestampResult::kMalformed;
  const auto v = data::ToTimestamp(*t, precision_);
  if (!v) return TimestampResult::kOutOfRange;
  *out = *v;
  // The fast path may reuse the date if its text alone means it.
  if (precision_ <= 3 && s.size() > 10 && s[10] == separator_) {
    if (const auto days = data::ParseIsoDate(s.substr(0, 10))) {
      std::memcpy(&date_low_, s.data(), 8);
      std::memcpy(&date_high_, s.data() + 8, 2);
      date_millis_ = *days * data::kMillisPerDay;
    }
  }
  return TimestampResult::kOk;
}

std::optional<int32_t> ParseSqlDate(std::string_view text) {
  const size_t first = text.find('-');
  if (first != 4) return std::nullopt;
  const size_t second = text.find('-', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  int64_t year;
  if (!ParseLong(text.substr(0, 4), &year)) return std::nullopt;
  const auto month = OneOrTwoDigits(text.substr(first + 1, second - first - 1));
  const auto day = OneOrTwoDigits(text.substr(second + 1));
  if (!month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  // java.sql.Date knows no year 0, and ten days of 1582 never were: those behind them are meant.
  const bool skipped = year == 1582 && *month == 10 && *day > 4 && *day < 15;
  return static_cast<int32_t>(data::DaysFromCivil(year == 0 ? 1 : year, *month, *day)) +
         (skipped ? 10 : 0);
}

std::optional<int32_t> ParseTimeText(std::string_view text, bool optional_seconds) {
  const auto nanos = data::ParseIsoTime(text, optional_seconds);
  if (!nanos) return std::nullopt;
  return static_cast<int32_t>(*nanos / 1000000);
}

}  // namespace thalweg::formats::text
