// Aggregates: names, types and documentation. Their accumulators: operators/aggregate/.
//
// The result's nullability here is the argument's; the planner makes it nullable where a group can
// be empty (no GROUP BY, or a FILTER).
#include <algorithm>

#include "expr/binding.h"
#include "expr/functions/families.h"

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

BoundAggregate Bound(AggregateKind kind, const BindArgs& args, Type result) {
  return {kind, {args.types.begin(), args.types.end()}, std::move(result)};
}

Result<BoundAggregate> BindCount(const BindArgs& args) {
  const Type result = Type::Bigint().WithNullable(false);
  if (args.types.empty()) return Bound(AggregateKind::kCountStar, args, result);
  if (args.types.size() != 1 || IsNullType(args.types[0])) return NoSuchOverload();
  return Bound(AggregateKind::kCount, args, result);
}

Result<BoundAggregate> BindApproxCountDistinct(const BindArgs& args) {
  if (args.types.size() != 1) return NoSuchOverload();
  return BindCount(args);
}

bool IsOneNumber(const BindArgs& args) {
  return args.types.size() == 1 && args.types[0].is_numeric();
}

Result<BoundAggregate> BindSum(const BindArgs& args) {
  if (!IsOneNumber(args)) return NoSuchOverload();
  const Type& t = args.types[0];
  const Type result = t.is_decimal() ? Type::Decimal(38, t.scale()) : t;
  return Bound(AggregateKind::kSum, args, result.WithNullable(t.nullable()));
}

/// AVG, STDDEV, VAR: of the argument's type, but DECIMAL gets room for digits.
template <AggregateKind kKind>
Result<BoundAggregate> BindAverage(const BindArgs& args) {
  if (!IsOneNumber(args)) return NoSuchOverload();
  const Type& t = args.types[0];
  const Type result = t.is_decimal() ? Type::Decimal(38, std::max(t.scale(), 6)) : t;
  const bool can_lack = kKind == AggregateKind::kStddevSamp || kKind == AggregateKind::kVarSamp;
  return Bound(kKind, args, result.WithNullable(t.nullable() || can_lack));
}

bool HasOrder(const Type& t) {
  return t.is_numeric() || t.is_character() || t.is_datetime() || t.root() == TypeRoot::kBoolean;
}

template <AggregateKind kKind>
Result<BoundAggregate> BindExtreme(const BindArgs& args) {
  if (args.types.size() != 1 || !HasOrder(args.types[0])) return NoSuchOverload();
  // The least and greatest time of a window stay time attributes, as in Flink; the planner takes
  // the mark away behind a plain GROUP BY.
  return Bound(kKind, args, args.types[0]);
}

template <AggregateKind kKind>
Result<BoundAggregate> BindValue(const BindArgs& args) {
  if (args.types.size() != 1 || IsNullType(args.types[0])) return NoSuchOverload();
  return Bound(kKind, args, args.types[0].WithTimeAttribute(data::TimeAttribute::kNone));
}

Result<BoundAggregate> BindListagg(const BindArgs& args) {
  const size_t n = args.types.size();
  if (n != 1 && n != 2) return NoSuchOverload();
  if (!args.types[0].is_character()) return NoSuchOverload();
  if (n == 2) {
    if (!args.types[1].is_character()) return NoSuchOverload();
    if (args.literals[1] == nullptr || args.literals[1]->IsNull(0)) {
      return Status::InvalidSql("The separator of LISTAGG must be a literal that is not NULL");
    }
  }
  return Bound(AggregateKind::kListagg, args,
               Type::String().WithNullable(args.types[0].nullable()));
}

Result<BoundAggregate> BindCollect(const BindArgs& args) {
  if (args.types.size() != 1 || IsNullType(args.types[0])) return NoSuchOverload();
  return Bound(AggregateKind::kCollect, args, Type::Multiset(args.types[0]).WithNullable(false));
}

Result<BoundAggregate> BindArrayAgg(const BindArgs& args) {
  if (args.types.size() != 1 || IsNullType(args.types[0])) return NoSuchOverload();
  return Bound(AggregateKind::kArrayAgg, args,
               Type::Array(args.types[0]).WithNullable(args.types[0].nullable()));
}

Result<BoundAggregate> BindPercentile(const BindArgs& args) {
  const size_t n = args.types.size();
  if (n < 2 || n > 3 || !args.types[0].is_numeric()) return NoSuchOverload();
  const Type& percentage = args.types[1];
  const bool many = percentage.root() == TypeRoot::kArray;
  if (!(many ? percentage.child(0) : percentage).is_numeric()) return NoSuchOverload();
  if (n == 3 && !args.types[2].is_integer()) return NoSuchOverload();
  const Type one = Type::Double().WithNullable(false);
  BoundAggregate bound{AggregateKind::kPercentile,
                       {Type::Double().WithNullable(args.types[0].nullable()),
                        many ? Type::Array(one).WithNullable(false) : one},
                       many ? Type::Array(Type::Double()) : Type::Double()};
  if (n == 3) bound.params.push_back(Type::Bigint().WithNullable(args.types[2].nullable()));
  return bound;
}

const AggregateFunction kFunctions[] = {
    {"COUNT",
     {},
     "COUNT([DISTINCT] value) or COUNT(*)",
     "How many rows have a value that is not NULL; all rows with *.",
     {"COUNT(*)", "3"},
     &BindCount},
    {"APPROX_COUNT_DISTINCT",
     {},
     "APPROX_COUNT_DISTINCT(value)",
     "How many different values there are that are not NULL; counted exactly.",
     {"APPROX_COUNT_DISTINCT(x)", "3"},
     &BindApproxCountDistinct},
    {"SUM",
     {},
     "SUM([DISTINCT] numeric)",
     "The sum, in the argument's type (integers wrap around); DECIMAL(38, s) for DECIMAL(p, s).",
     {"SUM(x)", "6"},
     &BindSum},
    {"AVG",
     {},
     "AVG([DISTINCT] numeric)",
     "The arithmetic mean, in the argument's type (integers are cut off); DECIMAL(38, max(6, s)) "
     "for DECIMAL(p, s).",
     {"AVG(x)", "2"},
     &BindAverage<AggregateKind::kAvg>},
    {"MIN",
     {},
     "MIN(value)",
     "The least value.",
     {"MIN(x)", "1"},
     &BindExtreme<AggregateKind::kMin>},
    {"MAX",
     {},
     "MAX(value)",
     "The greatest value.",
     {"MAX(x)", "3"},
     &BindExtreme<AggregateKind::kMax>},
    {"STDDEV_POP",
     {},
     "STDDEV_POP([DISTINCT] numeric)",
     "The population's standard deviation.",
     {"STDDEV_POP(x)", "0"},
     &BindAverage<AggregateKind::kStddevPop>},
    {"STDDEV_SAMP",
     {"STDDEV"},
     "STDDEV_SAMP([DISTINCT] numeric)",
     "The sample's standard deviation; NULL of a single value.",
     {"STDDEV_SAMP(x)", "1"},
     &BindAverage<AggregateKind::kStddevSamp>},
    {"VAR_POP",
     {},
     "VAR_POP([DISTINCT] numeric)",
     "The population's variance.",
     {"VAR_POP(x)", "0"},
     &BindAverage<AggregateKind::kVarPop>},
    {"VAR_SAMP",
     {"VARIANCE"},
     "VAR_SAMP([DISTINCT] numeric)",
     "The sample's variance; NULL of a single value.",
     {"VAR_SAMP(x)", "1"},
     &BindAverage<AggregateKind::kVarSamp>},
    {"FIRST_VALUE",
     {},
     "FIRST_VALUE(value)",
     "The first value that is not NULL.",
     {"FIRST_VALUE(x)", "1"},
     &BindValue<AggregateKind::kFirstValue>},
    {"LAST_VALUE",
     {},
     "LAST_VALUE(value)",
     "The last value that is not NULL.",
     {"LAST_VALUE(x)", "3"},
     &BindValue<AggregateKind::kLastValue>},
    {"LISTAGG",
     {},
     "LISTAGG([DISTINCT] string [, separator])",
     "The strings in order of arrival, with a separator (',') between them.",
     {"LISTAGG(CAST(x AS STRING), '-')", "1-2-3"},
     &BindListagg},
    {"COLLECT",
     {},
     "COLLECT([DISTINCT] value)",
     "The values that are not NULL, as a multiset.",
     {"COLLECT(x)", "{1=1, 2=1, 3=1}"},
     &BindCollect},
    {"ARRAY_AGG",
     {},
     "ARRAY_AGG([DISTINCT] value [IGNORE NULLS])",
     "The values in order of arrival, as an array; NULL of no rows.",
     {"ARRAY_AGG(x)", "[1, 2, 3]"},
     &BindArrayAgg},
    {"PERCENTILE",
     {},
     "PERCENTILE([DISTINCT] numeric, percentage [, frequency])",
     "The value below which this share (0.0 to 1.0) of the values lies, interpolated between two "
     "values; an array of shares gives an array. A value counts as often as its frequency says.",
     {"PERCENTILE(x, 0.75)", "2.5"},
     &BindPercentile},
    {"SINGLE_VALUE",
     {},
     "SINGLE_VALUE(value)",
     "The only value; more than one row is an error.",
     {"SINGLE_VALUE(x) FILTER (WHERE x = 2)", "2"},
     &BindValue<AggregateKind::kSingleValue>},
};

}  // namespace

std::span<const AggregateFunction> AggregateFunctions() { return kFunctions; }

}  // namespace thalweg::expr
