#include "sql/planner/rules/nested_fields.h"

#include <map>

namespace thalweg::sql {
namespace {

using data::Type;
using data::TypeRoot;
using expr::ExprPtr;

// What is read of a value: all of it, or some of its fields.
struct Need {
  bool whole = false;
  std::map<int, Need> fields;
};

// Follows ((column).f).g down to the column; false when e is no such chain.
bool Path(const ExprPtr& e, int* column, std::vector<int>* path) {
  if (e->kind == expr::ExprKind::kColumn) {
    *column = e->column;
    return true;
  }
  if (e->kind != expr::ExprKind::kField || !Path(e->args[0], column, path)) return false;
  path->push_back(e->column);
  return true;
}

void Collect(const ExprPtr& e, std::vector<Need>* needs) {
  if (e == nullptr) return;
  int column = 0;
  std::vector<int> path;
  if (Path(e, &column, &path)) {
    Need* need = &(*needs)[static_cast<size_t>(column)];
    for (int field : path) need = &need->fields[field];
    need->whole = true;
    return;
  }
  for (const ExprPtr& arg : e->args) Collect(arg, needs);
}

Type Cut(const Type& type, const Need& need) {
  if (need.whole || type.root() != TypeRoot::kRow) return type;
  std::vector<data::Field> fields;
  for (const auto& [index, below] : need.fields) {
    const data::Field& field = type.fields()[static_cast<size_t>(index)];
    fields.push_back({field.name, Cut(field.type, below)});
  }
  return Type::Row(std::move(fields)).WithNullable(type.nullable());
}

// Position of field `index` among the fields that are left.
int CutIndex(const Need& need, int index) {
  if (need.whole) return index;
  int position = 0;
  for (const auto& [field, below] : need.fields) {
    if (field == index) return position;
    ++position;
  }
  return -1;
}

class Rewriter {
 public:
  Rewriter(const std::vector<Need>& needs, const data::Schema& columns)
      : needs_(needs), columns_(columns) {}

  ExprPtr Rewrite(const ExprPtr& e) const {
    if (e == nullptr) return e;
    int column = 0;
    std::vector<int> path;
    if (Path(e, &column, &path)) {
      const Need* need = &needs_[static_cast<size_t>(column)];
      if (need->whole) return e;
      ExprPtr out = expr::MakeColumn(column, columns_[static_cast<size_t>(column)].type);
      bool whole = false;
      for (int field : path) {
        whole = whole || need->whole;
        out = expr::MakeFieldAccess(std::move(out), whole ? field : CutIndex(*need, field));
        if (!whole) need = &need->fields.at(field);
      }
      return out;
    }
    if (e->args.empty()) return e;
    auto copy = std::make_shared<expr::Expr>(*e);
    for (ExprPtr& arg : copy->args) arg = Rewrite(arg);
    return copy;
  }

 private:
  const std::vector<Need>& needs_;
  const data::Schema& columns_;
};

}  // namespace

PlanPtr PruneNestedFields(const PlanPtr& input, ExprPtr* condition,
                          std::vector<ExprPtr>* projections) {
  const auto* scan = SpecOf<graph::ScanNode>(input);
  if (scan == nullptr) return input;
  bool any = false;
  for (const data::Field& column : scan->columns) {
    any = any || column.type.root() == TypeRoot::kRow;
  }
  if (!any) return input;
  graph::ScanNode cut = *scan;
  std::vector<Need> needs(input->schema.size());
  for (const ExprPtr& e : *projections) Collect(e, &needs);
  Collect(*condition, &needs);
  if (cut.watermark) {
    Collect(cut.watermark->rowtime, &needs);
    Collect(cut.watermark->watermark, &needs);
  }
  auto node = std::make_shared<PlanNode>(*input);
  for (size_t i = 0; i < cut.columns.size(); ++i) {
    if (needs[i].fields.empty()) needs[i].whole = true;
    cut.columns[i].type = Cut(cut.columns[i].type, needs[i]);
    node->schema[i].type = cut.columns[i].type;
  }
  for (size_t i = cut.columns.size(); i < needs.size(); ++i) needs[i].whole = true;
  Rewriter rewriter(needs, node->schema);
  for (ExprPtr& e : *projections) e = rewriter.Rewrite(e);
  *condition = rewriter.Rewrite(*condition);
  if (cut.watermark) {
    cut.watermark->rowtime = rewriter.Rewrite(cut.watermark->rowtime);
    cut.watermark->watermark = rewriter.Rewrite(cut.watermark->watermark);
  }
  node->spec = std::move(cut);
  return node;
}

}  // namespace thalweg::sql
