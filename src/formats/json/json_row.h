// JsonRow: reads a JSON object into the fields of a ROW, or into the columns of the table.
//
// - An object's fields beyond those wanted are skipped, once all wanted ones have come, too.
// - Of equal names the last one counts, unless everything wanted had come before.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/json/json_cursor.h"
#include "formats/json/json_field.h"
#include "formats/json/json_name.h"
#include "formats/json/json_options.h"

namespace thalweg::formats::json {

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

  /// The tokens stand on the object's begin; false where Flink throws. See JsonTokens.
  bool Replay(JsonTokens* tokens, int32_t row);

  void set_exact_decimals(bool exact);

 private:
  /// Consumes a field's name and its quotes: its index, or -1 if it is not wanted; -2: error.
  /// `position`: how many names the object had before it.
  int ReadName(JsonCursor* cursor, size_t position);
  static bool SkipToNextField(JsonTokens* tokens);
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
};

}  // namespace thalweg::formats::json
