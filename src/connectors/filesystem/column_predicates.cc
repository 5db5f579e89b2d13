#include "connectors/filesystem/column_predicates.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace thalweg::connectors {
namespace {

using Op = formats::ColumnPredicate::Op;

std::optional<Op> OpOf(std::string_view function) {
  if (function == "=") return Op::kEq;
  if (function == "<") return Op::kLt;
  if (function == "<=") return Op::kLe;
  if (function == ">") return Op::kGt;
  if (function == ">=") return Op::kGe;
  return std::nullopt;
}

Op Mirrored(Op op) {
  switch (op) {
    case Op::kEq:
      return Op::kEq;
    case Op::kLt:
      return Op::kGt;
    case Op::kLe:
      return Op::kGe;
    case Op::kGt:
      return Op::kLt;
    case Op::kGe:
      return Op::kLe;
  }
  return op;
}

}  // namespace

std::vector<formats::ColumnPredicate> PredicatesOf(const ScanSpec& spec,
                                                   const data::Schema& readable) {
  std::vector<formats::ColumnPredicate> predicates;
  for (const expr::ExprPtr& filter : spec.filters) {
    if (filter->kind != expr::ExprKind::kCall || filter->args.size() != 2) continue;
    std::optional<Op> op = OpOf(filter->function->name);
    if (!op) continue;
    const expr::Expr* column = filter->args[0].get();
    const expr::Expr* literal = filter->args[1].get();
    if (column->kind == expr::ExprKind::kLiteral) {
      std::swap(column, literal);
      op = Mirrored(*op);
    }
    if (column->kind != expr::ExprKind::kColumn || literal->kind != expr::ExprKind::kLiteral ||
        column->column < 0 || static_cast<size_t>(column->column) >= spec.columns.size() ||
        literal->literal->IsNull(0) || !column->type.EqualsIgnoringNullability(literal->type)) {
      continue;
    }
    const std::string& name = spec.columns[static_cast<size_t>(column->column)].name;
    if (std::ranges::any_of(readable, [&](const auto& f) { return f.name == name; })) {
      predicates.push_back({name, *op, literal->literal});
    }
  }
  return predicates;
}

}  // namespace thalweg::connectors
