#include "graph/partial_schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/distinct_groups.h"

namespace thalweg::graph {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;

const Type kCount = Type::Bigint().WithNullable(false);

// What kAvgOfSum and the variances sum a column of `type` in.
Type SumType(const Type& type, int decimal_scale) {
  if (type.is_decimal()) return Type::Decimal(38, decimal_scale);
  if (type.is_integer()) return Type::Bigint();
  return type.root() == data::TypeRoot::kFloat ? Type::Float() : Type::Double();
}

// The types of one call's accumulators; none: no partial form.
std::vector<Type> PartialTypes(const AggregateCall& call, bool input_retracts) {
  switch (call.kind) {
    case AggregateKind::kCountStar:
    case AggregateKind::kCount:
      return {kCount};
    case AggregateKind::kSum:
      return {call.result.WithNullable(true), kCount};
    case AggregateKind::kAvg:
      if (call.arg_types[0].root() == data::TypeRoot::kFloat) return {Type::Double(), kCount};
      [[fallthrough]];
    case AggregateKind::kAvgOfSum:
      return {SumType(call.arg_types[0], call.arg_types[0].scale()), kCount};
    case AggregateKind::kStddevPop:
    case AggregateKind::kStddevSamp:
    case AggregateKind::kVarPop:
    case AggregateKind::kVarSamp: {
      const int work = std::max(2 * call.result.scale() - 39, 6);
      return {SumType(call.arg_types[0], work),
              SumType(call.arg_types[0], call.arg_types[0].scale()), kCount};
    }
    case AggregateKind::kMin:
    case AggregateKind::kMax:
    case AggregateKind::kListagg:
      if (input_retracts) return {};
      return {call.result.WithNullable(true)};
    default:
      return {};
  }
}

}  // namespace

std::optional<data::Schema> PartialSchema(std::span<const AggregateCall> calls,
                                          bool input_retracts) {
  data::Schema out;
  if (input_retracts) out.push_back({"record_count", kCount});
  for (size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].distinct) continue;
    const std::vector<Type> types = PartialTypes(calls[i], input_retracts);
    if (types.empty()) return std::nullopt;
    for (size_t j = 0; j < types.size(); ++j) {
      out.push_back({fmt::format("{}${}", calls[i].name, j), types[j]});
    }
  }
  for (const DistinctGroup& g : DistinctGroupsOf(calls)) {
    if (input_retracts || g.args.size() != 1) return std::nullopt;
    for (const int m : g.members) {
      const AggregateKind kind = calls[static_cast<size_t>(m)].kind;
      // Those depend on the order of rows, which a split would lose.
      if (kind == AggregateKind::kFirstValue || kind == AggregateKind::kLastValue ||
          kind == AggregateKind::kArrayAgg || kind == AggregateKind::kListagg ||
          kind == AggregateKind::kSingleValue) {
        return std::nullopt;
      }
    }
    const AggregateCall& first = calls[static_cast<size_t>(g.members[0])];
    out.push_back({first.name + "$values", Type::Array(first.arg_types[0]).WithNullable(false)});
    out.push_back({first.name + "$masks", Type::Array(kCount).WithNullable(false)});
  }
  return out;
}

}  // namespace thalweg::graph
