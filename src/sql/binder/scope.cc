#include "sql/binder/scope.h"

#include <fmt/format.h>

#include "base/nearest_name.h"

namespace thalweg::sql {

int Scope::width() const {
  return tables.empty() ? 0 : tables.back().first + static_cast<int>(tables.back().columns.size());
}

void Scope::Add(std::string alias, const data::Schema& schema, std::vector<std::string> qualifier) {
  ScopeTable table;
  table.first = width();
  table.alias = std::move(alias);
  table.qualifier = std::move(qualifier);
  for (const data::Field& field : schema) table.columns.push_back({field.name, field.type});
  tables.push_back(std::move(table));
}

Result<ResolvedColumn> ResolveColumn(const Scope& scope, const std::vector<ast::Identifier>& parts,
                                     SqlSpan span) {
  auto find = [&](const ScopeTable& table, const std::string& name, size_t used,
                  ResolvedColumn* out) {
    int found = 0;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].name != name) continue;
      if (found++ == 0) {
        *out = {table.first + static_cast<int>(i), table.columns[i].type, used};
      }
    }
    return found;
  };
  ResolvedColumn result;
  // catalog.database.table.column and database.table.column
  for (const ScopeTable& table : scope.tables) {
    for (size_t skip = 0; skip < table.qualifier.size(); ++skip) {
      size_t n = table.qualifier.size() - skip;
      bool match = parts.size() >= n + 2 && parts[n].name == table.alias;
      for (size_t i = 0; match && i < n; ++i) {
        match = parts[i].name == table.qualifier[skip + i];
      }
      if (match && find(table, parts[n + 1].name, n + 2, &result) == 1) return result;
    }
  }
  // table.column wins over column.field.
  if (parts.size() > 1) {
    for (const ScopeTable& table : scope.tables) {
      if (table.alias != parts[0].name) continue;
      int found = find(table, parts[1].name, 2, &result);
      if (found == 1) return result;
      if (found > 1) {
        return Status::InvalidSql(span, fmt::format("Column '{}' is ambiguous", parts[1].name));
      }
    }
  }
  int found = 0;
  for (const ScopeTable& table : scope.tables) {
    found += find(table, parts[0].name, 1, &result);
  }
  if (found == 1) return result;
  if (found > 1) {
    return Status::InvalidSql(span, fmt::format("Column '{}' is ambiguous", parts[0].name));
  }
  std::vector<std::string_view> candidates;
  std::string_view wanted = parts[0].name;
  for (const ScopeTable& table : scope.tables) {
    bool qualified = parts.size() > 1 && table.alias == parts[0].name;
    if (qualified) {
      candidates.clear();
      wanted = parts[1].name;
    }
    for (const ScopeColumn& column : table.columns) candidates.push_back(column.name);
    if (qualified) break;
  }
  if (wanted != parts[0].name) {
    return Status::InvalidSql(
        parts[1].span, fmt::format("Column '{}' not found in table '{}'{}", wanted, parts[0].name,
                                   DidYouMean(wanted, candidates)));
  }
  if (parts.size() > 1) {
    for (const ScopeTable& table : scope.tables) candidates.push_back(table.alias);
    return Status::InvalidSql(parts[0].span, fmt::format("Table or column '{}' not found{}", wanted,
                                                         DidYouMean(wanted, candidates)));
  }
  return Status::InvalidSql(span, fmt::format("Column '{}' not found in any table{}", wanted,
                                              DidYouMean(wanted, candidates)));
}

}  // namespace thalweg::sql
