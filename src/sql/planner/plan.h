// PlanNode: the logical plan. It shares its node kinds with the graph (graph/graph.h); what is
// missing here is physical: distribution, phases, changelog modes, names and identities.
//
// Immutable once built; a rule makes new nodes. Made through the functions below, which derive the
// schema and which columns are bounds of a window.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/builder.h"
#include "graph/graph.h"

namespace thalweg::sql {

struct PlanNode;
using PlanPtr = std::shared_ptr<const PlanNode>;

/// Which columns of a row are properties of the window that the row belongs to.
struct WindowColumns {
  graph::WindowSpec spec;
  std::vector<int> start;
  std::vector<int> end;
  std::vector<int> time;
};

struct PlanNode {
  graph::NodeSpec spec;
  std::vector<PlanPtr> inputs;
  data::Schema schema;
  std::optional<WindowColumns> window;
  /// Known unique keys of the rows of an append-only scan: the declared primary key.
  std::vector<int> declared_key;
};

template <typename T>
const T* SpecOf(const PlanPtr& node) {
  return std::get_if<T>(&node->spec);
}

PlanPtr MakePlan(graph::NodeSpec spec, std::vector<PlanPtr> inputs, data::Schema schema);
/// Filter and project; returns `input` itself when nothing would change but names stay equal.
PlanPtr MakeCalc(PlanPtr input, expr::ExprPtr condition, std::vector<expr::ExprPtr> projections,
                 const std::vector<std::string>& names);
/// A filter that keeps all columns.
PlanPtr MakeFilter(PlanPtr input, expr::ExprPtr condition);
/// The same rows under other column names.
PlanPtr MakeRename(PlanPtr input, const std::vector<std::string>& names);
/// One reference per column of the schema.
std::vector<expr::ExprPtr> AllColumns(const data::Schema& schema);
std::vector<std::string> NamesOf(const data::Schema& schema);
/// "a", "a0", "a1": the name made different from all in `used`, as Flink does it.
std::string UniqueName(const std::string& name, const std::vector<std::string>& used);
std::vector<std::string> UniqueNames(std::vector<std::string> names);

/// The same expression under another type of the same storage: drops or sets a time attribute.
expr::ExprPtr WithType(const expr::ExprPtr& e, const data::Type& type);
/// Sub-expressions in e, shared ones counted each time, at most `limit`.
int64_t ExprSize(const expr::ExprPtr& e, int64_t limit);

}  // namespace thalweg::sql
