// UTF-8 text as Flink counts it: most functions in code points, a few (java.lang.String's) in
// UTF-16 units. Malformed bytes count as one code point each and are never read past the end.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "base/byte_scan.h"
#include "data/string_arena.h"

namespace thalweg::expr::utf8 {

inline bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

inline bool IsAscii(std::string_view s) {
  const char* const p = s.data();
  const size_t n = s.size();
  if (n < 8) return (LoadUpTo8(p, n) & kHighBits) == 0;
  uint64_t any = Load8(p + n - 8);
  for (size_t i = 0; i + 8 < n; i += 8) any |= Load8(p + i);
  return (any & kHighBits) == 0;
}

/// Bytes of the code point that begins with `lead`, as Flink's BinaryStringData sees it.
inline int Width(char lead) {
  const auto b = static_cast<uint8_t>(lead);
  return b < 0xC0 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : b < 0xF8 ? 4 : 1;
}

/// Bytes of the code point at s[at], clipped to the end.
inline size_t WidthAt(std::string_view s, size_t at) {
  const auto w = static_cast<size_t>(Width(s[at]));
  return w <= s.size() - at ? w : s.size() - at;
}

/// Bytes of the form 10xxxxxx.
inline size_t CountContinuations(std::string_view s) {
  const char* p = s.data();
  size_t rest = s.size(), n = 0;
#ifdef __AVX2__
  for (; rest >= 32; p += 32, rest -= 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    const __m256i others = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(static_cast<char>(0xBF)));
    n += 32 -
         static_cast<size_t>(std::popcount(static_cast<uint32_t>(_mm256_movemask_epi8(others))));
  }
#endif
  const auto count = [](uint64_t eight) {  // bit 7 and not bit 6
    return static_cast<size_t>(std::popcount(eight & (~eight << 1) & kHighBits));
  };
  for (; rest >= 8; p += 8, rest -= 8) n += count(Load8(p));
  return n + count(LoadUpTo8(p, rest));
}

inline int32_t Length(std::string_view s) {
  return static_cast<int32_t>(s.size() - CountContinuations(s));
}

/// Byte offset of the code point `index` (0-based), or s.size() if there are fewer.
inline size_t OffsetOf(std::string_view s, int64_t index) {
  size_t at = 0;
  while (index > 0 && at < s.size()) {
    at += WidthAt(s, at);
    --index;
  }
  return at;
}

/// Byte offset of the code point `index` counted from the end: 0 is the end itself.
inline size_t OffsetFromEnd(std::string_view s, int64_t index) {
  size_t at = s.size();
  while (index > 0 && at > 0) {
    --at;
    while (at > 0 && IsContinuation(s[at])) --at;
    --index;
  }
  return at;
}

/// The code point at s[*at]; advances. U+FFFD for malformed bytes.
inline char32_t Next(std::string_view s, size_t* at) {
  const auto b = static_cast<uint8_t>(s[*at]);
  if (b < 0x80) {
    ++*at;
    return b;
  }
  const int w = Width(s[*at]);
  if (w == 1 || *at + static_cast<size_t>(w) > s.size()) {
    ++*at;
    return 0xFFFD;
  }
  char32_t c = b & (0xFF >> (w + 1));
  for (int i = 1; i < w; ++i) {
    const char x = s[*at + static_cast<size_t>(i)];
    if (!IsContinuation(x)) {
      ++*at;
      return 0xFFFD;
    }
    c = c << 6 | (static_cast<uint8_t>(x) & 0x3F);
  }
  *at += static_cast<size_t>(w);
  return c;
}

/// Writes a code point (at most 4 bytes; '?' for a lone surrogate, as Java encodes it).
inline char* Write(char32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c >= 0xD800 && c < 0xE000) {
    *out++ = '?';
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

/// UTF-16 units of the text.
inline int32_t Utf16Length(std::string_view s) {
  int32_t n = 0;
  for (char c : s) n += !IsContinuation(c) + (static_cast<uint8_t>(c) >= 0xF0);
  return n;
}

/// A cut in front of a UTF-16 unit: between code points, or in the middle of a four-byte one,
/// which leaves a lone surrogate ('?' once encoded) on either side.
struct Utf16Cut {
  size_t before;  // bytes that stand whole in front of the cut
  size_t after;   // where the bytes behind the cut begin
  bool splits() const { return before != after; }
};

/// The cut in front of unit `index`; at the end if there are fewer.
inline Utf16Cut CutAt(std::string_view s, int64_t index) {
  size_t at = 0;
  while (index > 0 && at < s.size()) {
    const size_t w = WidthAt(s, at);
    if (w == 4) {
      if (index == 1) return {at, at + 4};
      --index;
    }
    --index;
    at += w;
  }
  return {at, at};
}

bool IsValid(std::string_view s);
/// `s` itself if it is valid, else a copy in the arena with U+FFFD for malformed bytes.
std::string_view Valid(std::string_view s, data::StringArena* arena);

}  // namespace thalweg::expr::utf8
