// The names that a query gives more than once.
#pragma once

#include <optional>
#include <string>

#include "sql/parser/ast/query.h"

namespace thalweg::sql {

/// The name of item i of a plain SELECT if an earlier item bears it, too. The plan's schema has
/// made such names different: a, a0.
std::optional<std::string> RepeatedName(const ast::Query& query, size_t i);

}  // namespace thalweg::sql
