#include <algorithm>

#include "sql/planner/optimizer.h"
#include "sql/planner/rules/nested_fields.h"
#include "sql/planner/rules/rules.h"

namespace thalweg::sql {
namespace {

using expr::ExprPtr;
using Used = std::vector<bool>;

// A plan with fewer columns, and where each old column stands now (-1: gone).
struct Pruned {
  PlanPtr plan;
  std::vector<int> position;
};

std::vector<int> Positions(const Used& used) {
  std::vector<int> position(used.size(), -1);
  int next = 0;
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i]) position[i] = next++;
  }
  return position;
}

data::Schema Select(const data::Schema& schema, const Used& used) {
  data::Schema out;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (used[i]) out.push_back(schema[i]);
  }
  return out;
}

// Columns moved to where `position` says.
ExprPtr Move(const ExprPtr& e, const std::vector<int>& position) {
  if (e == nullptr) return e;
  if (e->kind == expr::ExprKind::kColumn) {
    int to = position[static_cast<size_t>(e->column)];
    return to == e->column ? e : expr::MakeColumn(to, e->type);
  }
  if (e->args.empty()) return e;
  auto copy = std::make_shared<expr::Expr>(*e);
  for (ExprPtr& arg : copy->args) arg = Move(arg, position);
  return copy;
}

void Move(std::vector<int>* columns, const std::vector<int>& position) {
  for (int& column : *columns) column = position[static_cast<size_t>(column)];
}

// The cheapest column, read where only the number of rows matters.
size_t CheapestColumn(const data::Schema& schema) {
  size_t best = 0;
  int best_width = 1000;
  for (size_t i = 0; i < schema.size(); ++i) {
    int width = data::PhysicalWidth(data::PhysicalTypeOf(schema[i].type));
    if (width == 0) width = 100;
    if (width < best_width) {
      best = i;
      best_width = width;
    }
  }
  return best;
}

class Pruner {
 public:
  explicit Pruner(const ScanUses* uses) : uses_(uses) {}

  Pruned Prune(const PlanPtr& plan, Used used) {
    return std::visit([&](const auto& spec) { return Visit(plan, spec, std::move(used)); },
                      plan->spec);
  }

 private:
  Pruned Make(const PlanPtr& plan, graph::NodeSpec spec, std::vector<PlanPtr> inputs,
              const Used& used) {
    auto node = std::make_shared<PlanNode>();
    node->spec = std::move(spec);
    node->inputs = std::move(inputs);
    node->schema = Select(plan->schema, used);
    std::vector<int> position = Positions(used);
    for (int key : plan->declared_key) {
      int to = position[static_cast<size_t>(key)];
      if (to < 0) {
        node->declared_key.clear();
        break;
      }
      node->declared_key.push_back(to);
    }
    return {std::move(node), std::move(position)};
  }

  Pruned Visit(const PlanPtr& plan, const graph::ScanNode& scan, Used used) {
    graph::ScanNode out = scan;
    if (scan.watermark) {
      scan.watermark->rowtime->CollectColumns(&used);
      scan.watermark->watermark->CollectColumns(&used);
    }
    if (uses_ != nullptr) {
      auto it = uses_->find(ScanIdentity(scan));
      for (size_t i = 0; it != uses_->end() && i < used.size(); ++i) {
        if (it->second.contains(NameOf(scan, i))) used[i] = true;
      }
    }
    if (std::find(used.begin(), used.end(), true) == used.end() && !scan.columns.empty()) {
      used[CheapestColumn(scan.columns)] = true;
    }
    out.columns.clear();
    out.metadata_keys.clear();
    for (size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) continue;
      if (i < scan.columns.size()) {
        out.columns.push_back(scan.columns[i]);
      } else {
        out.metadata_keys.push_back(scan.metadata_keys[i - scan.columns.size()]);
      }
    }
    std::vector<int> position = Positions(used);
    if (out.watermark) {
      out.watermark->rowtime = Move(out.watermark->rowtime, position);
      out.watermark->watermark = Move(out.watermark->watermark, position);
    }
    return Make(plan, std::move(out), {}, used);
  }

  static std::string NameOf(const graph::ScanNode& scan, size_t i) {
    return i < scan.columns.size() ? scan.columns[i].name
                                   : "\n" + scan.metadata_keys[i - scan.columns.size()];
  }

  Pruned Visit(const PlanPtr& plan, const graph::ValuesNode& values, Used used) {
    graph::ValuesNode out;
    out.num_rows = values.num_rows;
    for (size_t i = 0; i < values.columns.size(); ++i) {
      if (used[i]) out.columns.push_back(values.columns[i]);
    }
    return Make(plan, std::move(out), {}, used);
  }

  Pruned Visit(const PlanPtr& plan, const graph::CalcNode& calc, Used used) {
    const PlanPtr& input = plan->inputs[0];
    Used input_used(input->schema.size(), false);
    for (size_t i = 0; i < used.size(); ++i) {
      if (used[i]) calc.projections[i]->CollectColumns(&input_used);
    }
    if (calc.condition != nullptr) calc.condition->CollectColumns(&input_used);
    Pruned below = Prune(input, std::move(input_used));
    std::vector<ExprPtr> projections;
    for (size_t i = 0; i < used.size(); ++i) {
      if (used[i]) projections.push_back(Move(calc.projections[i], below.position));
    }
    ExprPtr condition = Move(calc.condition, below.position);
    if (uses_ == nullptr) below.plan = PruneNestedFields(below.plan, &condition, &projections);
    data::Schema schema = Select(plan->schema, used);
    PlanPtr node = MakeCalc(std::move(below.plan), std::move(condition), std::move(projections),
                            NamesOf(schema));
    return {std::move(node), Positions(used)};
  }

  Pruned Visit(const PlanPtr& plan, const graph::ExpandNode& expand, Used used) {
    Used input_used(plan->inputs[0]->schema.size(), false);
    for (const auto& projection : expand.projections) {
      for (size_t i = 0; i < used.size(); ++i) {
        if (used[i]) projection[i]->CollectColumns(&input_used);
      }
    }
    Pruned below = Prune(plan->inputs[0], std::move(input_used));
    graph::ExpandNode out;
    for (const auto& projection : expand.projections) {
      std::vector<ExprPtr> kept;
      for (size_t i = 0; i < used.size(); ++i) {
        if (used[i]) kept.push_back(Move(projection[i], below.position));
      }
      out.projections.push_back(std::move(kept));
    }
    return Make(plan, std::move(out), {std::move(below.plan)}, used);
  }

  static void CollectCalls(const std::vector<expr::AggregateCall>& calls, Used* used) {
    for (const expr::AggregateCall& call : calls) {
      for (int arg : call.args) (*used)[static_cast<size_t>(arg)] = true;
      if (call.filter >= 0) (*used)[static_cast<size_t>(call.filter)] = true;
    }
  }

  static void MoveCalls(std::vector<expr::AggregateCall>* calls, const std::vector<int>& position) {
    for (expr::AggregateCall& call : *calls) {
      Move(&call.args, position);
      if (call.filter >= 0) call.filter = position[static_cast<size_t>(call.filter)];
    }
  }

  // Drops aggregates that nobody reads; keys stay.
  template <typename Node>
  static void DropCalls(Node* node, Used* used) {
    size_t first = node->keys.size();
    std::vector<expr::AggregateCall> kept;
    for (size_t i = 0; i < first; ++i) (*used)[i] = true;
    for (size_t i = 0; i < node->aggregates.size(); ++i) {
      if ((*used)[first + i]) kept.push_back(std::move(node->aggregates[i]));
    }
    node->aggregates = std::move(kept);
  }

  Pruned Visit(const PlanPtr& plan, const graph::GroupAggregateNode& aggregate, Used used) {
    graph::GroupAggregateNode out = aggregate;
    // A group without keys and aggregates has no row to show.
    if (aggregate.keys.empty() && std::find(used.begin(), used.end(), true) == used.end() &&
        !used.empty()) {
      used[0] = true;
    }
    DropCalls(&out, &used);
    Used input_used(plan->inputs[0]->schema.size(), false);
    for (int key : out.keys) input_used[static_cast<size_t>(key)] = true;
    CollectCalls(out.aggregates, &input_used);
    Pruned below = Prune(plan->inputs[0], std::move(input_used));
    Move(&out.keys, below.position);
    MoveCalls(&out.aggregates, below.position);
    return Make(plan, std::move(out), {std::move(below.plan)}, used);
  }

  Pruned Visit(const PlanPtr& plan, const graph::WindowAggregateNode& aggregate, Used used) {
    graph::WindowAggregateNode out = aggregate;
    size_t first_property = aggregate.keys.size() + aggregate.aggregates.size();
    DropCalls(&out, &used);
    out.properties.clear();
    for (size_t i = 0; i < aggregate.properties.size(); ++i) {
      if (used[first_property + i]) out.properties.push_back(aggregate.properties[i]);
    }
    Used input_used(plan->inputs[0]->schema.size(), false);
    for (int key : out.keys) input_used[static_cast<size_t>(key)] = true;
    CollectCalls(out.aggregates, &input_used);
    for (int column : {out.window.time_column, out.attached_start, out.attached_end}) {
      if (column >= 0) input_used[static_cast<size_t>(column)] = true;
    }
    Pruned below = Prune(plan->inputs[0], std::move(input_used));
    Move(&out.keys, below.position);
    MoveCalls(&out.aggregates, below.position);
    for (int* column : {&out.window.time_column, &out.attached_start, &out.attached_end}) {
      if (*column >= 0) *column = below.position[static_cast<size_t>(*column)];
    }
    return Make(plan, std::move(out), {std::move(below.plan)}, used);
  }

  Pruned Visit(const PlanPtr& plan, const graph::WindowTableFunctionNode& function, Used used) {
    graph::WindowTableFunctionNode out = function;
    size_t width = plan->inputs[0]->schema.size();
    used[static_cast<size_t>(out.window.time_column)] = true;
    for (int key : out.keys) used[static_cast<size_t>(key)] = true;
    for (size_t i = width; i < used.size(); ++i) used[i] = true;
    Used input_used(used.begin(), used.begin() + static_cast<int64_t>(width));
    Pruned below = Prune(plan->inputs[0], input_used);
    // The input may keep more than was asked for.
    std::vector<int> position = below.position;
    int next = static_cast<int>(below.plan->schema.size());
    for (size_t i = width; i < used.size(); ++i) position.push_back(next++);
    out.window.time_column = below.position[static_cast<size_t>(out.window.time_column)];
    Move(&out.keys, below.position);
    data::Schema schema = below.plan->schema;
    for (size_t i = 0; i < width; ++i) {
      if (position[i] >= 0) schema[static_cast<size_t>(position[i])] = plan->schema[i];
    }
    schema.insert(schema.end(), plan->schema.begin() + static_cast<int64_t>(width),
                  plan->schema.end());
    return {MakePlan(std::move(out), {std::move(below.plan)}, std::move(schema)),
            std::move(position)};
  }

  Pruned Visit(const PlanPtr& plan, const graph::SortNode& sort, Used used) {
    graph::SortNode out = sort;
    for (const graph::SortKey& key : sort.keys) used[static_cast<size_t>(key.column)] = true;
    Pruned below = Prune(plan->inputs[0], std::move(used));
    for (graph::SortKey& key : out.keys) {
      key.column = below.position[static_cast<size_t>(key.column)];
    }
    data::Schema schema = below.plan->schema;
    return {MakePlan(std::move(out), {std::move(below.plan)}, std::move(schema)),
            std::move(below.position)};
  }

  Pruned Visit(const PlanPtr& plan, const graph::UnionNode& node, Used used) {
    // All inputs must keep the same columns in the same places.
    if (std::find(used.begin(), used.end(), true) == used.end() && !used.empty()) {
      used[CheapestColumn(plan->schema)] = true;
    }
    std::vector<PlanPtr> inputs;
    data::Schema schema = Select(plan->schema, used);
    for (const PlanPtr& input : plan->inputs) {
      Pruned below = Prune(input, used);
      std::vector<ExprPtr> columns;
      for (size_t i = 0; i < used.size(); ++i) {
        if (used[i]) columns.push_back(expr::MakeColumn(below.position[i], plan->schema[i].type));
      }
      inputs.push_back(
          MakeCalc(std::move(below.plan), nullptr, std::move(columns), NamesOf(schema)));
    }
    return Make(plan, node, std::move(inputs), used);
  }

  Pruned Visit(const PlanPtr& plan, const graph::SinkNode& sink, Used used) {
    used.assign(used.size(), true);
    Pruned below = Prune(plan->inputs[0], used);
    std::vector<ExprPtr> columns;
    for (size_t i = 0; i < used.size(); ++i) {
      columns.push_back(expr::MakeColumn(below.position[i], plan->schema[i].type));
    }
    PlanPtr input =
        MakeCalc(std::move(below.plan), nullptr, std::move(columns), NamesOf(plan->schema));
    return Make(plan, sink, {std::move(input)}, used);
  }

  const ScanUses* uses_;
};

}  // namespace

PlanPtr PruneColumns(const PlanPtr& plan, const ScanUses* uses) {
  return Pruner(uses).Prune(plan, Used(plan->schema.size(), true)).plan;
}

std::string ScanIdentity(const graph::ScanNode& scan) {
  std::string identity = scan.table;
  for (const auto& [key, value] : scan.options) identity += "\n" + key + "=" + value;
  return identity;
}

void CollectScanUses(const PlanPtr& plan, ScanUses* uses, std::map<std::string, int>* counts) {
  if (const auto* scan = SpecOf<graph::ScanNode>(plan); scan != nullptr) {
    std::string identity = ScanIdentity(*scan);
    ++(*counts)[identity];
    for (const data::Field& column : scan->columns) (*uses)[identity].insert(column.name);
    for (const std::string& key : scan->metadata_keys) (*uses)[identity].insert("\n" + key);
  }
  for (const PlanPtr& input : plan->inputs) CollectScanUses(input, uses, counts);
}

}  // namespace thalweg::sql
