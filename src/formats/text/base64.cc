#include "formats/text/base64.h"

#include <array>
#include <cstdint>

namespace thalweg::formats::text {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> kValues = [] {
  std::array<int8_t, 256> v{};
  v.fill(-1);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    v[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  return v;
}();

int Value(char c) { return kValues[static_cast<uint8_t>(c)]; }

}  // namespace

bool DecodeBase64(std::string_view text, std::string* out) {
  size_t i = 0;
  for (;;) {
    while (i < text.size() && static_cast<uint8_t>(text[i]) <= ' ') ++i;
    if (i == text.size()) return true;
    if (text.size() - i < 4) return false;
    const int a = Value(text[i]), b = Value(text[i + 1]), c = Value(text[i + 2]);
    const int d = Value(text[i + 3]);
    if (a < 0 || b < 0) return false;
    out->push_back(static_cast<char>(a << 2 | b >> 4));
    if (c < 0) {
      if (text[i + 2] != '=' || text[i + 3] != '=') return false;
    } else {
      out->push_back(static_cast<char>(b << 4 | c >> 2));
      if (d >= 0) {
        out->push_back(static_cast<char>(c << 6 | d));
      } else if (text[i + 3] != '=') {
        return false;
      }
    }
    i += 4;
  }
}

void AppendBase64(std::string_view bytes, std::string* out) {
  size_t i = 0;
  const auto at = [&](size_t k) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[k])); };
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t v = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) out->push_back(kAlphabet[v >> shift & 63]);
  }
  if (bytes.size() - i == 1) {
    out->push_back(kAlphabet[at(i) >> 2]);
    out->push_back(kAlphabet[(at(i) & 3) << 4]);
    out->append("==");
  } else if (bytes.size() - i == 2) {
    const uint32_t v = at(i) << 8 | at(i + 1);
    out->push_back(kAlphabet[v >> 10]);
    out->push_back(kAlphabet[v >> 4 & 63]);
    out->push_back(kAlphabet[(v & 15) << 2]);
    out->push_back('=');
  }
}

}  // namespace thalweg::formats::text
