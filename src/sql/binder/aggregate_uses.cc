#include "sql/binder/aggregate_uses.h"

namespace thalweg::sql {
namespace {

bool SameExprs(const std::vector<expr::ExprPtr>& a, const std::vector<expr::ExprPtr>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i]->Equals(*b[i])) return false;
  }
  return true;
}

bool SameExpr(const expr::ExprPtr& a, const expr::ExprPtr& b) {
  return a == b || (a != nullptr && b != nullptr && a->Equals(*b));
}

bool SameLiteral(const data::ColumnPtr& a, const data::ColumnPtr& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return expr::MakeLiteral(a)->Equals(*expr::MakeLiteral(b));
}

}  // namespace

int AggregateUses::Add(AggregateUse use) {
  for (size_t i = 0; i < uses.size(); ++i) {
    const AggregateUse& other = uses[i];
    if (other.bound.kind == use.bound.kind && other.distinct == use.distinct &&
        SameExprs(other.args, use.args) && SameExpr(other.filter, use.filter) &&
        SameLiteral(other.literal, use.literal)) {
      return static_cast<int>(i);
    }
  }
  uses.push_back(std::move(use));
  return static_cast<int>(uses.size()) - 1;
}

expr::ExprPtr AggregateUses::Reference(VirtualColumn column) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const VirtualColumn& other = columns[i];
    if (other.kind == column.kind && other.index == column.index &&
        other.property == column.property && SameExprs(other.args, column.args)) {
      return expr::MakeColumn(input_width + static_cast<int>(i), other.type);
    }
  }
  columns.push_back(std::move(column));
  return expr::MakeColumn(input_width + static_cast<int>(columns.size()) - 1, columns.back().type);
}

}  // namespace thalweg::sql
