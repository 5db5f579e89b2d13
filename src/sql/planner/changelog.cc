#include "sql/planner/changelog.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/default_parallelism.h"
#include "connectors/option_reader.h"
#include "sql/binder/query_binder.h"
#include "sql/planner/describe.h"

namespace thalweg::sql {
namespace {

class Inference {
 public:
  Inference(const BindContext& context, ChangelogMap* map) : context_(context), map_(*map) {}

  Status Up(const PlanPtr& plan) {
    if (map_.contains(plan.get())) return Status::OK();
    for (const PlanPtr& input : plan->inputs) TW_RETURN_IF_ERROR(Up(input));
    ChangelogTraits traits;
    for (const PlanPtr& input : plan->inputs) {
      traits.updates = traits.updates || map_[input.get()].updates;
      traits.deletes = traits.deletes || map_[input.get()].deletes;
    }
    bool input_changes = !traits.insert_only();
    if (const auto* a = SpecOf<graph::GroupAggregateNode>(plan)) {
      traits.updates = !a->final_only;
      traits.deletes = !a->final_only && input_changes;
      std::vector<int> key;
      for (size_t i = 0; i < a->keys.size(); ++i) key.push_back(static_cast<int>(i));
      traits.upsert_key = std::move(key);
    } else if (const auto* w = SpecOf<graph::WindowAggregateNode>(plan)) {
      if (input_changes && w->attached) return Refuse("WindowAggregate", plan->inputs[0]);
      traits.updates = false;
      traits.deletes = false;
    } else if (SpecOf<graph::WindowTableFunctionNode>(plan) != nullptr) {
      if (input_changes) return Refuse("WindowTableFunction", plan->inputs[0]);
    } else if (const auto* s = SpecOf<graph::SortNode>(plan)) {
      bool first_rows = s->keys.empty() && !input_changes;
      traits.updates = !s->final_only && !first_rows;
      traits.deletes = traits.updates;
      traits.upsert_key = map_[plan->inputs[0].get()].upsert_key;
    } else if (const auto* c = SpecOf<graph::CalcNode>(plan)) {
      traits.upsert_key = Project(map_[plan->inputs[0].get()].upsert_key, c->projections);
    } else if (SpecOf<graph::ScanNode>(plan) != nullptr && !plan->declared_key.empty()) {
      traits.upsert_key = plan->declared_key;
    }
    map_[plan.get()] = std::move(traits);
    if (const auto* sink = SpecOf<graph::SinkNode>(plan)) return CheckSink(plan, *sink);
    return Status::OK();
  }

  // Tells the plan below whether -U is needed of it.
  void Down(const PlanPtr& plan, bool needs_before) {
    ChangelogTraits& traits = map_[plan.get()];
    bool first = visited_.insert(plan.get()).second;
    if (!first && (traits.needs_before || !needs_before)) return;
    traits.needs_before = traits.needs_before || needs_before;
    for (const PlanPtr& input : plan->inputs) {
      bool below = traits.needs_before;
      if (const auto* c = SpecOf<graph::CalcNode>(plan)) {
        below = below || (c->condition != nullptr &&
                          !OnKeyOnly(*c, map_[input.get()], input->schema.size()));
      } else if (SpecOf<graph::UnionNode>(plan) == nullptr &&
                 SpecOf<graph::SinkNode>(plan) == nullptr) {
        below = true;  // stateful operators subtract what was before
      }
      Down(input, below);
    }
  }

  void DownFromSink(const PlanPtr& sink) { Down(sink, wants_before_[sink.get()]); }

 private:
  static std::optional<std::vector<int>> Project(const std::optional<std::vector<int>>& key,
                                                 const std::vector<expr::ExprPtr>& projections) {
    if (!key) return std::nullopt;
    std::vector<int> out;
    for (int column : *key) {
      int found = -1;
      for (size_t i = 0; i < projections.size() && found < 0; ++i) {
        if (projections[i]->kind == expr::ExprKind::kColumn && projections[i]->column == column) {
          found = static_cast<int>(i);
        }
      }
      if (found < 0) return std::nullopt;
      out.push_back(found);
    }
    return out;
  }

  // A filter on the upsert key alone passes all versions of a row, or none.
  static bool OnKeyOnly(const graph::CalcNode& calc, const ChangelogTraits& input, size_t width) {
    if (!input.upsert_key) return false;
    std::vector<bool> used(width, false);
    calc.condition->CollectColumns(&used);
    for (size_t i = 0; i < used.size(); ++i) {
      if (used[i] && std::find(input.upsert_key->begin(), input.upsert_key->end(),
                               static_cast<int>(i)) == input.upsert_key->end()) {
        return false;
      }
    }
    return true;
  }

  // The operator whose changes these are: what is only passed on is skipped.
  const PlanNode& Producer(const PlanPtr& plan) {
    const PlanNode* node = plan.get();
    while (std::holds_alternative<graph::CalcNode>(node->spec) ||
           std::holds_alternative<graph::UnionNode>(node->spec)) {
      const PlanNode* next = nullptr;
      for (const PlanPtr& input : node->inputs) {
        if (!map_[input.get()].insert_only()) next = input.get();
      }
      if (next == nullptr) break;
      node = next;
    }
    return *node;
  }

  Status Refuse(std::string_view who, const PlanPtr& input) {
    const PlanNode& producer = Producer(input);
    const ChangelogTraits& traits = map_[&producer];
    std::string_view what = traits.updates && traits.deletes ? "update and delete"
                            : traits.updates                 ? "update"
                                                             : "delete";
    return Status::InvalidSql(
        fmt::format("{} doesn't support consuming {} changes which is produced by node {}", who,
                    what, Describe(producer)));
  }

  // What the table's options say about its writers.
  Status DistributeSink(const PlanPtr& plan, const graph::SinkNode& sink,
                        const connectors::ConnectorTable& table, ChangelogTraits* traits) {
    const connectors::OptionReader options(table);
    const int64_t most = context_.configuration.GetInteger("pipeline.max-parallelism");
    TW_ASSIGN_OR_RETURN(const int64_t wanted, options.Int("sink.parallelism", 0));
    if (options.Has("sink.parallelism") && (wanted < 1 || wanted > most)) {
      return options.Error("sink.parallelism", fmt::format("must be between 1 and {}", most));
    }
    traits->sink_parallelism = static_cast<int>(wanted);
    TW_ASSIGN_OR_RETURN(const bool by_partition,
                        options.Bool("sink.shuffle-by-partition.enable", false));
    const int64_t input = DefaultParallelism(context_.configuration);
    if (by_partition && traits->insert_only()) {
      traits->sink_keys = ColumnsOf(plan, sink.partition_keys);
    } else if (wanted != 0 && wanted != input && !traits->insert_only()) {
      // The changes of one key must stay in order.
      if (sink.primary_key.empty()) {
        return options.Error(
            "sink.parallelism",
            fmt::format("{} writers behind {} need a primary key, since the query updates and "
                        "deletes rows; declare one, or leave the option out",
                        wanted, input));
      }
      traits->sink_keys = ColumnsOf(plan, sink.primary_key);
    }
    return Status::OK();
  }

  static std::vector<int> ColumnsOf(const PlanPtr& plan, const std::vector<std::string>& names) {
    std::vector<int> columns;
    for (size_t i = 0; i < plan->schema.size(); ++i) {
      if (std::ranges::count(names, plan->schema[i].name) > 0)
        columns.push_back(static_cast<int>(i));
    }
    return columns;
  }

  Status CheckSink(const PlanPtr& plan, const graph::SinkNode& sink) {
    const PlanPtr& input = plan->inputs[0];
    ChangelogTraits& traits = map_[plan.get()];
    if (sink.collect) {
      wants_before_[plan.get()] = true;
      return Status::OK();
    }
    connectors::ConnectorTable table{sink.table, sink.physical, sink.primary_key,
                                     sink.partition_keys, sink.options};
    TW_ASSIGN_OR_RETURN(auto connector, connectors::MakeSink(table, context_.connector));
    for (const std::string& key : sink.metadata_keys) {
      std::vector<std::string> keys = connector->writable_metadata();
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        return Status::InvalidSql(fmt::format(
            "Invalid metadata key '{}' of table '{}': the sink has no such key to write", key,
            sink.table));
      }
    }
    if (sink.overwrite) TW_RETURN_IF_ERROR(connector->ApplyOverwrite());
    TW_RETURN_IF_ERROR(DistributeSink(plan, sink, table, &traits));
    connectors::SinkMode mode = connector->mode();
    if (traits.insert_only()) return Status::OK();
    if (mode == connectors::SinkMode::kInsertOnly) {
      return Refuse("Table sink '" + sink.table + "'", input);
    }
    if (mode == connectors::SinkMode::kUpsert && sink.primary_key.empty()) {
      return Status::InvalidSql(
          "please declare primary key for sink table when query contains update/delete record.");
    }
    std::string strategy = context_.configuration.GetString("table.exec.sink.upsert-materialize");
    if (!sink.primary_key.empty() && strategy != "NONE") {
      const std::optional<std::vector<int>>& key = map_[input.get()].upsert_key;
      bool within = key.has_value();
      for (size_t i = 0; within && i < key->size(); ++i) {
        const std::string& name = plan->schema[static_cast<size_t>((*key)[i])].name;
        within = std::find(sink.primary_key.begin(), sink.primary_key.end(), name) !=
                 sink.primary_key.end();
      }
      traits.materialize = strategy == "FORCE" || !within;
    }
    wants_before_[plan.get()] = mode == connectors::SinkMode::kAll || traits.materialize;
    return Status::OK();
  }

  const BindContext& context_;
  ChangelogMap& map_;
  std::map<const PlanNode*, bool> wants_before_;
  std::set<const PlanNode*> visited_;
};

}  // namespace

Result<ChangelogMap> InferChangelog(const std::vector<PlanPtr>& sinks, const BindContext& context) {
  ChangelogMap map;
  Inference inference(context, &map);
  for (const PlanPtr& sink : sinks) TW_RETURN_IF_ERROR(inference.Up(sink));
  for (const PlanPtr& sink : sinks) inference.DownFromSink(sink);
  return map;
}

}  // namespace thalweg::sql
