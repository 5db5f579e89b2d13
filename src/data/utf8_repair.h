// Bytes as text: what Java's new String(bytes, UTF_8) makes of malformed UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace thalweg::data {

bool IsValidUtf8(std::string_view bytes);
/// Every maximal malformed part becomes U+FFFD.
void AppendRepairedUtf8(std::string_view bytes, std::string* out);

}  // namespace thalweg::data
