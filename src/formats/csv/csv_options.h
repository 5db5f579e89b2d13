// The csv format's options, parsed: what Flink hands to Jackson's CsvSchema.
#pragma once

#include <optional>
#include <string>

#include "formats/registry.h"

namespace thalweg::formats::csv {

struct CsvOptions {
  char field_delimiter = ',';
  std::optional<char> quote = '"';
  std::optional<char> escape;
  char array_delimiter = ';';
  bool allow_comments = false;
  bool ignore_parse_errors = false;
  std::optional<std::string> null_literal;
};

Result<CsvOptions> ParseCsvOptions(const FormatOptions& options);

}  // namespace thalweg::formats::csv
