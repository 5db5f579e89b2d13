// AggregateFunction: name, typing and documentation of aggregates. Their accumulators live in
// operators/aggregate/, found by AggregateKind.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/type.h"
#include "expr/expr.h"
#include "expr/function.h"

namespace thalweg::expr {

/// The numbers stand in snapshots: new kinds come last.
enum class AggregateKind : uint8_t {
  kCountStar,  ///< COUNT(*)
  kCount,
  kSum,
  kAvg,
  kMin,
  kMax,
  kStddevPop,
  kStddevSamp,
  kVarPop,
  kVarSamp,
  kFirstValue,
  kLastValue,
  kListagg,
  kCollect,
  kArrayAgg,
  kPercentile,
  kSingleValue,  ///< scalar subqueries: more than one row is an error
  kAvgOfSum,     ///< AVG put together from SUM and COUNT: the sum is of the argument's type
};

struct BoundAggregate {
  AggregateKind kind;
  std::vector<data::Type> params;
  data::Type result;
};

struct AggregateFunction {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::string_view signature;
  std::string_view doc;
  FunctionExample example;
  Result<BoundAggregate> (*bind)(const BindArgs& args);
};

/// One aggregate call over the input columns of an aggregate operator.
struct AggregateCall {
  AggregateKind kind;
  std::vector<int> args;  // input columns, already of the parameter types
  std::vector<data::Type> arg_types;
  int filter = -1;  // BOOLEAN input column of FILTER (WHERE ..), or -1
  bool distinct = false;
  data::Type result;
  std::string name;         // "SUM(price)", for EXPLAIN and errors
  data::ColumnPtr literal;  // LISTAGG's separator, PERCENTILE's percentages; else null
  /// What it computes in terms of the sources' columns, whatever columns are read beside them:
  /// finds its state again when the SQL around it has changed. The arguments alone, too. Empty: by
  /// `name` and columns.
  std::string identity;
  std::string arguments_identity;
};

}  // namespace thalweg::expr
