// Literals of the syntax tree as typed expressions.
#pragma once

#include "expr/builder.h"
#include "sql/parser/ast/expression.h"

namespace thalweg::sql {

/// Types as Flink's: 1 is INT, 3000000000 BIGINT, 1.50 DECIMAL(3, 2), 1e0 DOUBLE, 'ab' CHAR(2),
/// TIMESTAMP '.. .123' TIMESTAMP(3). kInvalidSql for a malformed or too large one.
Result<expr::ExprPtr> BindLiteral(const ast::Literal& literal);

/// Milliseconds or months of an interval literal.
Result<int64_t> IntervalValue(const ast::Literal& literal);

}  // namespace thalweg::sql
