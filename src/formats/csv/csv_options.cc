#include "formats/csv/csv_options.h"

#include <fmt/format.h>

#include "formats/text/option_values.h"

namespace thalweg::formats::csv {
namespace {

using text::BoolOption;
using text::FindOption;

/// A one-character option.
Result<char> CharOption(const FormatOptions& options, std::string_view name, bool unescape,
                        char default_value) {
  const std::string* v = FindOption(options, name);
  if (v == nullptr) return default_value;
  const std::string s = unescape ? text::UnescapeJava(*v) : *v;
  size_t characters = 0;
  for (const char c : s) characters += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  if (characters != 1) {
    return Status::InvalidSql(
        fmt::format("option 'csv.{}' must be a single character, but is '{}'", name, *v));
  }
  if (s.size() != 1) {
    return Status::NotSupported(
        fmt::format("option 'csv.{}' = '{}': a character outside ASCII", name, *v));
  }
  return s[0];
}

}  // namespace

Result<CsvOptions> ParseCsvOptions(const FormatOptions& options) {
  CsvOptions o;
  TW_ASSIGN_OR_RETURN(o.field_delimiter, CharOption(options, "field-delimiter", true, ','));
  TW_ASSIGN_OR_RETURN(const bool disable_quote,
                      BoolOption(options, "csv", "disable-quote-character", false));
  if (disable_quote && FindOption(options, "quote-character") != nullptr) {
    return Status::InvalidSql(
        "options 'csv.quote-character' and 'csv.disable-quote-character' exclude each other");
  }
  TW_ASSIGN_OR_RETURN(const char quote, CharOption(options, "quote-character", false, '"'));
  o.quote = disable_quote ? std::nullopt : std::optional(quote);
  if (FindOption(options, "escape-character") != nullptr) {
    TW_ASSIGN_OR_RETURN(const char escape, CharOption(options, "escape-character", false, '\\'));
    o.escape = escape;
  }
  TW_ASSIGN_OR_RETURN(o.array_delimiter,
                      CharOption(options, "array-element-delimiter", false, ';'));
  TW_ASSIGN_OR_RETURN(o.allow_comments, BoolOption(options, "csv", "allow-comments", false));
  TW_ASSIGN_OR_RETURN(o.ignore_parse_errors,
                      BoolOption(options, "csv", "ignore-parse-errors", false));
  // Flink accepts this one and ignores it where files are written; so do we.
  TW_ASSIGN_OR_RETURN([[maybe_unused]] const bool scientific,
                      BoolOption(options, "csv", "write-bigdecimal-in-scientific-notation", true));
  if (const std::string* v = FindOption(options, "null-literal")) o.null_literal = *v;
  return o;
}

}  // namespace thalweg::formats::csv
