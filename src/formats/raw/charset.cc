#include "formats/raw/charset.h"

#include <cstdint>

namespace thalweg::formats::raw {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsContinuation(uint8_t b) { return (b & 0xC0) == 0x80; }

/// Length of the valid character at the front, or, negative, of the malformed bytes that one
/// replacement stands for.
int Utf8Step(std::string_view s) {
  const auto at = [&](size_t i) { return i < s.size() ? static_cast<uint8_t>(s[i]) : uint8_t{0}; };
  const uint8_t b = at(0);
  if (b < 0x80) return 1;
  if (b < 0xC2 || b > 0xF4) return -1;
  const int length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
  const uint8_t low = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
  if (at(1) < low || at(1) > high) return -1;
  for (int i = 2; i < length; ++i) {
    if (!IsContinuation(at(static_cast<size_t>(i)))) return -i;
  }
  return length;
}

}  // namespace

std::optional<Charset> CharsetByName(std::string_view name) {
  std::string n;
  for (const char c : name) n += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (n == "UTF-8" || n == "UTF8") return Charset::kUtf8;
  if (n == "ISO-8859-1" || n == "ISO8859-1" || n == "ISO8859_1" || n == "LATIN1") {
    return Charset::kLatin1;
  }
  if (n == "US-ASCII" || n == "ASCII") return Charset::kAscii;
  return std::nullopt;
}

void DecodeText(Charset charset, std::string_view bytes, std::string* utf8) {
  if (charset != Charset::kUtf8) {
    for (const char c : bytes) {
      const auto b = static_cast<uint8_t>(c);
      if (b < 0x80) {
        utf8->push_back(c);
      } else if (charset == Charset::kAscii) {
        utf8->append(kReplacement);
      } else {
        utf8->push_back(static_cast<char>(0xC0 | b >> 6));
        utf8->push_back(static_cast<char>(0x80 | (b & 63)));
      }
    }
    return;
  }
  while (!bytes.empty()) {
    const int n = Utf8Step(bytes);
    if (n > 0) {
      utf8->append(bytes.substr(0, static_cast<size_t>(n)));
      bytes.remove_prefix(static_cast<size_t>(n));
    } else {
      utf8->append(kReplacement);
      bytes.remove_prefix(static_cast<size_t>(-n));
    }
  }
}

void EncodeText(Charset charset, std::string_view utf8, std::string* bytes) {
  if (charset == Charset::kUtf8) {
    bytes->append(utf8);
    return;
  }
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto b = static_cast<uint8_t>(utf8[i]);
    if (b < 0x80) {
      bytes->push_back(utf8[i]);
    } else if (!IsContinuation(b)) {
      const bool latin1 =
          charset == Charset::kLatin1 && (b == 0xC2 || b == 0xC3) && i + 1 < utf8.size();
      bytes->push_back(latin1 ? static_cast<char>((b & 3) << 6 | (utf8[i + 1] & 63)) : '?');
    }
  }
}

}  // namespace thalweg::formats::raw
