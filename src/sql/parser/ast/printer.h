// A syntax tree in prefix form, "+(a, *(b, 2))": for names of unnamed things in errors, and tests.
#pragma once

#include <string>

#include "sql/parser/ast/expression.h"

namespace thalweg::sql::ast {

std::string ToString(const Expr& expr);

}  // namespace thalweg::sql::ast
