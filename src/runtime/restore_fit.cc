#include "runtime/restore_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/join.h"
#include "operators/sink_coordinator.h"
#include "operators/state_tables.h"
#include "runtime/departed_sink.h"
#include "state/row_conversion.h"

namespace thalweg::runtime {
namespace {
using state::SchemaChange;
using state::TableSchema;

bool HoldsState(const NodeSnapshot& n) { return !n.entries.empty() || n.state_rows > 0; }

bool KeepsState(const graph::Node& n) {
  return std::holds_alternative<graph::ScanNode>(n.spec) ||
         (!n.state_note.empty() && !n.state_note.starts_with("none"));
}

/// "GroupAggregate[k]" of "GlobalGroupAggregate(groupBy=[k], select=[..])": the list is what
/// changes.
std::string ShortName(std::string_view name) {
  if (name.starts_with("Global")) name.remove_prefix(6);
  const size_t select = name.find(", select=[");
  const size_t bare = name.find("(select=[");
  if (bare != std::string_view::npos) return std::string(name.substr(0, bare));
  return std::string(name.substr(0, select)) + (select == std::string_view::npos ? "" : ")");
}

/// What becomes of the main table; of the others only whether anything does.
SchemaChange Compare(const std::vector<TableSchema>& from, const std::vector<TableSchema>& to) {
  SchemaChange change = state::CompareSchemas(from[0], to[0]);
  change.same_rows &= from.size() == to.size();
  for (size_t i = 0; i < from.size() && change.same_rows; ++i) {
    change.same_rows = from[i].name == to[i].name && from[i].identity == to[i].identity &&
                       state::CompareSchemas(from[i], to[i]).same_rows;
  }
  return change;
}

size_t InCommon(const TableSchema& from, const TableSchema& to) {
  return static_cast<size_t>(
      std::count_if(to.fields.begin(), to.fields.end(), [&](const state::FieldSchema& f) {
        const state::FieldSchema* was = from.FindField(f.identity);
        return !f.internal && was != nullptr && was->codec == f.codec;
      }));
}

class Matcher {
 public:
  Matcher(const Manifest& manifest, const graph::Graph& graph)
      : manifest_(manifest), graph_(graph), claimed_(manifest.nodes.size()) {
    fit_.nodes.resize(graph.nodes.size());
    for (const graph::Node& node : graph.nodes) {
      auto tables = operators::StateTablesOf(graph, node);
      // The job's start will say what is wrong with the operator.
      tables_.push_back(tables.ok() ? std::move(*tables) : std::vector<TableSchema>());
    }
  }

  RestoreFit Run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (size_t s = 0; s < manifest_.nodes.size(); ++s) {
        if (manifest_.nodes[s].uid == graph_.nodes[i].uid) Pair(i, s);
      }
    }
    while (PairBest()) {
    }
    PairSorts();
    Describe();
    return std::move(fit_);
  }

 private:
  struct Candidate {
    size_t node;
    size_t snapshot;
    size_t common;
  };

  void Pair(size_t node, size_t snapshot) {
    fit_.nodes[node].snapshot = static_cast<int>(snapshot);
    claimed_[snapshot] = true;
  }
  bool Free(size_t node) const {
    return fit_.nodes[node].snapshot < 0 && !tables_[node].empty() &&
           !graph_.nodes[node].family.empty();
  }

  bool PairBest() {
    std::vector<Candidate> all;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!Free(i)) continue;
      for (size_t s = 0; s < manifest_.nodes.size(); ++s) {
        const NodeSnapshot& snapshot = manifest_.nodes[s];
        if (claimed_[s] || snapshot.tables.empty() || snapshot.family != graph_.nodes[i].family ||
            ambiguous_.contains(s)) {
          continue;
        }
        all.push_back({i, s, InCommon(snapshot.tables[0], tables_[i][0])});
      }
    }
    if (all.empty()) return false;
    const Candidate best = *std::max_element(
        all.begin(), all.end(),
        [](const Candidate& a, const Candidate& b) { return a.common < b.common; });
    for (const Candidate& c : all) {
      const bool rival = (c.node == best.node) != (c.snapshot == best.snapshot);
      if (!rival || c.common < best.common) continue;
      ambiguous_.insert(best.snapshot);
      ambiguous_.insert(c.snapshot);
      return true;
    }
    Pair(best.node, best.snapshot);
    return true;
  }

  // Sorts without a limit keep rows in entries, not in tables. Their family says which columns
  // these rows have, so that whatever is of the same family fits.
  void PairSorts() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!KeepsRowsInEntries(i)) continue;
      const std::string& family = graph_.nodes[i].family;
      std::vector<size_t> snapshots;
      for (size_t s = 0; s < manifest_.nodes.size(); ++s) {
        const NodeSnapshot& snapshot = manifest_.nodes[s];
        if (!claimed_[s] && snapshot.tables.empty() && !snapshot.entries.empty() &&
            snapshot.family == family) {
          snapshots.push_back(s);
        }
      }
      size_t rivals = 0;
      for (size_t j = 0; j < graph_.nodes.size(); ++j) {
        rivals += KeepsRowsInEntries(j) && graph_.nodes[j].family == family;
      }
      if (snapshots.size() == 1 && rivals == 1) {
        Pair(i, snapshots[0]);
      } else {
        ambiguous_.insert(snapshots.begin(), snapshots.end());
      }
    }
  }
  bool KeepsRowsInEntries(size_t node) const {
    const graph::Node& n = graph_.nodes[node];
    return fit_.nodes[node].snapshot < 0 && tables_[node].empty() && !n.family.empty() &&
           std::holds_alternative<graph::SortNode>(n.spec);
  }

  void Describe() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const graph::Node& node = graph_.nodes[i];
      RestoreFit::NodeFit& fit = fit_.nodes[i];
      if (fit.snapshot < 0) {
        if (KeepsState(node)) fit_.fresh.push_back(node.name);
        continue;
      }
      const NodeSnapshot& snapshot = manifest_.nodes[static_cast<size_t>(fit.snapshot)];
      if (!HoldsState(snapshot)) continue;
      if (snapshot.tables.empty() || tables_[i].empty()) {
        fit_.kept.push_back(node.name);
        continue;
      }
      const SchemaChange change = Compare(snapshot.tables, tables_[i]);
      fit.same_rows = change.same_rows;
      const std::string name = ShortName(node.name);
      if (!change.same_rows && !change.impossible.empty()) {
        fit_.lost.push_back(fmt::format("{}: {}", name, change.impossible));
        fit_.fresh.push_back(node.name);
        fit.snapshot = -1;
        continue;
      }
      if (!change.dropped.empty()) {
        fit_.migrated.push_back(fmt::format("{}: dropped {}", name, Join(change.dropped)));
      } else if (!change.same_rows && !change.loses_history()) {
        fit_.migrated.push_back(name + ": the same in another order");
      }
      if (!change.changed.empty()) {
        fit_.incomplete.push_back(
            fmt::format("{}: of another type, so it starts empty, as if every group had begun "
                        "now: {}",
                        name, Join(change.changed)));
      }
      if (!change.added.empty()) {
        fit_.incomplete.push_back(
            fmt::format("{}: new, so it starts empty, as if every group had begun now: {}", name,
                        Join(change.added)));
      }
      if (change.same_rows) fit_.kept.push_back(node.name);
    }
    for (size_t s = 0; s < manifest_.nodes.size(); ++s) {
      if (claimed_[s]) continue;
      if (HoldsOutput(manifest_, manifest_.nodes[s])) {
        Depart(s);
        continue;
      }
      if (!HoldsState(manifest_.nodes[s])) continue;
      fit_.lost.push_back(manifest_.nodes[s].name +
                          (ambiguous_.contains(s) ? ": several operators may go on with it" : ""));
    }
  }

  void Depart(size_t s) {
    const NodeSnapshot& sink = manifest_.nodes[s];
    if (!sink.sink) {
      fit_.lost.push_back(sink.name + ": output that is complete, but not published yet");
      return;
    }
    fit_.departed.push_back(static_cast<int>(s));
    fit_.published.push_back(sink.name);
    for (const operators::StateEntry& e : sink.entries) {
      if (manifest_.final || e.name != operators::SinkCoordinator::kCommitterState) continue;
      fit_.lost.push_back(sink.name + ": which partitions are not marked complete yet");
    }
  }

  const Manifest& manifest_;
  const graph::Graph& graph_;
  std::vector<std::vector<TableSchema>> tables_;  // of the graph's nodes
  std::vector<bool> claimed_;                     // snapshots
  std::set<size_t> ambiguous_;                    // snapshots
  RestoreFit fit_;
};

}  // namespace

RestoreFit FitOf(const Manifest& manifest, const graph::Graph& graph) {
  return Matcher(manifest, graph).Run();
}

}  // namespace thalweg::runtime
