// FROM_UNIXTIME, UNIX_TIMESTAMP, CONVERT_TZ.
#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/functions/temporal/latest_format.h"
#include "expr/functions/temporal/simple_date_format.h"
#include "expr/functions/temporal/temporal_families.h"
#include "expr/kernel.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;

const SimpleDateFormat& DefaultFormat() {
  static const SimpleDateFormat format = *SimpleDateFormat::Compile("yyyy-MM-dd HH:mm:ss");
  return format;
}

Status FromUnixtime(const KernelCall& call, data::Column* out) {
  const ColumnView<int64_t> in(*call.args[0]);
  auto* to = out->mutable_values<std::string_view>();
  std::optional<ColumnView<std::string_view>> pattern;
  if (call.args.size() > 1) pattern.emplace(*call.args[1]);
  LatestFormat<SimpleDateFormat> formats(call);
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    const SimpleDateFormat* format = &DefaultFormat();
    if (pattern) {
      TW_ASSIGN_OR_RETURN(format, formats.At((*pattern)[i]));
    }
    int64_t ms;
    if (__builtin_mul_overflow(in[i], 1000, &ms)) {
      ms = static_cast<int64_t>(static_cast<uint64_t>(in[i]) * 1000);
    }
    to[i] = format->Format(ms, *call.context.zone, call.arena);
  }
  return Status::OK();
}

/// Flink's answer for text that does not fit: Long.MIN_VALUE.
Status UnixTimestamp(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]);
  auto* to = out->mutable_values<int64_t>();
  std::optional<ColumnView<std::string_view>> pattern;
  if (call.args.size() > 1) pattern.emplace(*call.args[1]);
  LatestFormat<SimpleDateFormat> formats(call);
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    const SimpleDateFormat* format = &DefaultFormat();
    if (pattern) {
      TW_ASSIGN_OR_RETURN(format, formats.At((*pattern)[i]));
    }
    const auto ms = format->Parse(in[i], *call.context.zone, call.context.now_ms);
    to[i] = ms ? *ms / 1000 : INT64_MIN;
  }
  return Status::OK();
}

Status UnixTimestampNow(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<int64_t>();
  const int64_t now = call.context.now_ms / 1000;
  call.rows.ForEach([&](int32_t i) { to[i] = now; });
  return Status::OK();
}

/// Keeps the zone of the latest name.
class LatestZone {
 public:
  const TimeZone& At(std::string_view id) {
    if (zone_ == nullptr || id != id_) {
      zone_ = TimeZone::FindOrGmt(id);
      id_ = id;
    }
    return *zone_;
  }

 private:
  std::shared_ptr<const TimeZone> zone_;
  std::string id_;
};

Status ConvertTz(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]), from(*call.args[1]), to_zone(*call.args[2]);
  auto* to = out->mutable_values<std::string_view>();
  LatestZone source, target;
  call.rows.ForEach([&](int32_t i) {
    const auto ms = DefaultFormat().Parse(in[i], source.At(from[i]), call.context.now_ms);
    if (ms) {
      to[i] = DefaultFormat().Format(*ms, target.At(to_zone[i]), call.arena);
    } else {
      out->SetNull(i);
    }
  });
  return Status::OK();
}

Result<BoundFunction> BindFromUnixtime(const BindArgs& a) {
  auto m = Match(a, {Arg::kInteger});
  if (!m) m = Match(a, {Arg::kInteger, Arg::kString});
  if (!m) return NoMatch("", a);
  BoundFunction f = m->ReturnsExactly(Type::String(), &FromUnixtime);
  TW_ASSIGN_OR_RETURN(f.state, LiteralFormat<SimpleDateFormat>(a, 1));
  return f;
}

Result<BoundFunction> BindUnixTimestamp(const BindArgs& a) {
  if (a.types.empty()) return Matched().Returns(Type::Bigint(), &UnixTimestampNow);
  auto m = Match(a, {Arg::kString});
  if (!m) m = Match(a, {Arg::kString, Arg::kString});
  if (!m) return NoMatch("", a);
  BoundFunction f = m->Returns(Type::Bigint(), &UnixTimestamp);
  TW_ASSIGN_OR_RETURN(f.state, LiteralFormat<SimpleDateFormat>(a, 1));
  return f;
}

}  // namespace

std::span<const ScalarFunction> UnixTimeFunctions() {
  constexpr auto kTemporal = FunctionCategory::kTemporal;
  static const ScalarFunction kEntries[] = {
      {"FROM_UNIXTIME",
       {},
       kTemporal,
       "FROM_UNIXTIME(seconds[, pattern])",
       "The instant so many seconds after 1970-01-01T00:00Z as text in the session's time zone: "
       "'yyyy-MM-dd HH:mm:ss', or by a pattern of Java's SimpleDateFormat.",
       {"FROM_UNIXTIME(44) IS NOT NULL", "TRUE"},
       &BindFromUnixtime},
      {"UNIX_TIMESTAMP",
       {},
       kTemporal,
       "UNIX_TIMESTAMP([string[, pattern]])",
       "Seconds since 1970-01-01T00:00Z: now, or of a text in the session's time zone. "
       "-9223372036854775808 if the text does not fit.",
       {"UNIX_TIMESTAMP('x')", "-9223372036854775808"},
       &BindUnixTimestamp,
       /*deterministic=*/false},
      {"CONVERT_TZ",
       {},
       kTemporal,
       "CONVERT_TZ(string, from_zone, to_zone)",
       "A text 'yyyy-MM-dd HH:mm:ss' of one time zone as text of another; an unknown zone is GMT.",
       {"CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')", "1969-12-31 16:00:00"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kString})) {
           return m->ReturnsExactly(Type::String(), &ConvertTz);
         }
         return NoMatch("", a);
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
