#include "sql/planner/plan.h"

#include <algorithm>

namespace thalweg::sql {
namespace {

// Where the input's window columns stand after a projection; nothing once a bound is lost.
std::optional<WindowColumns> ProjectWindow(const std::optional<WindowColumns>& window,
                                           const std::vector<expr::ExprPtr>& projections) {
  if (!window) return std::nullopt;
  WindowColumns out;
  out.spec = window->spec;
  auto contains = [](const std::vector<int>& v, int x) {
    return std::find(v.begin(), v.end(), x) != v.end();
  };
  for (size_t i = 0; i < projections.size(); ++i) {
    if (projections[i]->kind != expr::ExprKind::kColumn) continue;
    int column = projections[i]->column;
    if (contains(window->start, column)) out.start.push_back(static_cast<int>(i));
    if (contains(window->end, column)) out.end.push_back(static_cast<int>(i));
    if (contains(window->time, column)) out.time.push_back(static_cast<int>(i));
  }
  if (out.start.empty() && out.end.empty() && out.time.empty()) return std::nullopt;
  return out;
}

}  // namespace

PlanPtr MakePlan(graph::NodeSpec spec, std::vector<PlanPtr> inputs, data::Schema schema) {
  auto node = std::make_shared<PlanNode>();
  node->spec = std::move(spec);
  node->inputs = std::move(inputs);
  node->schema = std::move(schema);
  return node;
}

PlanPtr MakeCalc(PlanPtr input, expr::ExprPtr condition, std::vector<expr::ExprPtr> projections,
                 const std::vector<std::string>& names) {
  bool identity = condition == nullptr && projections.size() == input->schema.size();
  data::Schema schema;
  for (size_t i = 0; i < projections.size(); ++i) {
    schema.push_back({names[i], projections[i]->type});
    identity = identity && projections[i]->kind == expr::ExprKind::kColumn &&
               projections[i]->column == static_cast<int>(i) && names[i] == input->schema[i].name &&
               projections[i]->type.time_attribute() == input->schema[i].type.time_attribute();
  }
  if (identity) return input;
  auto node = std::make_shared<PlanNode>();
  node->window = ProjectWindow(input->window, projections);
  for (int key : input->declared_key) {
    for (size_t i = 0; i < projections.size(); ++i) {
      if (projections[i]->kind != expr::ExprKind::kColumn || projections[i]->column != key) {
        continue;
      }
      node->declared_key.push_back(static_cast<int>(i));
      break;
    }
  }
  if (node->declared_key.size() != input->declared_key.size()) node->declared_key.clear();
  node->spec = graph::CalcNode{std::move(condition), std::move(projections)};
  node->inputs = {std::move(input)};
  node->schema = std::move(schema);
  return node;
}

PlanPtr MakeFilter(PlanPtr input, expr::ExprPtr condition) {
  std::vector<expr::ExprPtr> all = AllColumns(input->schema);
  std::vector<std::string> names = NamesOf(input->schema);
  return MakeCalc(std::move(input), std::move(condition), std::move(all), names);
}

PlanPtr MakeRename(PlanPtr input, const std::vector<std::string>& names) {
  std::vector<expr::ExprPtr> all = AllColumns(input->schema);
  return MakeCalc(std::move(input), nullptr, std::move(all), names);
}

std::vector<expr::ExprPtr> AllColumns(const data::Schema& schema) {
  std::vector<expr::ExprPtr> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    columns.push_back(expr::MakeColumn(static_cast<int>(i), schema[i].type));
  }
  return columns;
}

std::vector<std::string> NamesOf(const data::Schema& schema) {
  std::vector<std::string> names;
  for (const data::Field& field : schema) names.push_back(field.name);
  return names;
}

std::string UniqueName(const std::string& name, const std::vector<std::string>& used) {
  auto taken = [&](const std::string& n) {
    return std::find(used.begin(), used.end(), n) != used.end();
  };
  if (!taken(name)) return name;
  for (int attempt = 0;; ++attempt) {
    std::string candidate = name + std::to_string(attempt);
    if (!taken(candidate)) return candidate;
  }
}

std::vector<std::string> UniqueNames(std::vector<std::string> names) {
  std::vector<std::string> used;
  for (std::string& name : names) {
    name = UniqueName(name, used);
    used.push_back(name);
  }
  return names;
}

expr::ExprPtr WithType(const expr::ExprPtr& e, const data::Type& type) {
  auto copy = std::make_shared<expr::Expr>(*e);
  copy->type = type;
  return copy;
}

int64_t ExprSize(const expr::ExprPtr& e, int64_t limit) {
  int64_t size = 1;
  for (const expr::ExprPtr& arg : e->args) {
    if (size >= limit) return limit;
    size += ExprSize(arg, limit - size);
  }
  return size;
}

}  // namespace thalweg::sql
