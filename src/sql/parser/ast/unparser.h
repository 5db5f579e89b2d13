// Expressions as SQL text in the form that Flink's catalog keeps: names in backticks, operators as
// Calcite writes them.
#pragma once

#include <string>
#include <string_view>

#include "sql/parser/ast/expression.h"

namespace thalweg::sql::ast {

/// `name`, a backtick in it doubled.
std::string Backticked(std::string_view name);

/// `a`.`b`
std::string Backticked(const std::vector<Identifier>& parts);

/// Says how the names of an expression are written.
class NameWriter {
 public:
  virtual ~NameWriter() = default;
  virtual std::string Column(const ColumnRef& column) = 0;
  /// The expression holds what ToSql() cannot write: a subquery, OVER.
  virtual void CannotWrite() = 0;
};

/// "`ts` - INTERVAL '5' SECOND"; without `names`, names are those of the text.
std::string ToSql(const Expr& expr, NameWriter* names = nullptr);

}  // namespace thalweg::sql::ast
