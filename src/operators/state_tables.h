// What an operator would keep in keyed tables, found out without running it: for comparing a
// checkpoint with a job that may have changed since.
#pragma once

#include <vector>

#include "graph/graph.h"
#include "state/table_schema.h"

namespace thalweg::operators {

/// The schemas of the node's tables, the main one first; empty: it keeps none.
Result<std::vector<state::TableSchema>> StateTablesOf(const graph::Graph& graph,
                                                      const graph::Node& node);

}  // namespace thalweg::operators
