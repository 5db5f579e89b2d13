// CsvDecoder: Flink's csv format as its file source reads it (Jackson's CsvParser under
// CsvToRowDataConverters).
//
// - A record ends at CR, LF or CR LF outside quotes; a quote opens only at a field's first byte.
// - A record with more fields than the table has columns is malformed, except for one blank field
//   at its end; one with fewer is malformed if it has fewer than the columns that are read, and
//   otherwise its missing columns are NULL. An empty line is a record of one empty field.
// - 'ignore-parse-errors': a malformed field becomes NULL, a malformed record is skipped.
// Only requested columns are converted; strings point into the chunk unless they hold doubled
// quotes or escapes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/csv/csv_options.h"
#include "formats/csv/csv_value.h"
#include "formats/csv/delimiter_scanner.h"
#include "formats/csv/record_boundary.h"
#include "formats/format.h"

namespace thalweg::formats::csv {

/// A longer record is an error: a quote is probably missing.
constexpr int64_t kMaxRecordBytes = 64 << 20;

class CsvDecoder : public StreamDecoder {
 public:
  CsvDecoder(const DecodeTarget& target, const CsvOptions& options);

  void Seek(const DecodePosition& position) override;
  Status Feed(data::BufferPtr chunk, bool last) override;
  Result<State> Next(int32_t max_rows, data::Batch* batch) override;
  DecodePosition position() const override { return position_; }
  int64_t skipped() const override { return skipped_; }

 private:
  /// A physical column.
  struct FieldPlan {
    int output = -1;  // its column in the batch, or -1: not read
  };
  struct Output {
    std::string name;
    CsvValue value;
    text::ColumnWriter writer;
  };
  /// Bytes that end at a record's end, or at least begin at a record's beginning.
  struct Region {
    const char* next = nullptr;
    const char* end = nullptr;
    data::BufferPtr owner;
    bool final = false;  // the end ends a record
    bool valid_utf8 = false;
  };
  enum class Outcome {
    kRow,
    kNothing,     ///< comments or blank lines up to the end, or a skipped record
    kIncomplete,  ///< the record goes on behind the region
    kError,       ///< error_ says why
  };
  /// What a field's text turned out to be.
  enum class FieldEnd { kDelimiter, kRecord, kIncomplete, kUnclosed, kTrailing };

  Outcome DecodeRecord(Region* region, int32_t row);
  FieldEnd ScanField(const Region& region, const char** p, std::string_view* field, bool* copied);
  FieldEnd ScanQuoted(const Region& region, const char** p, std::string_view* field, bool* copied);
  FieldEnd ScanEscaped(const Region& region, const char* start, const char** p,
                       std::string_view* field);
  FieldEnd EndAt(const Region& region, const char* special, const char** p) const;
  bool SkipToRecord(const Region& region, const char** p);
  FieldEnd SkipRest(const Region& region, const char** p);
  Outcome Malformed(Region* region, const char* begin, const char** p, bool at_end,
                    const char* field, std::string message);
  void EndRecord(Region* region, const char* begin, const char* p);
  std::string Where(const Region& region, const char* p) const;

  const CsvOptions options_;
  const int quote_, escape_;
  std::vector<FieldPlan> fields_;
  std::vector<std::unique_ptr<Output>> outputs_;
  DelimiterScanner scanner_;
  RecordBoundary boundary_;
  std::vector<Region> regions_;  // the record stitched over two chunks, then the chunk
  bool last_ = false;
  std::string pending_;  // the beginning of a record that goes on in the next chunk
  std::string unescaped_;
  DecodePosition position_;
  int64_t embedded_lines_ = 0;  // line ends inside quotes of the current record, or before it
  int64_t leading_lines_ = 0;   // those before it: comments, blank lines
  int64_t skipped_ = 0;
  std::string error_;
};

}  // namespace thalweg::formats::csv
