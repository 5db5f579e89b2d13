// CsvValue: turns the text of one CSV field, or of an array element, into a value of its type, as
// Flink's CsvToRowDataConverters do.
#pragma once

#include <string_view>

#include "formats/csv/csv_options.h"
#include "formats/text/column_writer.h"
#include "formats/text/time_text.h"

namespace thalweg::formats::csv {

class CsvValue {
 public:
  CsvValue(const data::Type& type, const CsvOptions& options);

  /// Sets the row of `writer`; false if the text is malformed, and the row stays NULL. Strings
  /// point into `text` unless `copy`.
  bool Convert(std::string_view text, bool copy, text::ColumnWriter* writer, int32_t row) {
    switch (root_) {
      case data::TypeRoot::kChar:
      case data::TypeRoot::kVarchar:
        if (is_null(text)) return true;
        if (copy) {
          writer->SetString(row, text);
        } else {
          writer->Set(row, text);
        }
        return true;
      case data::TypeRoot::kBigint: {
        int64_t v;
        if (!text::ParseLong(text, &v)) return ConvertOther(text, writer, row);
        if (is_null(text)) return true;
        writer->Set(row, v);
        return true;
      }
      case data::TypeRoot::kTimestamp:
      case data::TypeRoot::kTimestampLtz: {
        int64_t v;
        if (is_null(text)) return true;
        if (timestamps_.Parse(text, &v) != text::TimestampResult::kOk) {
          return ConvertOther(text, writer, row);
        }
        writer->Set(row, v);
        return true;
      }
      default:
        return ConvertOther(text, writer, row);
    }
  }

  /// What a malformed text should have been: "an INT".
  std::string Expected() const;

 private:
  bool is_null(std::string_view text) const { return null_literal_ && text == *null_literal_; }
  bool ConvertOther(std::string_view text, text::ColumnWriter* writer, int32_t row);
  bool ConvertScalar(std::string_view text, text::ColumnWriter* writer, int32_t row);
  bool ConvertNested(std::string_view text, text::ColumnWriter* writer, int32_t row);

  data::Type type_;
  data::TypeRoot root_;
  std::optional<std::string> null_literal_;
  char array_delimiter_;
  bool ignore_parse_errors_;
  text::TimestampReader timestamps_;
  std::vector<CsvValue> children_;  // ARRAY: the element; ROW: the fields
  std::vector<int> positions_;      // ROW: of each field in the text
  int text_fields_ = 0;             // ROW: fields that the text must have

 public:
  /// ROW with pruned fields: where they stand in the table's own ROW type.
  void MapFields(const data::Type& physical);
};

}  // namespace thalweg::formats::csv
