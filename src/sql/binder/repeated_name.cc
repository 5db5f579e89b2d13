#include "sql/binder/repeated_name.h"

namespace thalweg::sql {

namespace {

std::string NameOf(const ast::SelectItem& item) {
  if (item.alias) return item.alias->name;
  if (item.expr->kind != ast::ExprKind::kColumn) return "";
  return ast::As<ast::ColumnRef>(*item.expr).parts.back().name;
}

}  // namespace

std::optional<std::string> RepeatedName(const ast::Query& query, size_t i) {
  if (query.body->kind != ast::BodyKind::kSelect) return std::nullopt;
  const auto& select = static_cast<const ast::Select&>(*query.body);
  for (const ast::SelectItem& item : select.items) {
    if (item.expr->kind == ast::ExprKind::kStar) return std::nullopt;
  }
  if (i >= select.items.size()) return std::nullopt;
  std::string name = NameOf(select.items[i]);
  for (size_t j = 0; !name.empty() && j < i; ++j) {
    if (NameOf(select.items[j]) == name) return name;
  }
  return std::nullopt;
}

}  // namespace thalweg::sql
