// The sorting operators: what a SortNode means in each mode.
//
//   final_only                 ORDER BY [LIMIT] of a bounded input: +I rows at its end
//   no keys, insert-only       LIMIT: the first rows to arrive, passed on at once
//   keys and a limit           Top-N that changes: rows that enter are +I, rows that leave -D
//   keys, no limit             ascending time attribute: rows are sent in order of time once the
//                              watermark has passed them; later ones are dropped and counted
// All of them run on one subtask. Watermarks pass through, after the rows that they release.
#pragma once

#include <memory>

#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

/// For SortNode.
Result<std::unique_ptr<Operator>> MakeSortOperator(const graph::Graph& graph,
                                                   const graph::Node& node);

std::unique_ptr<Operator> MakeFinalSort(const graph::SortNode& node, data::Schema schema);
std::unique_ptr<Operator> MakeTopRows(const graph::SortNode& node, data::Schema schema,
                                      std::vector<std::string> lineage, bool input_retracts);
std::unique_ptr<Operator> MakeTimeSort(const graph::SortNode& node, data::Schema schema);

}  // namespace thalweg::operators
