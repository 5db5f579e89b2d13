// JsonField: reads the JSON value of one column, or of one field or element inside it, into its
// ColumnWriter, as Flink's JsonParserToRowDataConverters do.
//
// - Scalars are coerced: numbers from strings, strings from anything, booleans from "true".
// - An object's fields beyond those wanted are skipped, once all wanted ones have come, too.
// - Of equal names the last one counts, unless everything wanted had come before.
// - 'ignore-parse-errors': a value of the wrong kind becomes NULL; a row with a syntax error is
//   skipped.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/json/json_cursor.h"
#include "formats/json/json_options.h"
#include "formats/text/column_writer.h"
#include "formats/text/time_text.h"

namespace thalweg::formats::json {

class JsonField {
 public:
  /// `path` names the field in errors: "bid.price". `writer` outlives the field.
  JsonField(const data::Type& type, std::string path, const JsonOptions& options,
            text::ColumnWriter* writer);

  /// Reads the value at the cursor into row `row`; false with an error in the cursor, and the row
  /// in an unknown state.
  bool Read(JsonCursor* cursor, int32_t row);

 private:
  friend class JsonRow;

  /// Whether Flink would take the '{' of an object for a value of this scalar type; sets the value.
  bool TakesOpenBrace(int32_t row);
  bool ReadScalar(JsonCursor* cursor, int32_t row);
  bool ReadString(JsonCursor* cursor, int32_t row);
  bool ReadArray(JsonCursor* cursor, int32_t row);
  bool ReadMap(JsonCursor* cursor, int32_t row);
  /// The text of a scalar as a value of this type; false if it is none.
  bool Convert(std::string_view text, char kind, bool is_float, int32_t row);
  bool WrongValue(JsonCursor* cursor, const char* at, int32_t row);
  std::string Expected() const;

  data::Type type_;
  data::TypeRoot root_;
  std::string path_;
  bool ignore_parse_errors_;
  bool exact_decimals_ = false;  // STRING: how numbers inside objects are shown
  text::ColumnWriter* writer_;
  text::TimestampReader timestamps_;
  std::vector<std::unique_ptr<JsonField>> children_;  // ARRAY: element; MAP: value
  std::unique_ptr<class JsonRow> row_;                // ROW
  std::string scratch_;

 public:
  /// Objects in STRING columns show exact decimals when the table has any DECIMAL.
  void set_exact_decimals(bool exact);
  ~JsonField();
};

/// The fields of a ROW, or the columns of the table.
class JsonRow {
 public:
  struct Column {
    std::string name;
    data::Type type;
    text::ColumnWriter* writer;
  };
  JsonRow(const std::vector<Column>& columns, const std::string& path, const JsonOptions& options);

  /// The cursor stands on '{'. `top_level`: what follows the object does not matter.
  bool Read(JsonCursor* cursor, int32_t row, bool top_level);

  void set_exact_decimals(bool exact);

 private:
  /// Consumes a field's name and its quotes: its index, or -1 if it is not wanted; -2: error.
  /// `position`: how many names the object had before it.
  int ReadName(JsonCursor* cursor, size_t position);
  int FindName(JsonCursor* cursor, std::string_view raw, bool escaped);

  /// The name that an earlier object had at a position: the next one most likely has it, too.
  struct Seen {
    JsonName name;
    int field = -1;
  };
  static constexpr size_t kMaxSeen = 64;
  std::vector<std::unique_ptr<JsonField>> fields_;
  std::vector<Seen> seen_;
  std::unordered_map<std::string, int> index_;
  bool fail_on_missing_;
  bool ignore_parse_errors_;
  std::string path_;
};

}  // namespace thalweg::formats::json
