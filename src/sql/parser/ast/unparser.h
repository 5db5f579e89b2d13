// An expression as SQL text in the form that Flink's catalog keeps: names in backticks.
#pragma once

#include <string>

#include "sql/parser/ast/expression.h"

namespace thalweg::sql::ast {

/// "`ts` - INTERVAL '5' SECOND"
std::string ToSql(const Expr& expr);

}  // namespace thalweg::sql::ast
