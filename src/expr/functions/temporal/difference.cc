// TIMESTAMPADD, TIMESTAMPDIFF, DATETIME_MINUS (what (a - b) DAY becomes).
#include <algorithm>

#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/functions/temporal/datetime_arithmetic.h"
#include "expr/functions/temporal/temporal_families.h"
#include "expr/functions/temporal/time_unit.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;
using data::TypeRoot;

/// The unit that a literal first argument names.
Result<TimeUnit> UnitOf(const BindArgs& a, size_t i) {
  const auto name = LiteralString(a, i);
  if (!name) return NoMatch("", a);
  const auto unit = ParseTimeUnit(*name);
  if (!unit) return Status::InvalidSql("'" + std::string(*name) + "' is not a valid time unit");
  return *unit;
}

// --- TIMESTAMPADD(unit, n, t) ---

struct AddState {
  bool months;
  int64_t per_unit;  // months or milliseconds
  bool weeks = false;
};

template <typename T>
Status TimestampAdd(const KernelCall& call, data::Column* out) {
  const auto& state = *static_cast<const AddState*>(call.state);
  const ColumnView<int64_t> n(*call.args[1]);
  const ColumnView<T> in(*call.args[2]);
  auto* to = out->mutable_values<T>();
  call.rows.ForEach([&](int32_t i) {
    const auto amount =
        static_cast<int64_t>(static_cast<uint64_t>(n[i]) * static_cast<uint64_t>(state.per_unit));
    to[i] = static_cast<T>(AddInterval(call.result_type, in[i], state.months, amount));
  });
  return Status::OK();
}

Result<BoundFunction> BindTimestampAdd(const BindArgs& a) {
  auto m = Match(a, {Arg::kString, Arg::kInteger, Arg::kDatetime});
  if (!m) return NoMatch("", a);
  TW_ASSIGN_OR_RETURN(const TimeUnit unit, UnitOf(a, 0));
  const bool months = MonthsOf(unit) != 0;
  const int64_t per_unit = months ? MonthsOf(unit) : MillisOf(unit);
  if (per_unit == 0) {
    return Status::NotSupported("TIMESTAMPADD with the unit " + std::string(*LiteralString(a, 0)));
  }
  Type type = a.types[2].WithTimeAttribute(data::TimeAttribute::kNone);
  // Hours of a date make it a timestamp.
  if (type.root() == TypeRoot::kDate && !months && per_unit < data::kMillisPerDay) {
    type = Type::Timestamp(6).WithNullable(type.nullable());
    m->params[2] = type;
  }
  if (unit == TimeUnit::kMillisecond && type.root() == TypeRoot::kTimestamp) {
    type = Type::Timestamp(std::max(type.precision(), 3)).WithNullable(type.nullable());
    m->params[2] = type;
  }
  BoundFunction f =
      m->Returns(type, type.is_timestamp() ? &TimestampAdd<int64_t> : &TimestampAdd<int32_t>);
  f.state = std::make_shared<AddState>(AddState{months, per_unit});
  return f;
}

// --- Differences ---

/// Reads a DATE, TIME or timestamp as milliseconds.
class MillisReader {
 public:
  explicit MillisReader(const data::Column& c)
      : root_(c.type().root()), precision_(c.type().precision()), column_(c) {}
  int64_t operator()(int32_t row) const {
    const int32_t i = column_.encoding() == data::Encoding::kConstant ? 0 : row;
    switch (root_) {
      case TypeRoot::kDate:
        return column_.values<int32_t>()[i] * data::kMillisPerDay;
      case TypeRoot::kTime:
        return column_.values<int32_t>()[i];
      default:
        return data::TimestampToMillis(column_.values<int64_t>()[i], precision_);
    }
  }

 private:
  TypeRoot root_;
  int precision_;
  const data::Column& column_;
};

/// Wraps to 32 bits, as Flink's INT result does; weeks are made of seconds that have wrapped.
Status TimestampDiff(const KernelCall& call, data::Column* out) {
  const auto& state = *static_cast<const AddState*>(call.state);
  const MillisReader from(*call.args[1]), until(*call.args[2]);
  auto* to = out->mutable_values<int32_t>();
  call.rows.ForEach([&](int32_t i) {
    const int64_t d = state.months ? SubtractMonths(until(i), from(i)) : until(i) - from(i);
    to[i] = state.weeks ? static_cast<int32_t>(d / 1000) / 604800
                        : static_cast<int32_t>(d / state.per_unit);
  });
  return Status::OK();
}

bool Subtractable(const Type& a, const Type& b) {
  const bool ltz = a.root() == TypeRoot::kTimestampLtz;
  if (ltz != (b.root() == TypeRoot::kTimestampLtz)) return false;
  return (a.root() == TypeRoot::kTime) == (b.root() == TypeRoot::kTime);
}

Result<BoundFunction> BindTimestampDiff(const BindArgs& a) {
  auto m = Match(a, {Arg::kString, Arg::kDatetime, Arg::kDatetime});
  if (!m) return NoMatch("", a);
  TW_ASSIGN_OR_RETURN(const TimeUnit unit, UnitOf(a, 0));
  const bool months = MonthsOf(unit) != 0;
  const int64_t per_unit = months ? MonthsOf(unit) : MillisOf(unit);
  if (per_unit == 0) {
    return Status::NotSupported("TIMESTAMPDIFF with the unit " + std::string(*LiteralString(a, 0)));
  }
  if (!Subtractable(a.types[1], a.types[2])) {
    return Status::InvalidSql("TIMESTAMPDIFF of " + a.types[1].WithNullable(true).ToSummary() +
                              " and " + a.types[2].WithNullable(true).ToSummary() +
                              "; cast one of them");
  }
  BoundFunction f = m->Returns(Type::Int(), &TimestampDiff);
  f.state = std::make_shared<AddState>(AddState{months, per_unit, unit == TimeUnit::kWeek});
  return f;
}

Status MinusMillis(const KernelCall& call, data::Column* out) {
  const MillisReader a(*call.args[0]), b(*call.args[1]);
  auto* to = out->mutable_values<int64_t>();
  call.rows.ForEach([&](int32_t i) { to[i] = a(i) - b(i); });
  return Status::OK();
}

Status MinusMonths(const KernelCall& call, data::Column* out) {
  const MillisReader a(*call.args[0]), b(*call.args[1]);
  auto* to = out->mutable_values<int32_t>();
  call.rows.ForEach([&](int32_t i) { to[i] = static_cast<int32_t>(SubtractMonths(a(i), b(i))); });
  return Status::OK();
}

Result<BoundFunction> BindDatetimeMinus(const BindArgs& a) {
  auto m = Match(a, {Arg::kDatetime, Arg::kDatetime, Arg::kString});
  if (!m || !Subtractable(a.types[0], a.types[1])) return NoMatch("", a);
  const auto name = LiteralString(a, 2);
  if (!name) return NoMatch("", a);
  const bool months =
      name->starts_with("YEAR") || name->starts_with("MONTH") || name->starts_with("QUARTER");
  return months ? m->Returns(YearMonthInterval(), &MinusMonths)
                : m->Returns(DayTimeInterval(), &MinusMillis);
}

}  // namespace

std::span<const ScalarFunction> DifferenceFunctions() {
  constexpr auto kTemporal = FunctionCategory::kTemporal;
  static const ScalarFunction kEntries[] = {
      {"TIMESTAMPADD",
       {},
       kTemporal,
       "TIMESTAMPADD(unit, integer, datetime)",
       "The datetime plus so many MILLISECOND, SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER or "
       "YEAR.",
       {"TIMESTAMPADD(WEEK, 1, DATE '2003-01-02')", "2003-01-09"},
       &BindTimestampAdd},
      {"TIMESTAMPDIFF",
       {},
       kTemporal,
       "TIMESTAMPDIFF(unit, from, to)",
       "The number of whole units between two datetimes.",
       {"TIMESTAMPDIFF(DAY, TIMESTAMP '2003-01-02 10:00:00', TIMESTAMP '2003-01-03 10:00:00')",
        "1"},
       &BindTimestampDiff},
      {"DATETIME_MINUS",
       {},
       kTemporal,
       "(datetime - datetime) unit",
       "The interval between two datetimes: in months for YEAR and MONTH, else in milliseconds.",
       {"(DATE '2024-03-01' - DATE '2024-02-01') DAY", "+29 00:00:00.000"},
       &BindDatetimeMinus},
  };
  return kEntries;
}

}  // namespace thalweg::expr
