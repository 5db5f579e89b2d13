// A view's query as SHOW CREATE VIEW shows it: tables by their paths, columns by their tables,
// stars as the columns that they stand for.
#pragma once

#include <optional>
#include <string>

#include "sql/catalog/catalog.h"
#include "sql/parser/ast/query.h"

namespace thalweg::sql {

/// Nothing for a query, which must be valid, with parts that this cannot write: hints, OVER.
std::optional<std::string> ViewText(const ast::Query& query, const Catalog& catalog);

}  // namespace thalweg::sql
