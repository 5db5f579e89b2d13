#include "expr/expr.h"

#include <fmt/format.h>

#include <string_view>

#include "data/print.h"
#include "expr/value.h"

namespace thalweg::expr {
namespace {

bool IsInfix(std::string_view name) {
  for (std::string_view op : {"+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", "||"}) {
    if (name == op) return true;
  }
  return false;
}

std::string Join(const std::vector<ExprPtr>& args, const data::Schema& names,
                 std::string_view separator) {
  std::string s;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) s += separator;
    s += args[i]->ToString(names);
  }
  return s;
}

std::string LiteralText(const data::Column& literal) {
  if (literal.IsNull(0)) return "null:" + literal.type().ToSummary();
  std::string text;
  data::AppendCastString(literal, 0, &text);
  if (literal.type().is_character()) return "'" + text + "'";
  if (literal.type().root() == data::TypeRoot::kBoolean) return text == "TRUE" ? "true" : "false";
  return text;
}

std::string CallText(const Expr& e, const data::Schema& names) {
  const std::string_view name = e.function->name;
  if (e.args.size() == 2 && IsInfix(name)) {
    return fmt::format("({} {} {})", e.args[0]->ToString(names), name, e.args[1]->ToString(names));
  }
  if (e.args.size() == 1 && name.starts_with("IS ")) {
    return fmt::format("({} {})", e.args[0]->ToString(names), name);
  }
  if (name == "CAST" || name == "TRY_CAST") {
    return fmt::format("{}({} AS {})", name, e.args[0]->ToString(names),
                       e.type.WithNullable(true).WithTimeAttribute({}).ToSummary());
  }
  if (name == "ITEM") {
    return fmt::format("{}[{}]", e.args[0]->ToString(names), e.args[1]->ToString(names));
  }
  return fmt::format("{}({})", name, Join(e.args, names, ", "));
}

}  // namespace

std::string Expr::ToString(const data::Schema& names) const {
  switch (kind) {
    case ExprKind::kColumn:
      return column < static_cast<int>(names.size()) ? names[static_cast<size_t>(column)].name
                                                     : fmt::format("${}", column);
    case ExprKind::kLiteral:
      return LiteralText(*literal);
    case ExprKind::kCall:
      return CallText(*this, names);
    case ExprKind::kAnd:
      return "(" + Join(args, names, " AND ") + ")";
    case ExprKind::kOr:
      return "(" + Join(args, names, " OR ") + ")";
    case ExprKind::kCase:
      return "CASE(" + Join(args, names, ", ") + ")";
    case ExprKind::kCoalesce:
      return "COALESCE(" + Join(args, names, ", ") + ")";
    case ExprKind::kField:
      return args[0]->ToString(names) + "." +
             args[0]->type.fields()[static_cast<size_t>(column)].name;
  }
  return "?";
}

bool Expr::Equals(const Expr& o) const {
  if (this == &o) return true;
  if (kind != o.kind || column != o.column || function != o.function || !type.Equals(o.type) ||
      args.size() != o.args.size()) {
    return false;
  }
  if (kind == ExprKind::kLiteral && !SameValue(*literal, 0, *o.literal, 0)) return false;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i]->Equals(*o.args[i])) return false;
  }
  return true;
}

bool Expr::deterministic() const {
  if (function != nullptr && !function->deterministic) return false;
  for (const auto& a : args) {
    if (!a->deterministic()) return false;
  }
  return true;
}

void Expr::CollectColumns(std::vector<bool>* used) const {
  if (kind == ExprKind::kColumn) (*used)[static_cast<size_t>(column)] = true;
  for (const auto& a : args) a->CollectColumns(used);
}

ExprPtr Substitute(const ExprPtr& e, const std::vector<ExprPtr>& substitutes) {
  if (e->kind == ExprKind::kColumn) {
    const ExprPtr& substitute = substitutes[static_cast<size_t>(e->column)];
    return substitute == nullptr ? e : substitute;
  }
  if (e->args.empty()) return e;
  std::vector<ExprPtr> args;
  bool changed = false;
  for (const auto& a : e->args) {
    args.push_back(Substitute(a, substitutes));
    changed |= args.back() != a;
  }
  if (!changed) return e;
  auto copy = std::make_shared<Expr>(*e);
  copy->args = std::move(args);
  return copy;
}

}  // namespace thalweg::expr
