// Numbers as text, as Java reads them: Integer.parseInt, Double.parseDouble, BigDecimal; and
// BigDecimal as Jackson writes it. See data/print.h for the rest.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace thalweg::formats::text {

/// Java's String.trim(): without leading and trailing bytes up to ' '.
inline std::string_view Trim(std::string_view s) {
  while (!s.empty() && static_cast<uint8_t>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<uint8_t>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

namespace internal {
/// The value of eight ASCII digits (little-endian load), already reduced to 0..9 each.
inline uint64_t EightDigits(uint64_t v) {
  v = v * 10 + (v >> 8);
  return (((v & 0x000000FF000000FFu) * 0x000F424000000064u) +
          (((v >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u)) >>
         32;
}
/// Whether every byte is 0..9 after subtracting '0' from each.
inline bool AllDigits(uint64_t text) {
  return ((text & 0xF0F0F0F0F0F0F0F0u) |
          (((text + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4)) == 0x3333333333333333u;
}
}  // namespace internal

bool ParseLongSlow(std::string_view text, int64_t* out);

/// Long.parseLong: an optional sign and digits, within 64 bits. No blanks.
inline bool ParseLong(std::string_view text, int64_t* out) {
  const size_t n = text.size();
  if (n - 1 < 8) {  // 1..8 digits, the usual case
    uint64_t v = 0x3030303030303030u;
    // Digits right-aligned after zeros: the text's last byte is the highest of the word.
    std::memcpy(reinterpret_cast<char*>(&v) + 8 - n, text.data(), n);
    if (internal::AllDigits(v)) {
      *out = static_cast<int64_t>(internal::EightDigits(v & 0x0F0F0F0F0F0F0F0Fu));
      return true;
    }
  }
  return ParseLongSlow(text, out);
}

/// ParseLong within [min, max].
inline bool ParseInteger(std::string_view text, int64_t min, int64_t max, int64_t* out) {
  return ParseLong(text, out) && *out >= min && *out <= max;
}

/// Double.parseDouble: blanks around it, "NaN", "Infinity", hexadecimal and a type suffix allowed;
/// too large is infinity, too small zero.
bool ParseDouble(std::string_view text, double* out);
bool ParseFloat(std::string_view text, float* out);

enum class DecimalResult {
  kOk,
  kOverflow,   ///< more digits than the precision: NULL in Flink
  kMalformed,  ///< not a number
};
/// new BigDecimal(text) rounded half up to `scale`; no blanks.
DecimalResult ParseDecimal(std::string_view text, int precision, int scale, __int128* out);

/// BigDecimal.stripTrailingZeros().toString(): "1.5E+3", "0".
void AppendDecimalStripped(__int128 unscaled, int scale, std::string* out);
/// The same for any decimal text: an optional '-', digits and the scale that they have.
void AppendStripped(bool negative, std::string digits, int64_t scale, std::string* out);

}  // namespace thalweg::formats::text
