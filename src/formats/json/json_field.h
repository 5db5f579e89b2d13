// JsonField: reads the JSON value of one column, or of one field or element inside it, into its
// ColumnWriter, as Flink's JsonParserToRowDataConverters do.
//
// - Scalars are coerced: numbers from strings, strings from anything, booleans from "true".
// - 'ignore-parse-errors': a scalar of the wrong kind becomes NULL. What leads
//   Flink's parser astray (an object or array of the wrong kind, malformed base64 or syntax) is an
//   error of Read(); Replay() finds out what Flink makes of such a line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/json/json_cursor.h"
#include "formats/json/json_options.h"
#include "formats/text/column_writer.h"
#include "formats/text/time_text.h"

namespace thalweg::formats::json {

class JsonRow;
class JsonTokens;

class JsonField {
 public:
  /// `path` names the field in errors: "bid.price". `writer` outlives the field.
  JsonField(const data::Type& type, std::string path, const JsonOptions& options,
            text::ColumnWriter* writer);
  ~JsonField();
  /// Objects in STRING columns show exact decimals when the table has any DECIMAL.
  void set_exact_decimals(bool exact);

  /// Reads the value at the cursor into row `row`; false with an error in the cursor, and the row
  /// in an unknown state.
  bool Read(JsonCursor* cursor, int32_t row);

  /// Reads the value at the current token, NULL if it does not fit; see JsonTokens.
  void Replay(JsonTokens* tokens, int32_t row);

 private:
  friend class JsonRow;

  bool ReplayValue(JsonTokens* tokens, int32_t row);
  bool ReplayMap(JsonTokens* tokens, int32_t row);
  bool ReplayText(JsonTokens* tokens, std::string* out) const;
  /// The counts of a MULTISET are never NULL.
  void FinishCount(int32_t element);
  /// Whether Flink would take the '{' of an object for a value of this type; sets the value.
  bool TakesOpenBrace(int32_t row);
  bool ReadScalar(JsonCursor* cursor, int32_t row);
  bool ReadString(JsonCursor* cursor, int32_t row);
  bool ReadArray(JsonCursor* cursor, int32_t row);
  bool ReadMap(JsonCursor* cursor, int32_t row);
  /// The text of a scalar as a value of this type; false if it is none.
  bool Convert(std::string_view text, char kind, bool is_float, int32_t row);
  bool WrongKind(JsonCursor* cursor, int32_t row);
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
  std::unique_ptr<JsonRow> row_;                      // ROW
  std::string scratch_;
};

}  // namespace thalweg::formats::json
