#include "sql/lowering/lowering.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <type_traits>

#include "base/default_parallelism.h"
#include "graph/partial_schema.h"
#include "sql/lowering/lineage.h"
#include "sql/planner/describe.h"

namespace thalweg::sql {
namespace {

using graph::Distribution;
using graph::Edge;

bool Deterministic(const std::vector<expr::ExprPtr>& exprs) {
  for (const expr::ExprPtr& e : exprs) {
    if (e != nullptr && !e->deterministic()) return false;
  }
  return true;
}

class Lowerer {
 public:
  Lowerer(const ChangelogMap& changelog, const BindContext& context) : changelog_(changelog) {
    graph_.streaming = context.streaming;
    std::string strategy = context.configuration.GetString("table.optimizer.agg-phase-strategy");
    two_phase_ = strategy == "TWO_PHASE" ||
                 (strategy == "AUTO" && DefaultParallelism(context.configuration) != 1);
  }

  int Add(const PlanPtr& plan) {
    if (auto it = nodes_.find(plan.get()); it != nodes_.end()) return it->second;
    std::vector<int> inputs;
    for (const PlanPtr& input : plan->inputs) inputs.push_back(Add(input));
    std::vector<const Lineage*> lineages;
    for (const PlanPtr& input : plan->inputs) lineages.push_back(&lineages_.at(input.get()));
    const Lineage& lineage =
        lineages_.emplace(plan.get(), LineageOf(*plan, lineages)).first->second;
    const ChangelogTraits& traits = changelog_.at(plan.get());
    graph::Node node;
    node.spec = plan->spec;
    node.output = plan->schema;
    node.family = lineage.family;
    node.lineage = lineage.columns;
    node.mode = traits.mode();
    if (traits.upsert_key) node.upsert_key = *traits.upsert_key;
    bool input_changes =
        !plan->inputs.empty() && !changelog_.at(plan->inputs[0].get()).insert_only();
    if (auto* a = std::get_if<graph::GroupAggregateNode>(&node.spec)) {
      a->input_retracts = input_changes;
      IdentifyCalls(*lineages[0], &a->aggregates);
      a->emit_update_before = traits.needs_before;
    } else if (auto* w = std::get_if<graph::WindowAggregateNode>(&node.spec)) {
      w->input_retracts = input_changes;
      IdentifyCalls(*lineages[0], &w->aggregates);
    } else if (auto* s = std::get_if<graph::SortNode>(&node.spec)) {
      s->emit_update_before = traits.needs_before;
    } else if (auto* k = std::get_if<graph::SinkNode>(&node.spec)) {
      k->upsert_materialize = traits.materialize;
      node.parallelism = traits.sink_parallelism;
      if (traits.materialize) {
        for (const std::string& name : k->primary_key)
          k->upsert_key.push_back(ColumnOf(plan, name));
      }
    }
    PlanNode described = *plan;
    described.spec = node.spec;
    node.name = Describe(described);
    node.state_note = DescribeState(described);
    if (auto* a = std::get_if<graph::GroupAggregateNode>(&node.spec)) {
      if (a->mini_batch || a->final_only) AddLocalPhase(plan, a, &node, &inputs[0]);
    } else if (auto* w = std::get_if<graph::WindowAggregateNode>(&node.spec)) {
      const bool sliced = w->window.kind != graph::WindowKind::kSession;
      if (sliced && w->window.event_time && !w->attached) {
        AddLocalPhase(plan, w, &node, &inputs[0]);
      }
    }
    for (size_t i = 0; i < inputs.size(); ++i)
      node.inputs.push_back(EdgeTo(node, inputs[i], traits));

    int index = Place(std::move(node));
    nodes_.emplace(plan.get(), index);
    return index;
  }

  graph::Graph Take() { return std::move(graph_); }

 private:
  // The node's place in the graph: a new one, or that of an equal node.
  int Place(graph::Node node) {
    std::string digest = Digest(node);
    bool shareable = Shareable(node);
    if (shareable) {
      if (auto it = by_digest_.find(digest); it != by_digest_.end()) return it->second;
    }
    // Two nodes of one identity still differ in name.
    uint64_t identity = HashText(Identity(node));
    int copy = copies_[identity]++;
    node.uid =
        copy == 0 ? fmt::format("{:016x}", identity) : fmt::format("{:016x}-{}", identity, copy);
    int index = static_cast<int>(graph_.nodes.size());
    if (shareable) by_digest_.emplace(std::move(digest), index);
    graph_.nodes.push_back(std::move(node));
    return index;
  }

  // Puts a local phase below the aggregation `global` of `node`, if it can be split; `input` is
  // then the node that it reads.
  template <typename Aggregate>
  void AddLocalPhase(const PlanPtr& plan, Aggregate* global, graph::Node* node, int* input) {
    if (!two_phase_) return;
    std::optional<data::Schema> partial =
        graph::PartialSchema(global->aggregates, global->input_retracts);
    if (!partial) return;
    graph::Node below;
    for (int key : global->keys) {
      below.output.push_back(plan->inputs[0]->schema[static_cast<size_t>(key)]);
    }
    if constexpr (std::is_same_v<Aggregate, graph::WindowAggregateNode>) {
      below.output.push_back({"slice_end", data::Type::Bigint().WithNullable(false)});
    }
    below.output.insert(below.output.end(), partial->begin(), partial->end());
    if constexpr (std::is_same_v<Aggregate, graph::WindowAggregateNode>) {
      below.output.push_back({"rows", data::Type::Bigint().WithNullable(false)});
    }
    Aggregate local = *global;
    local.phase = graph::AggregatePhase::kLocal;
    PlanNode described = *plan;
    described.spec = local;
    below.name = "Local" + Describe(described);
    below.spec = std::move(local);
    below.inputs.push_back({*input, Distribution::kForward, {}});
    below.state_note = "none: it sends what a batch has added up to";
    global->phase = graph::AggregatePhase::kGlobal;
    for (size_t i = 0; i < global->keys.size(); ++i) global->keys[i] = static_cast<int>(i);
    node->name = "Global" + node->name;
    *input = Place(std::move(below));
  }

  static int ColumnOf(const PlanPtr& plan, const std::string& name) {
    for (size_t i = 0; i < plan->schema.size(); ++i) {
      if (plan->schema[i].name == name) return static_cast<int>(i);
    }
    TW_CHECK(false, name);
    return -1;
  }

  static Edge Keyed(int from, const std::vector<int>& keys) {
    if (keys.empty()) return {from, Distribution::kSingleton, {}};
    return {from, Distribution::kHash, keys};
  }

  Edge EdgeTo(const graph::Node& node, int from, const ChangelogTraits& traits) const {
    if (const auto* a = std::get_if<graph::GroupAggregateNode>(&node.spec)) {
      return Keyed(from, a->keys);
    }
    if (const auto* w = std::get_if<graph::WindowAggregateNode>(&node.spec)) {
      return Keyed(from, w->keys);
    }
    if (const auto* f = std::get_if<graph::WindowTableFunctionNode>(&node.spec)) {
      if (f->window.kind == graph::WindowKind::kSession) return Keyed(from, f->keys);
    }
    if (std::holds_alternative<graph::SortNode>(node.spec)) {
      return {from, Distribution::kSingleton, {}};
    }
    if (const auto* s = std::get_if<graph::SinkNode>(&node.spec)) {
      if (s->upsert_materialize) return Keyed(from, s->upsert_key);
      if (!traits.sink_keys.empty()) return Keyed(from, traits.sink_keys);
    }
    return {from, Distribution::kForward, {}};
  }

  // What the node is, as text: its description, what that leaves out, and its inputs.
  std::string Digest(const graph::Node& node) const {
    std::string digest = node.name;
    digest += graph::ToString(node.mode);
    for (const data::Field& field : node.output) {
      digest += "|" + field.name + " " + field.type.ToString();
    }
    if (const auto* scan = std::get_if<graph::ScanNode>(&node.spec)) {
      for (const auto& [key, value] : scan->options) digest += "|" + key + "=" + value;
      for (const std::string& key : scan->metadata_keys) digest += "|m:" + key;
    } else if (const auto* sink = std::get_if<graph::SinkNode>(&node.spec)) {
      for (const auto& [key, value] : sink->options) digest += "|" + key + "=" + value;
    } else if (const auto* a = std::get_if<graph::GroupAggregateNode>(&node.spec)) {
      digest += fmt::format("|phase{}", static_cast<int>(a->phase));
      for (const expr::AggregateCall& call : a->aggregates) digest += CallDigest(call);
    } else if (const auto* w = std::get_if<graph::WindowAggregateNode>(&node.spec)) {
      digest += fmt::format("|phase{}", static_cast<int>(w->phase));
      for (const expr::AggregateCall& call : w->aggregates) digest += CallDigest(call);
    }
    for (const Edge& edge : node.inputs) {
      digest += "<" + graph_.nodes[static_cast<size_t>(edge.from)].uid;
    }
    return digest;
  }

  // What must stay the same for a checkpoint's state to be the node's: tables by name, so that a
  // job may read other columns of them or change an option; aggregates whether they are computed in
  // one phase or two, which depends on the parallelism.
  std::string Identity(const graph::Node& node) const {
    if (const auto* scan = std::get_if<graph::ScanNode>(&node.spec)) {
      return "scan|" + scan->table + ConnectorOf(scan->options);
    }
    if (const auto* sink = std::get_if<graph::SinkNode>(&node.spec)) {
      return "sink|" + sink->table + ConnectorOf(sink->options);
    }
    std::string_view name = node.name;
    for (const std::string_view phase : {"Local", "Global"}) {
      if (name.starts_with(phase)) name.remove_prefix(phase.size());
    }
    std::string identity(name);
    if (IsLocalPhase(node)) identity += "|local";
    if (const auto* a = std::get_if<graph::GroupAggregateNode>(&node.spec)) {
      for (const expr::AggregateCall& call : a->aggregates) identity += CallDigest(call);
    } else if (const auto* w = std::get_if<graph::WindowAggregateNode>(&node.spec)) {
      for (const expr::AggregateCall& call : w->aggregates) identity += CallDigest(call);
    }
    for (const Edge& edge : node.inputs) {
      const graph::Node* input = &graph_.nodes[static_cast<size_t>(edge.from)];
      if (IsLocalPhase(*input)) input = &graph_.nodes[static_cast<size_t>(input->inputs[0].from)];
      identity += "<" + input->uid;
    }
    return identity;
  }

  static bool IsLocalPhase(const graph::Node& node) {
    if (const auto* a = std::get_if<graph::GroupAggregateNode>(&node.spec)) {
      return a->phase == graph::AggregatePhase::kLocal;
    }
    const auto* w = std::get_if<graph::WindowAggregateNode>(&node.spec);
    return w != nullptr && w->phase == graph::AggregatePhase::kLocal;
  }

  static std::string ConnectorOf(const std::map<std::string, std::string, std::less<>>& options) {
    const auto connector = options.find("connector");
    return connector == options.end() ? "" : "|" + connector->second;
  }

  static std::string CallDigest(const expr::AggregateCall& call) {
    std::string digest =
        fmt::format("|{}:{}:{}", static_cast<int>(call.kind), call.filter, call.distinct);
    for (int arg : call.args) digest += fmt::format(",{}", arg);
    if (call.literal != nullptr) digest += expr::MakeLiteral(call.literal)->ToString({});
    return digest;
  }

  static bool Shareable(const graph::Node& node) {
    if (std::holds_alternative<graph::SinkNode>(node.spec)) return false;
    // Rows of VALUES are not part of the description.
    if (std::holds_alternative<graph::ValuesNode>(node.spec)) return false;
    if (const auto* calc = std::get_if<graph::CalcNode>(&node.spec)) {
      return Deterministic(calc->projections) && Deterministic({calc->condition});
    }
    return true;
  }

  const ChangelogMap& changelog_;
  bool two_phase_ = false;
  graph::Graph graph_;
  std::map<const PlanNode*, int> nodes_;
  std::map<const PlanNode*, Lineage> lineages_;
  std::map<std::string, int> by_digest_;
  std::map<uint64_t, int> copies_;
};

}  // namespace

graph::Graph Lower(const std::vector<PlanPtr>& sinks, const ChangelogMap& changelog,
                   const BindContext& context) {
  Lowerer lowerer(changelog, context);
  for (const PlanPtr& sink : sinks) lowerer.Add(sink);
  return lowerer.Take();
}

}  // namespace thalweg::sql
