// Partition folders: "dt=2024-01-01/hour=07" <-> column values, in Flink's (Hive's) form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "data/column.h"

namespace thalweg::connectors {

/// (key, value), in the order of the folders.
using PartitionSpec = std::vector<std::pair<std::string, std::string>>;

/// %XX for control characters and "#%'*/:=?\{[]^ and the like.
std::string EscapePathName(std::string_view name);
std::string UnescapePathName(std::string_view name);

/// "dt=2024-01-01/hour=07", escaped, no trailing slash. Values are not empty.
std::string PartitionPath(const PartitionSpec& spec);
/// Key and value of one folder name; nothing unless it is "key=value".
std::optional<std::pair<std::string, std::string>> ParsePartitionFolder(std::string_view name);

/// A one-row column of `type` from a folder's value; nullopt gives NULL. kBadData if the text is
/// not of the type, kNotSupported for types that Flink cannot restore either.
Result<data::ColumnPtr> PartitionValueFromText(const std::optional<std::string>& text,
                                               const data::Type& type);
/// The folder's value for row `row`; `default_name` for NULL and ''.
std::string PartitionValueToText(const data::Column& column, int32_t row,
                                 std::string_view default_name);

}  // namespace thalweg::connectors
