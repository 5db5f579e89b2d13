// OVERLAPS.
#include <algorithm>

#include "expr/functions/signature.h"
#include "expr/functions/temporal/datetime_arithmetic.h"
#include "expr/functions/temporal/temporal_families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;
using data::TypeRoot;

/// Reads one end of a period: a datetime, or an interval added to the start.
class EndReader {
 public:
  explicit EndReader(const data::Column& c)
      : column_(c),
        wide_(c.physical() == data::PhysicalType::kInt64),
        interval_(c.type().is_interval()),
        months_(c.type().root() == TypeRoot::kIntervalYearMonth) {}
  int64_t Raw(int32_t row) const {
    const int32_t i = column_.encoding() == data::Encoding::kConstant ? 0 : row;
    return wide_ ? column_.values<int64_t>()[i] : column_.values<int32_t>()[i];
  }
  int64_t From(const Type& type, int64_t start, int32_t row) const {
    return interval_ ? AddInterval(type, start, months_, Raw(row)) : Raw(row);
  }

 private:
  const data::Column& column_;
  bool wide_, interval_, months_;
};

/// Each period is put in order; touching ends overlap.
Status Overlaps(const KernelCall& call, data::Column* out) {
  const EndReader a(*call.args[0]), b(*call.args[1]), c(*call.args[2]), d(*call.args[3]);
  const Type& type = call.args[0]->type();
  auto* to = out->mutable_values<uint8_t>();
  call.rows.ForEach([&](int32_t i) {
    int64_t start1 = a.Raw(i), start2 = c.Raw(i);
    int64_t end1 = b.From(type, start1, i), end2 = d.From(type, start2, i);
    if (start1 > end1) std::swap(start1, end1);
    if (start2 > end2) std::swap(start2, end2);
    to[i] = end1 >= start2 && end2 >= start1;
  });
  return Status::OK();
}

Result<BoundFunction> BindOverlaps(const BindArgs& a) {
  auto m = Match(a, {Arg::kDatetime, Arg::kAny, Arg::kDatetime, Arg::kAny});
  if (!m) return NoMatch("", a);
  // All datetimes become the widest of their types.
  Type type = a.types[0];
  for (const Type& t : a.types) {
    if (t.is_interval()) continue;
    if (!t.is_datetime() || (t.root() == TypeRoot::kTime) != (type.root() == TypeRoot::kTime)) {
      return NoMatch("", a);
    }
    if (t.is_timestamp() && (!type.is_timestamp() || t.precision() > type.precision() ||
                             (t.root() > type.root() && t.precision() == type.precision()))) {
      type = t;
    }
  }
  for (Type& p : m->params) {
    if (p.is_datetime()) p = type.WithNullable(p.nullable());
  }
  return m->Returns(Type::Boolean(), &Overlaps);
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
