// CsvEncoder: Flink's csv format as its file sink writes it (Jackson's CsvGenerator).
//
// A text of more than 24 characters, or with the escape character (or a backslash, if there is
// none) or any character up to the highest of delimiter, quote and '\n', is quoted; numbers and
// booleans never are. NULL is the null literal, or nothing.
#pragma once

#include <string>
#include <vector>

#include "formats/csv/csv_options.h"
#include "formats/format.h"
#include "formats/text/text_buffer.h"
#include "formats/text/time_output.h"

namespace thalweg::formats::csv {

class CsvEncoder : public StreamEncoder {
 public:
  CsvEncoder(data::Schema schema, const CsvOptions& options);

  Status Begin(std::string*) override { return Status::OK(); }
  Status Encode(const data::Batch& batch, std::string* out) override;
  Status Finish(std::string*) override { return Status::OK(); }

 private:
  /// A column of the batch, seen by row.
  struct CellReader {
    enum class Kind : uint8_t { kNull, kInt32, kInt64, kText, kTimestamp, kOther };
    explicit CellReader(const data::Column& c);

    const data::Column& column;
    const data::Column& storage;
    Kind kind;
  };

  void AppendCell(const CellReader& cell, size_t c, int32_t row);
  /// The text of a value that is not NULL; true if it is one that may need quotes.
  bool AppendValue(const data::Column& column, int32_t row, std::string* out);
  void AppendElement(const data::Column& column, int32_t row, bool first, std::string* out);
  void AppendText(std::string_view text);
  bool NeedsQuotes(std::string_view text) const;
  bool HasUnsafeByte(std::string_view text) const;

  const data::Schema schema_;
  const CsvOptions options_;
  const std::string null_;
  int min_safe_;                                 // bytes below need quotes
  char escape_;                                  // as does this one
  std::vector<text::TimestampText> timestamps_;  // by column
  text::TextBuffer text_;
  std::string scratch_;
};

}  // namespace thalweg::formats::csv
