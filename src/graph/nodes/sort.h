// SortNode: ORDER BY [LIMIT] and LIMIT on a bounded input, or at the end of one in streaming mode.
//
// Without sort keys it is a plain LIMIT: the first rows to arrive. Output: +I only when final_only,
// else the changelog of the current top rows (streaming LIMIT).
#pragma once

#include <cstdint>
#include <vector>

namespace thalweg::graph {

struct SortKey {
  int column = 0;
  bool ascending = true;
  bool nulls_last = false;  ///< Flink: NULLs are the smallest, first when ascending
};

struct SortNode {
  std::vector<SortKey> keys;
  int64_t offset = 0;
  int64_t limit = -1;      ///< -1: all rows
  bool final_only = true;  ///< emit once at the end of the input (batch, bounded streaming sort)
  bool emit_update_before = true;
};

}  // namespace thalweg::graph
