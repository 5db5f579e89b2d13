// Java's regular expressions in PCRE2's syntax.
//
// What differs and is rewritten: line terminators ('.', '^', '$', \Z), \b (by Unicode letters),
// case folding of ASCII only, \p{Alpha} and its like (ASCII), \p{IsX}, classes inside classes and
// '&&', \uXXXX, octal \0n, back references, flags (?d) (?u) (?U) (?x). What PCRE2 knows and Java
// does not (verbs, recursion, \K, ...) is an error.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::expr {

/// kEvaluation where Java throws PatternSyntaxException, kNotSupported where we cannot translate.
Result<std::string> JavaToPcre2(std::string_view pattern);

}  // namespace thalweg::expr
