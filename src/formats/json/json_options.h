// The json format's options, parsed.
#pragma once

#include <string>

#include "formats/registry.h"
#include "formats/text/time_text.h"

namespace thalweg::formats::json {

enum class MapNullKeyMode : uint8_t { kFail, kDrop, kLiteral };

struct JsonOptions {
  bool fail_on_missing_field = false;
  bool ignore_parse_errors = false;
  text::TimestampStandard timestamps = text::TimestampStandard::kSql;
  MapNullKeyMode map_null_key_mode = MapNullKeyMode::kFail;
  std::string map_null_key_literal = "null";
  bool decimal_as_plain_number = false;
  bool ignore_null_fields = false;
};

Result<JsonOptions> ParseJsonOptions(const FormatOptions& options);

}  // namespace thalweg::formats::json
