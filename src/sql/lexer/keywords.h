// Which words the dialect reserves: they name columns or tables only in backticks.
#pragma once

#include <string_view>

namespace thalweg::sql {

/// `word` in upper case. The list is that of the Flink 2.2.1 parser.
bool IsReservedWord(std::string_view word);

}  // namespace thalweg::sql
