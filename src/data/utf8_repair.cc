#include "data/utf8_repair.h"

#include <cstdint>

namespace thalweg::data {
namespace {

/// Length of the well-formed sequence at s, or minus the length of the malformed part.
int SequenceLength(std::string_view s) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
  const uint8_t b = at(0);
  if (b < 0x80) return 1;
  if (b < 0xc2 || b > 0xf4) return -1;
  const int length = b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
  for (int k = 1; k < length; ++k) {
    const auto i = static_cast<size_t>(k);
    uint8_t low = 0x80, high = 0xbf;
    if (k == 1) {
      if (b == 0xe0) low = 0xa0;
      if (b == 0xed) high = 0x9f;
      if (b == 0xf0) low = 0x90;
      if (b == 0xf4) high = 0x8f;
    }
    if (i >= s.size() || at(i) < low || at(i) > high) return -k;
  }
  return length;
}

}  // namespace

bool IsValidUtf8(std::string_view s) {
  while (!s.empty()) {
    const int n = SequenceLength(s);
    if (n < 0) return false;
    s.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void AppendRepairedUtf8(std::string_view s, std::string* out) {
  while (!s.empty()) {
    const int n = SequenceLength(s);
    if (n > 0) {
      out->append(s, 0, static_cast<size_t>(n));
      s.remove_prefix(static_cast<size_t>(n));
    } else {
      *out += "\xef\xbf\xbd";
      s.remove_prefix(static_cast<size_t>(-n));
    }
  }
}

}  // namespace thalweg::data
