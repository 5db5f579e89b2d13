// Texts looked at many bytes at a time. Never reads outside of the text.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

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

/// f(position) for each bit of `hits`, the lowest being `at`; false once f says so.
template <typename F>
bool ForEachHit(uint32_t hits, size_t at, F&& f) {
  for (; hits != 0; hits &= hits - 1) {
    if (!f(at + static_cast<size_t>(std::countr_zero(hits)))) return false;
  }
  return true;
}

#ifdef __AVX2__
inline uint32_t Hits32(const char* p, __m256i wanted) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, wanted)));
}
inline uint32_t Hits16(const char* p, __m128i wanted) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
}
#endif

}  // namespace byte_scan_internal

/// Calls f(position) for each `byte` of the text, in order, until it returns false. For bytes that
/// are expected to be near each other; a lone one is found by memchr.
template <typename F>
void ForEachByte(std::string_view s, char byte, F&& f) {
  using namespace byte_scan_internal;
  size_t at = 0;
#ifdef __AVX2__
  const char* const p = s.data();
  const __m256i wanted = _mm256_set1_epi8(byte);
  for (; s.size() - at >= 32; at += 32) {
    if (!ForEachHit(Hits32(p + at, wanted), at, f)) return;
  }
  const size_t rest = s.size() - at;
  if (rest == 0) return;
  if (at > 0) {  // the last 32 bytes, without those that have been looked at
    ForEachHit(Hits32(p + s.size() - 32, wanted) >> (32 - rest), at, f);
    return;
  }
  if (rest >= 16) {
    const __m128i half = _mm256_castsi256_si128(wanted);
    ForEachHit(Hits16(p, half) | Hits16(p + rest - 16, half) << (rest - 16), 0, f);
    return;
  }
#endif
  for (; at < s.size(); ++at) {
    if (s[at] == byte && !f(at)) return;
  }
}

}  // namespace thalweg
