// ScanNode: reads a connector's table. Output: columns, then metadata keys.
//
// Input -> output changelog: none -> +I (append-only connectors).
// The watermark is generated here, per split, from expressions over the scan's own output, because
// a watermark is a property of a split's order; computed columns are substituted in by the planner.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/type.h"
#include "expr/expr.h"

namespace thalweg::graph {

/// WATERMARK FOR rowtime AS watermark.
struct WatermarkSpec {
  expr::ExprPtr rowtime;    ///< TIMESTAMP(3) or TIMESTAMP_LTZ(3) over the scan's output
  expr::ExprPtr watermark;  ///< same type; NULL keeps the running watermark
  /// A split without rows for this long no longer holds the watermark; 0: never idle.
  int64_t idle_timeout_ms = 0;
  /// pipeline.auto-watermark-interval: a watermark follows a row once it has advanced by more.
  int64_t interval_ms = 200;
  std::string rowtime_name;  ///< for errors
};

struct ScanNode {
  std::string table;      ///< identifier, for messages
  data::Schema physical;  ///< all physical columns of the table
  std::vector<std::string> primary_key;
  std::vector<std::string> partition_keys;
  std::map<std::string, std::string, std::less<>> options;
  data::Schema columns;                    ///< columns read, nested fields pruned
  std::vector<std::string> metadata_keys;  ///< read after them
  std::vector<expr::ExprPtr> filters;      ///< advisory conjuncts over the output
  std::optional<WatermarkSpec> watermark;
};

}  // namespace thalweg::graph
