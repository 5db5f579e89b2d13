// Scope: the names that an expression can see: tables by alias, each with its columns, standing
// side by side in one row.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "data/type.h"
#include "sql/parser/ast/expression.h"

namespace thalweg::sql {

struct ScopeColumn {
  std::string name;
  data::Type type;
};

struct ScopeTable {
  std::string alias;  ///< empty: the columns can only be named alone
  /// catalog and database of a table that is not aliased: catalog.database.table.column works.
  std::vector<std::string> qualifier;
  std::vector<ScopeColumn> columns;
  int first = 0;  ///< position of the first column in the row
};

struct Scope {
  std::vector<ScopeTable> tables;

  int width() const;
  void Add(std::string alias, const data::Schema& schema, std::vector<std::string> qualifier = {});
};

/// A column and what is left of the name behind it: t.a.f is column a of t, then field f.
struct ResolvedColumn {
  int column = -1;
  data::Type type;
  size_t parts_used = 0;
};

/// kInvalidSql with a suggestion when nothing, or more than one thing, bears the name.
Result<ResolvedColumn> ResolveColumn(const Scope& scope, const std::vector<ast::Identifier>& parts,
                                     SqlSpan span);

}  // namespace thalweg::sql
