#include "formats/json/json_options.h"

#include <fmt/format.h>

#include "formats/text/option_values.h"

namespace thalweg::formats::json {

using text::BoolOption;
using text::FindOption;

Result<JsonOptions> ParseJsonOptions(const FormatOptions& options) {
  JsonOptions o;
  TW_ASSIGN_OR_RETURN(o.fail_on_missing_field,
                      BoolOption(options, "json", "fail-on-missing-field", false));
  TW_ASSIGN_OR_RETURN(o.ignore_parse_errors,
                      BoolOption(options, "json", "ignore-parse-errors", false));
  if (o.fail_on_missing_field && o.ignore_parse_errors) {
    return Status::InvalidSql(
        "options 'json.fail-on-missing-field' and 'json.ignore-parse-errors' exclude each other");
  }
  if (const std::string* v = FindOption(options, "timestamp-format.standard")) {
    if (*v == "ISO-8601") {
      o.timestamps = text::TimestampStandard::kIso8601;
    } else if (*v != "SQL") {
      return Status::InvalidSql(fmt::format(
          "option 'json.timestamp-format.standard' must be SQL or ISO-8601, but is '{}'", *v));
    }
  }
  if (const std::string* v = FindOption(options, "map-null-key.mode")) {
    std::string upper;
    for (const char c : *v) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (upper == "DROP") {
      o.map_null_key_mode = MapNullKeyMode::kDrop;
    } else if (upper == "LITERAL") {
      o.map_null_key_mode = MapNullKeyMode::kLiteral;
    } else if (upper != "FAIL") {
      return Status::InvalidSql(fmt::format(
          "option 'json.map-null-key.mode' must be FAIL, DROP or LITERAL, but is '{}'", *v));
    }
  }
  if (const std::string* v = FindOption(options, "map-null-key.literal")) {
    o.map_null_key_literal = *v;
  }
  TW_ASSIGN_OR_RETURN(o.decimal_as_plain_number,
                      BoolOption(options, "json", "encode.decimal-as-plain-number", false));
  TW_ASSIGN_OR_RETURN(o.ignore_null_fields,
                      BoolOption(options, "json", "encode.ignore-null-fields", false));
  // Which of its two parsers Flink uses; both mean the same to us.
  TW_ASSIGN_OR_RETURN([[maybe_unused]] const bool parser,
                      BoolOption(options, "json", "decode.json-parser.enabled", true));
  return o;
}

}  // namespace thalweg::formats::json
