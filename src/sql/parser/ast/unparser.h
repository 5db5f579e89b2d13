// An expression as SQL text in the form that Flink's catalog keeps: names in backticks.
#pragma once

#include <string>
#include <string_view>

#include "sql/parser/ast/expression.h"

namespace thalweg::sql::ast {

/// `name`, a backtick in it doubled.
std::string Backticked(std::string_view name);

/// "`ts` - INTERVAL '5' SECOND"
std::string ToSql(const Expr& expr);

}  // namespace thalweg::sql::ast
