// WindowAggregateNode: aggregation on windows; each window is emitted once, when the watermark (or
// the clock) passes its end.
//
// Output columns: the keys, one per aggregate, then `properties`. Output: +I only. State is freed
// when its window has fired; a row whose last window is behind the watermark is late: dropped and
// counted.
// With `attached`, the input comes from another window (cascade, or a window TVF with row-wise
// columns): its window is given by columns instead of being assigned.
#pragma once

#include <vector>

#include "expr/aggregate.h"
#include "graph/nodes/group_aggregate.h"
#include "graph/nodes/window.h"

namespace thalweg::graph {

struct WindowAggregateNode {
  AggregatePhase phase = AggregatePhase::kSingle;
  WindowSpec window;
  bool attached = false;
  int attached_start = -1;  ///< input column of window_start; -1: not given
  int attached_end = -1;    ///< input column of window_end
  std::vector<int> keys;
  std::vector<expr::AggregateCall> aggregates;
  std::vector<WindowProperty> properties;
  /// Legacy group windows (GROUP BY TUMBLE(..)) accept retractions; window TVFs do not.
  bool input_retracts = false;
  bool final_only = false;  ///< batch mode: no watermarks, all windows fire at the end
};

}  // namespace thalweg::graph
