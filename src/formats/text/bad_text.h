// Pieces of error messages about malformed input.
#pragma once

#include <string>
#include <string_view>

namespace thalweg::formats::text {

/// The text in quotes, shortened to some 60 bytes, control and invalid bytes as \xNN.
inline std::string Excerpt(std::string_view text) {
  constexpr size_t kLimit = 60;
  const bool cut = text.size() > kLimit;
  if (cut) {
    size_t n = kLimit;
    while (n > 0 && (static_cast<uint8_t>(text[n]) & 0xC0) == 0x80) --n;
    text = text.substr(0, n);
  }
  std::string out = "'";
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    size_t length = 1;
    if (c >= 0xC2 && c < 0xF5) length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    bool valid = c >= 0x20 && c < 0x7F;
    if (length > 1 && i + length <= text.size()) {
      valid = true;
      for (size_t k = 1; k < length; ++k) {
        valid = valid && (static_cast<uint8_t>(text[i + k]) & 0xC0) == 0x80;
      }
    }
    if (valid) {
      out.append(text.substr(i, length));
      i += length - 1;
    } else {
      constexpr char kHex[] = "0123456789abcdef";
      out.append({'\\', 'x', kHex[c >> 4], kHex[c & 15]});
    }
  }
  out += cut ? "...'" : "'";
  return out;
}

}  // namespace thalweg::formats::text
