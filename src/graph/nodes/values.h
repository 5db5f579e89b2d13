// ValuesNode: literal rows, produced once by one subtask. Output: +I.
#pragma once

#include <vector>

#include "data/column.h"

namespace thalweg::graph {

struct ValuesNode {
  int32_t num_rows = 0;
  std::vector<data::ColumnPtr> columns;  ///< flat, num_rows each; none for a FROM-less SELECT
};

}  // namespace thalweg::graph
