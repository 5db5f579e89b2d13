// Base64 as Jackson's MIME-NO-LINEFEEDS variant: padding is required, blanks between groups of four
// are skipped.
#pragma once

#include <string>
#include <string_view>

namespace thalweg::formats::text {

/// Appends the bytes; false if the text is no Base64.
bool DecodeBase64(std::string_view text, std::string* out);
void AppendBase64(std::string_view bytes, std::string* out);

}  // namespace thalweg::formats::text
