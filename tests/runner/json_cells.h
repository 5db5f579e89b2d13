// The JSON that `.test` files use: one array of strings and nulls.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace thalweg::testing {

/// A cell as Flink's SQL client shows it; nothing for NULL.
using Cell = std::optional<std::string>;
using Cells = std::vector<Cell>;

/// ["a",null] as cells. Anything else than strings and nulls is an error.
Result<Cells> ParseCells(std::string_view json);
/// "text" as text.
Result<std::string> ParseString(std::string_view json);
/// The inverse of ParseCells.
std::string WriteCells(const Cells& cells);

}  // namespace thalweg::testing
