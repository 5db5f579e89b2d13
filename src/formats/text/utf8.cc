#include "formats/text/utf8.h"

#include <simdjson.h>

namespace thalweg::formats::text {

bool IsValidUtf8(std::string_view s) { return simdjson::validate_utf8(s.data(), s.size()); }

bool IsValidUtf8Chunk(std::string_view s, bool last) {
  // Cuts off an incomplete last character.
  for (size_t back = 1; !last && back <= 3 && back <= s.size(); ++back) {
    const auto c = static_cast<uint8_t>(s[s.size() - back]);
    if ((c & 0xC0) == 0x80) continue;
    const size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    if (length > back) s.remove_suffix(back);
    break;
  }
  return IsValidUtf8(s);
}

}  // namespace thalweg::formats::text
