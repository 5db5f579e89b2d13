// A JSON value as text: what a STRING column gets for an object or array (Jackson's
// JsonNode.toString()), and strings as JSON writes them.
#pragma once

#include <string>
#include <string_view>

#include "formats/json/json_cursor.h"

namespace thalweg::formats::json {

/// Appends the value at the cursor without blanks: numbers with a point or exponent as Java prints
/// a double (`exact_decimals`: a BigDecimal without trailing zeros), the last one of equal names at
/// the place of the first. False with an error in the cursor.
bool AppendJsonText(JsonCursor* cursor, bool exact_decimals, std::string* out);

/// Appends the text in quotes. `escape_supplementary`: characters beyond U+FFFF as two \u escapes,
/// as Jackson writes bytes.
void AppendJsonString(std::string_view text, bool escape_supplementary, std::string* out);

}  // namespace thalweg::formats::json
