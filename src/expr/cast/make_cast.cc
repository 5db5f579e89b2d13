#include <fmt/format.h>

#include "data/batch.h"
#include "expr/builder.h"
#include "expr/cast/cast.h"
#include "expr/forms.h"
#include "expr/program.h"
#include "expr/registry.h"

namespace thalweg::expr {

using data::Type;

namespace {

/// Only nullability within, names of fields or nothing at all differ.
bool SameStorage(const Type& a, const Type& b) {
  if (a.root() != b.root() || a.num_children() != b.num_children()) return false;
  for (int i = 0; i < a.num_children(); ++i) {
    if (!SameStorage(a.child(i), b.child(i))) return false;
  }
  return a.is_nested() || a.EqualsIgnoringNullability(b);
}

Result<data::ColumnPtr> Rewrap(const KernelCall& call, int32_t) {
  return call.args[0]->WithType(call.result_type);
}

Result<data::ColumnPtr> AllNull(const KernelCall& call, int32_t size) {
  return data::Column::MakeNull(call.result_type, size);
}

/// A constant counts units of the interval (CAST(5 AS INTERVAL DAY)), though a column counts months
/// or milliseconds.
Result<ExprPtr> CountedInterval(const Expr& literal, const Type& interval,
                                const EvalContext& context) {
  if (literal.literal->IsNull(0)) return MakeNullLiteral(NormalizedInterval(interval));
  TW_ASSIGN_OR_RETURN(const ExprPtr wide,
                      MakeCast(MakeLiteral(literal.literal), Type::Bigint(), context));
  int64_t unit = 1;
  switch (interval.interval_resolution()) {
    case data::IntervalResolution::kYear:
      unit = 12;
      break;
    case data::IntervalResolution::kDay:
      unit = 86400000;
      break;
    case data::IntervalResolution::kHour:
      unit = 3600000;
      break;
    case data::IntervalResolution::kMinute:
      unit = 60000;
      break;
    case data::IntervalResolution::kSecond:
      unit = 1000;
      break;
    default:
      break;
  }
  const int64_t value = wide->literal->At<int64_t>(0) * unit;
  auto c =
      data::Column::Make(NormalizedInterval(interval).WithNullable(literal.type.nullable()), 1);
  if (interval.root() == data::TypeRoot::kIntervalYearMonth) {
    c->mutable_values<int32_t>()[0] = static_cast<int32_t>(value);
  } else {
    c->mutable_values<int64_t>()[0] = value;
  }
  return MakeLiteral(std::move(c));
}

}  // namespace

Result<ExprPtr> MakeCast(ExprPtr e, const Type& target, const EvalContext& context, bool try_cast) {
  const Type from = e->type;
  const Type to = target.is_interval() ? NormalizedInterval(target) : target;
  const bool same = from.EqualsIgnoringNullability(to);
  if (same && (!try_cast || from.nullable())) return e;
  // A number by way of STRING and back is itself, as Flink's planner knows (NaN = NaN included).
  if (from.EqualsIgnoringNullability(Type::String()) && to.is_numeric() &&
      e->kind == ExprKind::kCall && e->function->name == "CAST" &&
      e->args[0]->type.EqualsIgnoringNullability(to)) {
    return MakeCast(e->args[0], to, context, try_cast);
  }
  if (to.is_interval() && e->kind == ExprKind::kLiteral && from.is_integer()) {
    TW_ASSIGN_OR_RETURN(e, CountedInterval(*e, target, context));
    if (e->type.EqualsIgnoringNullability(to)) return e;
  }
  BoundFunction bound;
  if (from.root() == data::TypeRoot::kNull) {
    if (e->kind == ExprKind::kLiteral) return MakeNullLiteral(to.WithNullable(true));
    bound.column_kernel = &AllNull;
    bound.nulls = NullPolicy::kCustom;
    bound.result_nulls = ResultNulls::kAlways;
  } else if (same || SameStorage(from, to)) {
    bound.column_kernel = &Rewrap;
    bound.nulls = NullPolicy::kCustom;
  } else {
    Result<BoundFunction> cast = BindCast(from, to, context, try_cast);
    if (!cast.ok()) return cast.status();
    bound = *std::move(cast);
  }
  if (try_cast) bound.result_nulls = ResultNulls::kAlways;
  bound.params = {from};
  bound.result = to.WithTimeAttribute(data::TimeAttribute::kNone);
  const ScalarFunction* f = FindScalarFunction(try_cast ? "TRY_CAST" : "CAST");
  const bool literal = e->kind == ExprKind::kLiteral;
  TW_ASSIGN_OR_RETURN(ExprPtr call, MakeBoundCall(f, std::move(bound), {std::move(e)}, context));
  if (literal) return FoldConstants(std::move(call), context);
  return call;
}

}  // namespace thalweg::expr
