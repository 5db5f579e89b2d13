// WindowTableFunctionNode: a window TVF whose windows are not aggregated right away. Each row
// becomes one row per window it belongs to, with window_start, window_end, window_time appended.
// Input: +I; output: +I. Stateless for TUMBLE, HOP and CUMULATE; SESSION keeps rows until their
// session closes (partitioned by `keys`).
#pragma once

#include <vector>

#include "graph/nodes/window.h"

namespace thalweg::graph {

struct WindowTableFunctionNode {
  WindowSpec window;
  std::vector<int> keys;  ///< SESSION's PARTITION BY
  bool final_only = false;
};

}  // namespace thalweg::graph
