// Graph: one job as plain data: nodes in topological order, edges by index. The waist of the house:
// SQL and the C++ API produce it, the runtime consumes only it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "data/type.h"
#include "graph/changelog_mode.h"
#include "graph/nodes/calc.h"
#include "graph/nodes/expand.h"
#include "graph/nodes/group_aggregate.h"
#include "graph/nodes/scan.h"
#include "graph/nodes/sink.h"
#include "graph/nodes/sort.h"
#include "graph/nodes/union.h"
#include "graph/nodes/values.h"
#include "graph/nodes/window_aggregate.h"
#include "graph/nodes/window_table_function.h"

namespace thalweg::graph {

using NodeSpec =
    std::variant<ScanNode, ValuesNode, CalcNode, ExpandNode, GroupAggregateNode,
                 WindowAggregateNode, WindowTableFunctionNode, SortNode, UnionNode, SinkNode>;

/// How rows reach the consumer's subtasks.
enum class Distribution : uint8_t {
  kForward,    ///< same subtask; chained into a direct call where the parallelism is equal
  kHash,       ///< by the key group of `keys`
  kSingleton,  ///< all to subtask 0
  kRebalance,  ///< round-robin, where the parallelism differs
};

struct Edge {
  int from = -1;  ///< node index
  Distribution distribution = Distribution::kForward;
  std::vector<int> keys;  ///< kHash: columns of the producer's output
};

struct Node {
  std::string
      name;  ///< "GroupAggregate(groupBy=[a], select=[a, COUNT(*)])", for EXPLAIN and errors
  /// Identity over restarts, other parallelism and SQL edits: a hash of what the node is and of its
  /// inputs' identities; tables count by their names.
  std::string uid;
  /// The same without what may change while its state stays of use: which aggregates it computes,
  /// which columns are read beside its own. Not unique. Empty: unknown.
  std::string family;
  /// Of the output columns: what they are in terms of the sources' columns.
  std::vector<std::string> lineage;
  NodeSpec spec;
  std::vector<Edge> inputs;
  data::Schema output;
  ChangelogMode mode = ChangelogMode::kInsertOnly;  ///< of the output
  std::vector<int> upsert_key;  ///< output columns that identify a row; empty: none known
  int parallelism = 0;          ///< 0: the job's
  std::string state_note;       ///< plain words: what state it keeps and when that is freed
};

struct Graph {
  std::vector<Node> nodes;  ///< inputs of a node stand before it
  bool streaming = true;

  /// One line per node, inputs indented below their consumer, each edge with its changelog mode.
  std::string Explain() const;
};

}  // namespace thalweg::graph
