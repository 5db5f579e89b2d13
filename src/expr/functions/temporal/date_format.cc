// DATE_FORMAT.
#include <algorithm>

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
using data::Type;

/// Rows near each other in time often have the same text: it is made once and shared.
template <bool kLtz>
Status FormatTimestamp(const KernelCall& call, data::Column* out) {
  const ColumnView<int64_t> in(*call.args[0]);
  const ColumnView<std::string_view> pattern(*call.args[1]);
  auto* to = out->mutable_values<std::string_view>();
  const int precision = call.args[0]->type().precision();
  const int64_t units = data::TimestampUnitsPerSecond(precision);
  LatestFormat<DateTimeFormat> formats(call);
  TimeZone::Cursor zone(*call.context.zone);
  const DateTimeFormat* latest = nullptr;
  int64_t begin = 0, end = 0;  // local times in [begin, end) have the text `text`
  std::string_view text;
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    TW_ASSIGN_OR_RETURN(const DateTimeFormat* format, formats.At(pattern[i]));
    const int64_t local = kLtz ? zone.ToLocal(in[i], units) : in[i];
    if (local < begin || local >= end || format != latest || call.state == nullptr) {
      TW_RETURN_IF_ERROR(format->Format(data::FromTimestamp(local, precision), call.arena, &text));
      const int64_t step =
          std::max<int64_t>(format->granularity_nanos() / (data::kNanosPerSecond / units), 1);
      begin = data::FloorDiv(local, step) * step;
      end = begin + step;
      latest = format;
    }
    to[i] = text;
  }
  return Status::OK();
}

/// The text must be "yyyy-MM-dd HH:mm:ss"; NULL if it is not.
Status FormatText(const KernelCall& call, data::Column* out) {
  static const SimpleDateFormat source = *SimpleDateFormat::Compile("yyyy-MM-dd HH:mm:ss");
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  auto* to = out->mutable_values<std::string_view>();
  LatestFormat<SimpleDateFormat> formats(call);
  const TimeZone& utc = *TimeZone::Utc();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    TW_ASSIGN_OR_RETURN(const SimpleDateFormat* format, formats.At(pattern[i]));
    if (const auto ms = source.Parse(in[i], utc, call.context.now_ms)) {
      to[i] = format->Format(*ms, utc, call.arena);
    } else {
      out->SetNull(i);
    }
  }
  return Status::OK();
}

Result<BoundFunction> BindDateFormat(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kTimestamp, Arg::kString})) {
    const bool ltz = a.types[0].root() == data::TypeRoot::kTimestampLtz;
    BoundFunction f =
        m->ReturnsExactly(Type::String(), ltz ? &FormatTimestamp<true> : &FormatTimestamp<false>);
    TW_ASSIGN_OR_RETURN(f.state, LiteralFormat<DateTimeFormat>(a, 1));
    return f;
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    BoundFunction f = m->ReturnsExactly(Type::String(), &FormatText);
    TW_ASSIGN_OR_RETURN(f.state, LiteralFormat<SimpleDateFormat>(a, 1));
    return f;
  }
  return NoMatch("", a);
}

}  // namespace

std::span<const ScalarFunction> DateFormatFunctions() {
  static const ScalarFunction kEntries[] = {
      {"DATE_FORMAT",
       {},
       FunctionCategory::kTemporal,
       "DATE_FORMAT(timestamp, pattern)",
       "The timestamp as text, by a pattern of Java's DateTimeFormatter. Text of the form "
       "'yyyy-MM-dd HH:mm:ss' may stand for the timestamp.",
       {"DATE_FORMAT(TIMESTAMP '2024-02-29 23:05:09', 'dd.MM.yyyy')", "29.02.2024"},
       &BindDateFormat},
  };
  return kEntries;
}

}  // namespace thalweg::expr
