// RestoreFit: how a checkpoint fits a graph that may have changed since it was made.
//
// A node's state is found by its uid. Where that is no longer there, by what the state is about
// (Node::family: input, keys, window): then the aggregates that both have go on, those that are
// gone are dropped, and new ones start empty. If several nodes come into question, those with most
// in common belong together; if that does not decide, the state is lost rather than mixed up.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "runtime/manifest.h"

namespace thalweg::runtime {

struct RestoreFit {
  struct NodeFit {
    int snapshot = -1;  ///< index in Manifest::nodes; -1: none
    /// The rows are as this job writes them: its snapshots may build upon those of the checkpoint.
    bool same_rows = true;
  };
  std::vector<NodeFit> nodes;  ///< of the graph, in its order
  /// Sinks in Manifest::nodes that the graph no longer has, whose output is still published.
  std::vector<int> departed;

  // For people, "operator" or "operator: what of it".
  std::vector<std::string> kept;
  std::vector<std::string> migrated;    ///< columns of the state were dropped or moved
  std::vector<std::string> incomplete;  ///< go on, but new columns know nothing of the past
  std::vector<std::string> lost;        ///< hold state in the checkpoint that nobody takes over
  std::vector<std::string> published;   ///< sinks of `departed`
  std::vector<std::string> fresh;       ///< keep state, and find none in the checkpoint
};

RestoreFit FitOf(const Manifest& manifest, const graph::Graph& graph);

}  // namespace thalweg::runtime
