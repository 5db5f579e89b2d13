// JsonDecoder: Flink's json format as its file source reads it: one JSON object per line, or an
// array of objects, which become a row each. Empty lines are skipped; what follows the object on
// its line is ignored.
//
// Strings without escapes point into the chunk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/format.h"
#include "formats/json/json_options.h"
#include "formats/json/json_row.h"
#include "formats/text/column_writer.h"
#include "formats/text/line_reader.h"

namespace thalweg::formats::json {

class JsonDecoder : public StreamDecoder {
 public:
  JsonDecoder(const DecodeTarget& target, const JsonOptions& options);

  void Seek(const DecodePosition& position) override { lines_.Seek(position); }
  Status Feed(data::BufferPtr chunk, bool last) override {
    return lines_.Feed(std::move(chunk), last);
  }
  /// A line that holds an array is returned as a whole, even if it exceeds `max_rows`.
  Result<State> Next(int32_t max_rows, data::Batch* batch) override;
  DecodePosition position() const override { return lines_.position(); }
  int64_t skipped() const override { return skipped_; }

 private:
  /// Adds the rows of one line to *rows; false with the error in the cursor.
  void ReplayLine(std::string_view line, int32_t* rows);
  bool ReadLine(JsonCursor* cursor, int32_t* rows);
  void ClearRow(int32_t row);

  const JsonOptions options_;
  std::vector<std::unique_ptr<text::ColumnWriter>> writers_;
  std::unique_ptr<JsonRow> row_;
  text::LineReader lines_;
  int64_t skipped_ = 0;
};

}  // namespace thalweg::formats::json
