// CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP, LOCALTIME, LOCALTIMESTAMP, NOW,
// CURRENT_ROW_TIMESTAMP, PROCTIME, CURRENT_WATERMARK.
//
// Under streaming the clock is read once a batch, under batch once a query.
#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/functions/temporal/temporal_families.h"
#include "expr/kernel.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

namespace {

using data::Type;

int64_t Now(const EvalContext& c) { return c.streaming ? c.now_ms : c.query_start_ms; }
int64_t RowTime(const EvalContext& c) { return c.now_ms; }
int64_t LocalNow(const EvalContext& c) { return c.zone->ToLocal(Now(c), 1000); }
int32_t LocalDate(const EvalContext& c) {
  return static_cast<int32_t>(data::FloorDiv(LocalNow(c), data::kMillisPerDay));
}
/// TIME has whole seconds.
int32_t LocalTimeOfDay(const EvalContext& c) {
  return static_cast<int32_t>(data::FloorMod(LocalNow(c), data::kMillisPerDay) / 1000 * 1000);
}

template <auto F>
Status SameForAll(const KernelCall& call, data::Column* out) {
  const auto value = F(call.context);
  auto* to = out->mutable_values<std::remove_const_t<decltype(value)>>();
  call.rows.ForEach([&](int32_t i) { to[i] = value; });
  return Status::OK();
}

template <auto F>
Result<BoundFunction> BindNow(const BindArgs& a, const Type& type) {
  if (!a.types.empty()) return NoMatch("", a);
  return Matched().Returns(type, &SameForAll<F>);
}

/// NULL until the first watermark.
Status CurrentWatermark(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<int64_t>();
  const int64_t watermark = call.context.watermark_ms;
  const int64_t value =
      data::RescaleTimestamp(watermark, 3, call.result_type.precision()).value_or(INT64_MIN);
  call.rows.ForEach([&](int32_t i) {
    to[i] = value;
    if (watermark == INT64_MIN) out->SetNull(i);
  });
  return Status::OK();
}

Result<BoundFunction> BindCurrentWatermark(const BindArgs& a) {
  auto m = Match(a, {Arg::kTimestamp});
  if (!m) return NoMatch("", a);
  if (a.types[0].time_attribute() != data::TimeAttribute::kRowtime) {
    return Status::InvalidSql(
        "The argument of CURRENT_WATERMARK() must be a rowtime attribute, but was '" +
        a.types[0].ToSummary() + "'");
  }
  const Type result = a.types[0].root() == data::TypeRoot::kTimestamp
                          ? Type::Timestamp(a.types[0].precision())
                          : Type::TimestampLtz(a.types[0].precision());
  return m->ReturnsExactly(result, &CurrentWatermark, NullPolicy::kCustom);
}

}  // namespace

std::span<const ScalarFunction> CurrentTimeFunctions() {
  constexpr auto kTemporal = FunctionCategory::kTemporal;
  static const ScalarFunction kEntries[] = {
      {"CURRENT_DATE",
       {},
       kTemporal,
       "CURRENT_DATE",
       "Today in the session's time zone.",
       {"CURRENT_DATE IS NOT NULL", "TRUE"},
       [](const BindArgs& a) { return BindNow<LocalDate>(a, Type::Date()); },
       /*deterministic=*/false},
      {"LOCALTIME",
       {"CURRENT_TIME"},
       kTemporal,
       "LOCALTIME",
       "The time of day in the session's time zone.",
       {"LOCALTIME IS NOT NULL", "TRUE"},
       [](const BindArgs& a) { return BindNow<LocalTimeOfDay>(a, Type::Time()); },
       false},
      {"LOCALTIMESTAMP",
       {},
       kTemporal,
       "LOCALTIMESTAMP",
       "The current date and time in the session's time zone, without a zone.",
       {"LOCALTIMESTAMP IS NOT NULL", "TRUE"},
       [](const BindArgs& a) { return BindNow<LocalNow>(a, Type::Timestamp(3)); },
       false},
      {"CURRENT_TIMESTAMP",
       {"NOW"},
       kTemporal,
       "CURRENT_TIMESTAMP",
       "The current instant: for each row under streaming, of the query's start under batch.",
       {"CURRENT_TIMESTAMP IS NOT NULL", "TRUE"},
       [](const BindArgs& a) { return BindNow<Now>(a, Type::TimestampLtz(3)); },
       false},
      {"CURRENT_ROW_TIMESTAMP",
       {},
       kTemporal,
       "CURRENT_ROW_TIMESTAMP()",
       "The instant at which the row is processed, under batch, too.",
       {"CURRENT_ROW_TIMESTAMP() IS NOT NULL", "TRUE"},
       [](const BindArgs& a) { return BindNow<RowTime>(a, Type::TimestampLtz(3)); },
       false},
      {"PROCTIME",
       {},
       kTemporal,
       "PROCTIME()",
       "The processing-time attribute: the instant at which the row is processed.",
       {"PROCTIME() IS NOT NULL", "TRUE"},
       [](const BindArgs& a) { return BindNow<RowTime>(a, Type::TimestampLtz(3)); },
       false},
      {"CURRENT_WATERMARK",
       {},
       kTemporal,
       "CURRENT_WATERMARK(rowtime)",
       "The current watermark of the rowtime attribute's input; NULL before the first one.",
       {},
       &BindCurrentWatermark,
       false},
  };
  return kEntries;
}

}  // namespace thalweg::expr
