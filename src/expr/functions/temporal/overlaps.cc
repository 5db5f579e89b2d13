// OVERLAPS.
#include <optional>
#include <utility>

#include "expr/functions/signature.h"
#include "expr/functions/temporal/datetime_arithmetic.h"
#include "expr/functions/temporal/temporal_families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;
using data::TypeRoot;

using End = std::optional<int64_t>;  // nothing: NULL

/// Reads one end of a period: a datetime, or an interval added to the start.
class EndReader {
 public:
  explicit EndReader(const data::Column& c)
      : column_(c),
        wide_(c.physical() == data::PhysicalType::kInt64),
        interval_(c.type().is_interval()),
        months_(c.type().root() == TypeRoot::kIntervalYearMonth) {}
  End Raw(int32_t row) const {
    const int32_t i = column_.encoding() == data::Encoding::kConstant ? 0 : row;
    if (column_.IsNull(i)) return std::nullopt;
    return wide_ ? column_.values<int64_t>()[i] : column_.values<int32_t>()[i];
  }
  End From(const Type& type, End start, int32_t row) const {
    const End raw = Raw(row);
    if (!interval_ || !raw || !start) return interval_ && !start ? std::nullopt : raw;
    return AddInterval(type, *start, months_, *raw);
  }

 private:
  const data::Column& column_;
  bool wide_, interval_, months_;
};

End NotLess(End a, End b) { return a && b ? End(*a >= *b) : std::nullopt; }

/// Each period is put in order, an end that is NULL first; touching ends overlap. One end is enough
/// to say that the periods are apart: FALSE AND NULL is FALSE.
Status Overlaps(const KernelCall& call, data::Column* out) {
  const EndReader a(*call.args[0]), b(*call.args[1]), c(*call.args[2]), d(*call.args[3]);
  const Type& type = call.args[0]->type();
  auto* to = out->mutable_values<uint8_t>();
  const auto in_order = [](End* start, End* end) {
    if (!*start || !*end || **start > **end) std::swap(*start, *end);
  };
  call.rows.ForEach([&](int32_t i) {
    End start1 = a.Raw(i), start2 = c.Raw(i);
    End end1 = b.From(type, start1, i), end2 = d.From(type, start2, i);
    in_order(&start1, &end1);
    in_order(&start2, &end2);
    const End first = NotLess(end1, start2), second = NotLess(end2, start1);
    to[i] = first.value_or(1) != 0 && second.value_or(1) != 0;
    if (to[i] != 0 && !(first && second)) out->SetNull(i);
  });
  return Status::OK();
}

Result<BoundFunction> BindOverlaps(const BindArgs& a) {
  auto m = Match(a, {Arg::kDatetime, Arg::kAny, Arg::kDatetime, Arg::kAny});
  if (!m) return NoMatch("", a);
  // Datetimes are of one kind, and become the one of the greatest precision.
  Type type = a.types[0];
  for (const Type& t : a.types) {
    if (t.is_interval()) continue;
    if (t.root() != type.root()) return NoMatch("", a);
    if (t.is_timestamp() && t.precision() > type.precision()) type = t;
  }
  for (Type& p : m->params) {
    if (p.is_datetime()) p = type.WithNullable(p.nullable());
  }
  return m->Returns(Type::Boolean(), &Overlaps, NullPolicy::kCustom);
}

}  // namespace

std::span<const ScalarFunction> OverlapsFunctions() {
  static const ScalarFunction kEntries[] = {
      {"OVERLAPS",
       {},
       FunctionCategory::kTemporal,
       "(start, end) OVERLAPS (start, end)",
       "Whether two periods have an instant in common; an end may be an interval.",
       {"(TIME '2:55:00', INTERVAL '1' HOUR) OVERLAPS (TIME '3:30:00', INTERVAL '2' HOUR)", "TRUE"},
       &BindOverlaps},
  };
  return kEntries;
}

}  // namespace thalweg::expr
