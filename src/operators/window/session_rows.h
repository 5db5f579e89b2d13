// SessionRows: the SESSION table function without an aggregation: keeps each row until its session
// has closed, then sends it with its window. Input -> output changelog: +I -> +I.
#pragma once

#include <memory>
#include <vector>

#include "data/batch.h"
#include "graph/graph.h"
#include "operators/operator.h"
#include "operators/window/window_slicer.h"

namespace thalweg::operators {

Result<std::unique_ptr<Operator>> MakeSessionRows(const graph::Graph& graph,
                                                  const graph::Node& node);

/// Appends window_start, window_end and window_time, whose types are the last three of `output`.
/// starts null: from the ends.
void AppendWindowColumns(const WindowSlicer& slicer, const data::Schema& output,
                         const std::vector<int64_t>& ends, const std::vector<int64_t>* starts,
                         data::Batch* batch);

}  // namespace thalweg::operators
