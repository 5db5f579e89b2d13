// TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_LTZ.
#include <cmath>

#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/functions/temporal/date_time_format.h"
#include "expr/functions/temporal/latest_format.h"
#include "expr/functions/temporal/simple_date_format.h"
#include "expr/functions/temporal/temporal_families.h"
#include "expr/kernel.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::LocalDateTime;
using data::Type;

// --- TO_DATE ---

bool ToDate(std::string_view s, int32_t* out) {
  const auto d = data::ParseDate(s);
  if (d) *out = *d;
  return d.has_value();
}

Status ToDateByPattern(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  auto* to = out->mutable_values<int32_t>();
  LatestFormat<SimpleDateFormat> formats(call);
  const TimeZone& utc = *TimeZone::Utc();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    TW_ASSIGN_OR_RETURN(const SimpleDateFormat* format, formats.At(pattern[i]));
    if (const auto ms = format->Parse(in[i], utc, call.context.now_ms)) {
      to[i] = static_cast<int32_t>(data::FloorDiv(*ms, data::kMillisPerDay));
    } else {
      out->SetNull(i);
    }
  }
  return Status::OK();
}

Result<BoundFunction> BindToDate(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString})) {
    return m->ReturnsExactly(Type::Date(), &EachRowOrNull<ToDate>);
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    BoundFunction f = m->ReturnsExactly(Type::Date(), &ToDateByPattern);
    TW_ASSIGN_OR_RETURN(f.state, LiteralFormat<SimpleDateFormat>(a, 1));
    return f;
  }
  return NoMatch("", a);
}

// --- Text to timestamps ---

bool TakeInt(std::string_view s, size_t min_digits, size_t max_digits, int64_t* v) {
  if (s.size() < min_digits || s.size() > max_digits) return false;
  *v = 0;
  for (char c : s) {
    if (c < '0' || c > '9') return false;
    *v = *v * 10 + (c - '0');
  }
  return true;
}

/// Integer.parseInt: a sign may stand in front.
bool TakeClock(std::string_view s, int64_t* v) {
  const bool negative = s.starts_with('-');
  if (negative || s.starts_with('+')) s.remove_prefix(1);
  if (!TakeInt(s, 1, 9, v)) return false;
  if (negative) *v = -*v;
  return true;
}

/// yyyy-[m]m-[d]d; days beyond the month's end carry over.
std::optional<int64_t> SqlDate(std::string_view s) {
  const size_t dash1 = s.find('-');
  const size_t dash2 = dash1 == s.npos ? s.npos : s.find('-', dash1 + 1);
  if (dash2 == s.npos) return std::nullopt;
  int64_t y, m, d;
  if (!TakeInt(s.substr(0, dash1), 4, 4, &y) ||
      !TakeInt(s.substr(dash1 + 1, dash2 - dash1 - 1), 1, 2, &m) ||
      !TakeInt(s.substr(dash2 + 1), 1, 2, &d) || m < 1 || m > 12 || d < 1 || d > 31) {
    return std::nullopt;
  }
  return data::DaysFromCivil(y, static_cast<int32_t>(m), static_cast<int32_t>(d));
}

/// What Flink tries when the pattern does not fit: java.sql.Timestamp.valueOf or Date.valueOf.
std::optional<LocalDateTime> ParseSqlTimestamp(std::string_view s) {
  while (!s.empty() && static_cast<uint8_t>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<uint8_t>(s.back()) <= ' ') s.remove_suffix(1);
  const size_t blank = s.find(' ');
  const auto days = SqlDate(s.substr(0, blank));
  if (!days) return std::nullopt;
  if (blank == s.npos) return LocalDateTime{*days, 0};
  std::string_view time = s.substr(blank + 1);
  const size_t colon1 = time.find(':');
  const size_t colon2 = colon1 == time.npos ? time.npos : time.find(':', colon1 + 1);
  if (colon2 == time.npos) return std::nullopt;
  const size_t dot = time.find('.', colon2);
  int64_t h, m, sec, fraction = 0;
  if (!TakeClock(time.substr(0, colon1), &h) ||
      !TakeClock(time.substr(colon1 + 1, colon2 - colon1 - 1), &m) ||
      !TakeClock(time.substr(colon2 + 1, dot == time.npos ? time.npos : dot - colon2 - 1), &sec)) {
    return std::nullopt;
  }
  if (dot != time.npos) {
    const std::string_view digits = time.substr(dot + 1);
    if (!TakeInt(digits, 1, 9, &fraction)) return std::nullopt;
    for (size_t k = digits.size(); k < 9; ++k) fraction *= 10;
  }
  const int64_t seconds = (h * 60 + m) * 60 + sec;
  return LocalDateTime{*days + data::FloorDiv(seconds, 86400),
                       data::FloorMod(seconds, 86400) * data::kNanosPerSecond + fraction};
}

/// By pattern, then in the fixed forms; nullopt is NULL.
class PatternParser {
 public:
  explicit PatternParser(const KernelCall& call)
      : literal_(static_cast<const DateTimeFormat*>(call.state)) {}
  std::optional<LocalDateTime> Parse(std::string_view text, std::string_view pattern) {
    const DateTimeFormat* format = literal_;
    if (format == nullptr) {
      if (!compiled_ || pattern != pattern_) {
        auto f = DateTimeFormat::Compile(pattern);
        latest_ = f.ok() ? std::optional<DateTimeFormat>(std::move(*f)) : std::nullopt;
        pattern_ = pattern;
        compiled_ = true;
      }
      if (!latest_) return std::nullopt;
      format = &*latest_;
    }
    if (const auto t = format->Parse(text)) return t;
    return ParseSqlTimestamp(text);
  }

 private:
  const DateTimeFormat* literal_;
  std::optional<DateTimeFormat> latest_;
  std::string pattern_;
  bool compiled_ = false;
};

/// A literal pattern that is malformed makes every result NULL, so it is no error here.
std::shared_ptr<const void> PatternState(const BindArgs& a) {
  auto state = LiteralFormat<DateTimeFormat>(a, 1);
  return state.ok() ? *state : nullptr;
}

bool ToTimestamp(std::string_view s, int64_t* out) {
  const auto t = data::ParseTimestamp(s);
  const auto v = t ? data::ToTimestamp(*t, 3) : std::nullopt;
  if (v) *out = *v;
  return v.has_value();
}

Status ToTimestampByPattern(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  auto* to = out->mutable_values<int64_t>();
  PatternParser parser(call);
  call.rows.ForEach([&](int32_t i) {
    const auto t = parser.Parse(in[i], pattern[i]);
    const auto v = t ? data::ToTimestamp(*t, 3) : std::nullopt;
    if (v) {
      to[i] = *v;
    } else {
      out->SetNull(i);
    }
  });
  return Status::OK();
}

Result<BoundFunction> BindToTimestamp(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString})) {
    return m->ReturnsExactly(Type::Timestamp(3), &EachRowOrNull<ToTimestamp>);
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    BoundFunction f = m->ReturnsExactly(Type::Timestamp(3), &ToTimestampByPattern);
    f.state = PatternState(a);
    return f;
  }
  return NoMatch("", a);
}

// --- TO_TIMESTAMP_LTZ ---

/// The years that Flink accepts: 0000-01-01T00:00Z to 9999-12-31T23:59:59.999Z.
constexpr int64_t kMinMillis = -62167219200000, kMaxMillis = 253402300799999;

bool InRange(int64_t ms, int64_t* out) {
  if (ms < kMinMillis || ms > kMaxMillis) return false;
  *out = ms;
  return true;
}

Status CheckPrecision(int64_t precision) {
  if (precision == 0 || precision == 3) return Status::OK();
  return Status::Evaluation("The precision value '" + std::to_string(precision) +
                            "' for function TO_TIMESTAMP_LTZ(numeric, precision) is unsupported, "
                            "the supported value is '0' for second or '3' for millisecond");
}

int64_t Truncate(double v) {
  if (std::isnan(v)) return 0;
  if (v >= 9.2233720368547758e18) return INT64_MAX;
  if (v <= -9.2233720368547758e18) return INT64_MIN;
  return static_cast<int64_t>(v);
}

Status LtzFromBigint(const KernelCall&, int64_t v, int64_t precision, int64_t* out, bool* null) {
  TW_RETURN_IF_ERROR(CheckPrecision(precision));
  if (precision == 0) {
    *null = v < kMinMillis / 1000 || v > kMaxMillis / 1000 || !InRange(v * 1000, out);
  } else {
    *null = !InRange(v, out);
  }
  return Status::OK();
}

Status LtzFromDouble(const KernelCall&, double v, int64_t precision, int64_t* out, bool* null) {
  TW_RETURN_IF_ERROR(CheckPrecision(precision));
  if (precision == 0) {
    *null = !(v >= static_cast<double>(kMinMillis / 1000) &&
              v <= static_cast<double>(kMaxMillis / 1000)) ||
            !InRange(Truncate(v * 1000), out);
  } else {
    *null = !InRange(Truncate(v), out);
  }
  return Status::OK();
}

Status LtzFromMillis(const KernelCall& call, int64_t v, int64_t* out, bool* null) {
  return LtzFromBigint(call, v, 3, out, null);
}
Status LtzFromDoubleMillis(const KernelCall& call, double v, int64_t* out, bool* null) {
  return LtzFromDouble(call, v, 3, out, null);
}

/// In UTC; malformed text is an error.
Status LtzFromText(const KernelCall&, std::string_view s, int64_t* out, bool*) {
  const auto t = data::ParseTimestamp(s);
  const auto v = t ? data::ToTimestamp(*t, 3) : std::nullopt;
  if (!v) {
    return Status::Evaluation("TO_TIMESTAMP_LTZ: Text '" + std::string(s.substr(0, 100)) +
                              "' could not be parsed");
  }
  *out = *v;
  return Status::OK();
}

/// With a pattern, in the given zone or in UTC; NULL where the text, pattern or zone is malformed.
Status LtzByPattern(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  std::optional<ColumnView<std::string_view>> zone_id;
  if (call.args.size() > 2) zone_id.emplace(*call.args[2]);
  auto* to = out->mutable_values<int64_t>();
  PatternParser parser(call);
  std::shared_ptr<const TimeZone> zone = TimeZone::Utc();
  std::string latest = "UTC";
  call.rows.ForEach([&](int32_t i) {
    if (zone_id && (*zone_id)[i] != latest) {
      latest = (*zone_id)[i];
      auto found = TimeZone::Find(latest);
      zone = found.ok() ? *found : nullptr;
    }
    const auto t = parser.Parse(in[i], pattern[i]);
    const auto v = t ? data::ToTimestamp(*t, 3) : std::nullopt;
    if (v && zone != nullptr) {
      to[i] = zone->ToUtc(*v, 1000);
    } else {
      out->SetNull(i);
    }
  });
  return Status::OK();
}

Result<BoundFunction> BindToTimestampLtz(const BindArgs& a) {
  const Type result = Type::TimestampLtz(3);
  const bool numeric = !a.types.empty() && a.types[0].is_numeric();
  if (numeric) {
    auto m = Match(a, {Arg::kNumeric});
    const bool with_precision = !m;
    if (!m) m = Match(a, {Arg::kNumeric, Arg::kInteger});
    if (!m) return NoMatch("", a);
    // A DECIMAL counts whole units; FLOAT and DOUBLE may have a fraction.
    const bool whole = !a.types[0].is_floating();
    m->params[0] = (whole ? Type::Bigint() : Type::Double()).WithNullable(a.types[0].nullable());
    if (with_precision) {
      return m->ReturnsExactly(
          result, whole ? &EachRowChecked<LtzFromBigint> : &EachRowChecked<LtzFromDouble>);
    }
    return m->ReturnsExactly(
        result, whole ? &EachRowChecked<LtzFromMillis> : &EachRowChecked<LtzFromDoubleMillis>);
  }
  if (auto m = Match(a, {Arg::kString})) {
    return m->ReturnsExactly(result, &EachRowChecked<LtzFromText>);
  }
  auto m = Match(a, {Arg::kString, Arg::kString});
  if (!m) m = Match(a, {Arg::kString, Arg::kString, Arg::kString});
  if (!m) return NoMatch("", a);
  BoundFunction f = m->ReturnsExactly(result, &LtzByPattern);
  f.state = PatternState(a);
  return f;
}

}  // namespace

std::span<const ScalarFunction> ToDatetimeFunctions() {
  constexpr auto kTemporal = FunctionCategory::kTemporal;
  static const ScalarFunction kEntries[] = {
      {"TO_DATE",
       {},
       kTemporal,
       "TO_DATE(string[, pattern])",
       "The date that a text means: 'yyyy-MM-dd', or by a pattern of Java's SimpleDateFormat. NULL "
       "if it does not fit.",
       {"TO_DATE('29.02.2024', 'dd.MM.yyyy')", "2024-02-29"},
       &BindToDate},
      {"TO_TIMESTAMP",
       {},
       kTemporal,
       "TO_TIMESTAMP(string[, pattern])",
       "The timestamp that a text means: 'yyyy-MM-dd HH:mm:ss[.SSS]', or by a pattern of Java's "
       "DateTimeFormatter. NULL if it does not fit.",
       {"TO_TIMESTAMP('29/02/2024 13:14', 'dd/MM/yyyy HH:mm')", "2024-02-29 13:14:00.000"},
       &BindToTimestamp},
      {"TO_TIMESTAMP_LTZ",
       {},
       kTemporal,
       "TO_TIMESTAMP_LTZ(numeric[, precision]), TO_TIMESTAMP_LTZ(string[, pattern[, zone]])",
       "The instant that an epoch count means (precision 0: seconds, 3, the default: "
       "milliseconds), or a text in UTC or in the given zone.",
       {"CAST(TO_TIMESTAMP_LTZ(0, 3) AS STRING) IS NOT NULL", "TRUE"},
       &BindToTimestampLtz},
  };
  return kEntries;
}

}  // namespace thalweg::expr
