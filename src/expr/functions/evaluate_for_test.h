// One function on literals, for tests: Evaluate("LEFT", {Text("abc"), Int(2)}) gives "ab".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/civil_time.h"
#include "data/print.h"
#include "expr/builder.h"
#include "expr/eval_context.h"
#include "expr/program.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

inline ExprPtr Text(std::string_view s) { return MakeStringLiteral(s); }
inline ExprPtr Int(int32_t v) { return MakeIntLiteral(v); }
inline ExprPtr Big(int64_t v) { return MakeBigintLiteral(v); }
inline ExprPtr Null(const data::Type& type) { return MakeNullLiteral(type); }

template <typename T>
ExprPtr Value(const data::Type& type, T value) {
  auto c = data::Column::Make(type.WithNullable(false), 1);
  c->mutable_values<T>()[0] = value;
  return MakeLiteral(std::move(c));
}

inline ExprPtr Date(std::string_view text) {
  return Value<int32_t>(data::Type::Date(), *data::ParseDate(text));
}
inline ExprPtr Time(std::string_view text) {
  return Value<int32_t>(data::Type::Time(), *data::ParseTime(text));
}
inline ExprPtr Timestamp(std::string_view text, int precision = 3) {
  return Value<int64_t>(data::Type::Timestamp(precision),
                        *data::ToTimestamp(*data::ParseTimestamp(text), precision));
}
/// `text` in UTC.
inline ExprPtr Ltz(std::string_view text, int precision = 3) {
  return Value<int64_t>(data::Type::TimestampLtz(precision),
                        *data::ToTimestamp(*data::ParseTimestamp(text), precision));
}
inline ExprPtr Months(int32_t n) { return Value<int32_t>(data::Type::IntervalYearMonth(), n); }
inline ExprPtr Millis(int64_t n) { return Value<int64_t>(data::Type::IntervalDayTime(), n); }
inline ExprPtr Bytes(std::string_view s) {
  auto c =
      data::Column::Make(data::Type::Binary(static_cast<int32_t>(s.size())).WithNullable(false), 1);
  data::StringArena arena;
  c->mutable_values<std::string_view>()[0] = arena.Add(s);
  arena.AttachTo(c.get());
  return MakeLiteral(std::move(c));
}

/// A context at 2024-02-29T23:05:09.012Z in a zone.
inline EvalContext ContextIn(std::string_view zone) {
  EvalContext context;
  context.zone = *TimeZone::Find(zone);
  context.now_ms = context.query_start_ms = 1709247909012;
  return context;
}

/// The result as CAST to STRING shows it, "NULL", or "error: ..." of binding or evaluation.
inline std::string Evaluate(std::string_view function, std::vector<ExprPtr> args,
                            std::string_view zone = "UTC") {
  const EvalContext context = ContextIn(zone);
  auto call = MakeCall(function, std::move(args), context);
  if (!call.ok()) return "error: " + call.status().message();
  auto program = Program::Compile({*call});
  if (!program.ok()) return "error: " + program.status().message();
  data::Batch one;
  one.size = 1;
  auto columns = (*program)->Evaluate(context, one);
  if (!columns.ok()) return "error: " + columns.status().message();
  std::string out;
  data::AppendCell(*(*columns)[0], 0, &out,
                   [&](int64_t seconds) { return context.zone->OffsetAt(seconds); });
  return out;
}

/// The result's type, as EXPLAIN shows it.
inline std::string TypeOf(std::string_view function, std::vector<ExprPtr> args) {
  const EvalContext context = ContextIn("UTC");
  auto call = MakeCall(function, std::move(args), context);
  return call.ok() ? (*call)->type.ToSummary() : "error: " + call.status().message();
}

}  // namespace thalweg::expr
