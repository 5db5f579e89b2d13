#include "graph/graph.h"

#include <fmt/format.h>

namespace thalweg::graph {
namespace {

std::string DistributionText(const Edge& e, const Node& producer) {
  switch (e.distribution) {
    case Distribution::kForward:
      return "";
    case Distribution::kSingleton:
      return " <- single";
    case Distribution::kRebalance:
      return " <- rebalance";
    case Distribution::kHash: {
      std::string s = " <- hash[";
      for (size_t i = 0; i < e.keys.size(); ++i) {
        if (i > 0) s += ", ";
        s += producer.output[static_cast<size_t>(e.keys[i])].name;
      }
      return s + "]";
    }
  }
  return "";
}

void ExplainNode(const Graph& g, int index, int depth, std::string_view exchange,
                 std::vector<bool>* seen, std::string* out) {
  const Node& n = g.nodes[static_cast<size_t>(index)];
  const std::string indent =
      depth == 0 ? "" : std::string(static_cast<size_t>(depth - 1) * 3, ' ') + "+- ";
  const bool is_sink = std::holds_alternative<SinkNode>(n.spec);
  out->append(fmt::format("{}{}{}{}{}\n", indent, n.name,
                          is_sink ? "" : fmt::format(", changelogMode={}", ToString(n.mode)),
                          exchange, (*seen)[static_cast<size_t>(index)] ? " (reused)" : ""));
  if ((*seen)[static_cast<size_t>(index)]) return;
  (*seen)[static_cast<size_t>(index)] = true;
  if (!n.state_note.empty()) {
    out->append(fmt::format("{}   state: {}\n", std::string(static_cast<size_t>(depth) * 3, ' '),
                            n.state_note));
  }
  for (const Edge& e : n.inputs) {
    ExplainNode(g, e.from, depth + 1, DistributionText(e, g.nodes[static_cast<size_t>(e.from)]),
                seen, out);
  }
}

}  // namespace

std::string Graph::Explain() const {
  std::string out;
  std::vector<bool> seen(nodes.size(), false);
  std::vector<bool> consumed(nodes.size(), false);
  for (const Node& n : nodes) {
    for (const Edge& e : n.inputs) consumed[static_cast<size_t>(e.from)] = true;
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!consumed[i]) ExplainNode(*this, static_cast<int>(i), 0, "", &seen, &out);
  }
  return out;
}

}  // namespace thalweg::graph
