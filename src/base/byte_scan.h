// Texts looked at many bytes at a time. Never reads outside of the text.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace thalweg {

/// The same byte eight times.
constexpr uint64_t Repeat8(uint8_t byte) { return byte * 0x0101010101010101u; }
/// The highest bit of each byte.
constexpr uint64_t kHighBits = Repeat8(0x80);

/// Eight bytes, the first one lowest.
inline uint64_t Load8(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

/// `n` <= 8 bytes, the first one lowest, and zeros behind them.
inline uint64_t LoadUpTo8(const char* p, size_t n) {
  if (n == 8) return Load8(p);
  if (n >= 4) {  // two halves that overlap in equal bytes
    uint32_t first, last;
    std::memcpy(&first, p, 4);
    std::memcpy(&last, p + n - 4, 4);
    return first | uint64_t{last} << (8 * (n - 4));
  }
  uint64_t v = 0;
  for (size_t i = 0; i < n; ++i) v |= uint64_t{static_cast<uint8_t>(p[i])} << (8 * i);
  return v;
}

namespace byte_scan_internal {

#ifdef __AVX2__
/// One bit for each of 32 or 16 bytes that is wanted.
inline uint32_t Hits32(const char* p, __m256i wanted) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, wanted)));
}
inline uint32_t Hits16(const char* p, __m128i wanted) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
}
#endif

/// One bit for each of the at most 31 bytes (32 without vectors) from `at` on.
inline uint32_t HitsInTail(std::string_view s, size_t at, char byte) {
  const char* const p = s.data() + at;
  const size_t rest = s.size() - at;
#ifdef __AVX2__
  if (s.size() >= 32 && rest > 0) {  // the last 32 bytes, without those before `at`
    return Hits32(p + rest - 32, _mm256_set1_epi8(byte)) >> (32 - rest);
  }
  if (rest >= 16) {
    const __m128i wanted = _mm_set1_epi8(byte);
    return Hits16(p, wanted) | Hits16(p + rest - 16, wanted) << (rest - 16);
  }
#endif
  uint32_t hits = 0;
  for (size_t i = 0; i < rest; ++i) hits |= static_cast<uint32_t>(p[i] == byte) << i;
  return hits;
}

/// One bit for each of at most 32 bytes from `at` on.
inline uint32_t HitsFrom(std::string_view s, size_t at, char byte) {
#ifdef __AVX2__
  if (s.size() - at >= 32) return Hits32(s.data() + at, _mm256_set1_epi8(byte));
#endif
  return HitsInTail(s.substr(0, std::min(s.size(), at + 32)), at, byte);
}

}  // namespace byte_scan_internal

/// Calls f(position) for each `byte` of the text, in order, until it returns false. For bytes that
/// are expected to be near each other; a lone one is found by memchr.
template <typename F>
void ForEachByte(std::string_view s, char byte, F&& f) {
  for (size_t at = 0; at < s.size(); at += 32) {
    for (uint32_t hits = byte_scan_internal::HitsFrom(s, at, byte); hits != 0; hits &= hits - 1) {
      if (!f(at + static_cast<size_t>(std::countr_zero(hits)))) return;
    }
  }
}

}  // namespace thalweg
