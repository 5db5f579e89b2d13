#include "formats/csv/csv_format.h"

#include <fmt/format.h>

#include "formats/csv/csv_cutter.h"
#include "formats/csv/csv_decoder.h"
#include "formats/csv/csv_encoder.h"
#include "formats/csv/csv_options.h"

namespace thalweg::formats::csv {
namespace {

using data::Type;
using data::TypeRoot;

constexpr OptionDoc kOptions[] = {
    {"field-delimiter", ",", "The character between fields; '\\t' and the like are understood."},
    {"disable-quote-character", "false", "Quotes have no meaning; excludes quote-character."},
    {"quote-character", "\"", "The character around fields that contain delimiters or line ends."},
    {"allow-comments", "false", "Skips lines that begin with '#', and empty ones."},
    {"ignore-parse-errors", "false",
     "Malformed fields become NULL and malformed records are skipped, instead of failing."},
    {"array-element-delimiter", ";", "The character between the elements of an ARRAY or ROW."},
    {"escape-character", "", "Takes the next character as it is; none by default."},
    {"null-literal", "", "A text that means NULL; none by default."},
    {"write-bigdecimal-in-scientific-notation", "true",
     "Accepted; as in Flink, files show decimals like 1E+5 whatever it says."},
};

bool IsSimple(const Type& type) {
  switch (type.root()) {
    case TypeRoot::kArray:
    case TypeRoot::kRow:
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
    case TypeRoot::kIntervalYearMonth:
    case TypeRoot::kIntervalDayTime:
      return false;
    default:
      return true;
  }
}

Status Validate(const data::Schema& physical, const FormatOptions& options) {
  TW_RETURN_IF_ERROR(ParseCsvOptions(options).status());
  for (const data::Field& f : physical) {
    const bool nested = f.type.root() == TypeRoot::kArray || f.type.root() == TypeRoot::kRow;
    if (!nested && !IsSimple(f.type)) {
      return Status::InvalidSql(fmt::format(
          "the csv format cannot represent column '{}' of type {}", f.name, f.type.ToSummary()));
    }
    for (int i = 0; nested && i < f.type.num_children(); ++i) {
      if (IsSimple(f.type.child(i))) continue;
      return Status::InvalidSql(
          fmt::format("the csv format allows only simple types inside the ARRAY or ROW of column "
                      "'{}', but it contains {}",
                      f.name, f.type.child(i).ToSummary()));
    }
  }
  return Status::OK();
}

Result<std::unique_ptr<StreamDecoder>> MakeDecoder(const DecodeTarget& target,
                                                   const FormatOptions& options,
                                                   const FormatContext&) {
  TW_RETURN_IF_ERROR(Validate(target.physical, options));
  TW_ASSIGN_OR_RETURN(const CsvOptions parsed, ParseCsvOptions(options));
  return std::unique_ptr<StreamDecoder>(std::make_unique<CsvDecoder>(target, parsed));
}

Result<std::unique_ptr<StreamCutter>> MakeCutter(const FormatOptions& options) {
  TW_ASSIGN_OR_RETURN(const CsvOptions parsed, ParseCsvOptions(options));
  return std::unique_ptr<StreamCutter>(std::make_unique<CsvCutter>(parsed));
}

Result<std::unique_ptr<StreamEncoder>> MakeEncoder(const data::Schema& schema,
                                                   const FormatOptions& options,
                                                   const FormatContext&) {
  TW_RETURN_IF_ERROR(Validate(schema, options));
  TW_ASSIGN_OR_RETURN(const CsvOptions parsed, ParseCsvOptions(options));
  return std::unique_ptr<StreamEncoder>(std::make_unique<CsvEncoder>(schema, parsed));
}

}  // namespace

const Format& CsvFormat() {
  static constexpr Format kFormat = {.identifier = "csv",
                                     .options = kOptions,
                                     .validate = Validate,
                                     .make_decoder = MakeDecoder,
                                     .make_cutter = MakeCutter,
                                     .make_encoder = MakeEncoder};
  return kFormat;
}

}  // namespace thalweg::formats::csv
