// CsvEncoder: Flink's csv format as its file sink writes it (Jackson's CsvGenerator).
//
// A text of more than 24 characters, or with the escape character (or a backslash, if there is
// none) or any character up to the highest of delimiter, quote and '\n', is quoted; numbers and
// booleans never are. NULL is the null literal, or nothing.
#pragma once

#include <string>

#include "formats/csv/csv_options.h"
#include "formats/format.h"

namespace thalweg::formats::csv {

class CsvEncoder : public StreamEncoder {
 public:
  CsvEncoder(data::Schema schema, const CsvOptions& options);

  Status Begin(std::string*) override { return Status::OK(); }
  Status Encode(const data::Batch& batch, std::string* out) override;
  Status Finish(std::string*) override { return Status::OK(); }

 private:
  void AppendCell(const data::Column& column, int32_t row, std::string* out);
  /// The text of a value that is not NULL; true if it is one that may need quotes.
  bool AppendValue(const data::Column& column, int32_t row, std::string* out);
  void AppendElement(const data::Column& column, int32_t row, bool first, std::string* out);
  void AppendText(std::string_view text, std::string* out) const;
  bool NeedsQuotes(std::string_view text) const;

  const data::Schema schema_;
  const CsvOptions options_;
  const std::string null_;
  int min_safe_;  // bytes below need quotes
  std::string scratch_;
};

}  // namespace thalweg::formats::csv
