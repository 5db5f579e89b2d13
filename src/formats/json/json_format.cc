#include "formats/json/json_format.h"

#include <fmt/format.h>

#include "formats/json/json_decoder.h"
#include "formats/json/json_encoder.h"
#include "formats/json/json_options.h"
#include "formats/text/line_cutter.h"

namespace thalweg::formats::json {
namespace {

using data::Type;
using data::TypeRoot;

constexpr OptionDoc kOptions[] = {
    {"fail-on-missing-field", "false", "A field that is missing is an error; else it is NULL."},
    {"ignore-parse-errors", "false",
     "Malformed fields become NULL and malformed lines are skipped, instead of failing."},
    {"timestamp-format.standard", "SQL",
     "SQL: '2020-01-05 12:34:56.123'; ISO-8601: '2020-01-05T12:34:56.123'. TIMESTAMP_LTZ has a "
     "'Z' at its end."},
    {"map-null-key.mode", "FAIL", "What to write for a MAP's NULL key: FAIL, DROP or LITERAL."},
    {"map-null-key.literal", "null", "The key written for NULL under LITERAL."},
    {"encode.decimal-as-plain-number", "false",
     "Writes decimals as they are, 100000.00, instead of 1E+5."},
    {"encode.ignore-null-fields", "false", "Leaves out fields that are NULL."},
    {"decode.json-parser.enabled", "true",
     "Accepted; in Flink it chooses between two parsers that differ behind malformed values only."},
};

Status CheckType(const std::string& column, const Type& type) {
  if ((type.root() == TypeRoot::kMap || type.root() == TypeRoot::kMultiset) &&
      !type.child(0).is_character()) {
    return Status::InvalidSql(
        fmt::format("the json format needs character strings as keys of a MAP or MULTISET, but "
                    "column '{}' contains {}",
                    column, type.ToSummary()));
  }
  for (int i = 0; i < type.num_children(); ++i) {
    TW_RETURN_IF_ERROR(CheckType(column, type.child(i)));
  }
  return Status::OK();
}

Status Validate(const data::Schema& physical, const FormatOptions& options) {
  TW_RETURN_IF_ERROR(ParseJsonOptions(options).status());
  for (const data::Field& f : physical) TW_RETURN_IF_ERROR(CheckType(f.name, f.type));
  return Status::OK();
}

Result<std::unique_ptr<StreamDecoder>> MakeDecoder(const DecodeTarget& target,
                                                   const FormatOptions& options,
                                                   const FormatContext&) {
  TW_RETURN_IF_ERROR(Validate(target.physical, options));
  TW_ASSIGN_OR_RETURN(const JsonOptions parsed, ParseJsonOptions(options));
  return std::unique_ptr<StreamDecoder>(std::make_unique<JsonDecoder>(target, parsed));
}

Result<std::unique_ptr<StreamEncoder>> MakeEncoder(const data::Schema& schema,
                                                   const FormatOptions& options,
                                                   const FormatContext&) {
  TW_RETURN_IF_ERROR(Validate(schema, options));
  TW_ASSIGN_OR_RETURN(const JsonOptions parsed, ParseJsonOptions(options));
  return std::unique_ptr<StreamEncoder>(std::make_unique<JsonEncoder>(schema, parsed));
}

}  // namespace

const Format& JsonFormat() {
  static constexpr Format kFormat = {.identifier = "json",
                                     .options = kOptions,
                                     .validate = Validate,
                                     .make_decoder = MakeDecoder,
                                     .make_cutter = text::LineCutter::Make,
                                     .make_encoder = MakeEncoder};
  return kFormat;
}

}  // namespace thalweg::formats::json
