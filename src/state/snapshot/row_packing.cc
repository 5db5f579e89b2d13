#include "state/snapshot/row_packing.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "state/row_layout.h"

namespace thalweg::state {
namespace {

constexpr size_t kWords = 8;
constexpr size_t kGroup = kWords * 4;

/// By mask, eight bytes of indices for a permutation.
using Indices = std::array<uint64_t, 256>;

/// The words that are set, first of all.
constexpr Indices MakePacking() {
  Indices out{};
  for (size_t mask = 0; mask < out.size(); ++mask) {
    for (uint64_t word = 0, n = 0; word < kWords; ++word) {
      if ((mask >> word & 1) != 0) out[mask] |= word << 8 * n++;
    }
  }
  return out;
}

/// For a word that is set, how many are set before it.
constexpr Indices MakeUnpacking() {
  Indices out{};
  for (size_t mask = 0; mask < out.size(); ++mask) {
    for (uint64_t word = 0, n = 0; word < kWords; ++word) {
      if ((mask >> word & 1) != 0) out[mask] |= n++ << 8 * word;
    }
  }
  return out;
}

constexpr Indices kPacking = MakePacking();
constexpr Indices kUnpacking = MakeUnpacking();

__m256i Permuted(__m256i words, uint64_t indices) {
  return _mm256_permutevar8x32_epi32(
      words, _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<int64_t>(indices))));
}

/// All ones in the first `n` words.
__m256i FirstWords(size_t n) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), index);
}

__m256i Load(const uint8_t* from, size_t words) {
  if (words >= kWords) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm256_maskload_epi32(reinterpret_cast<const int*>(from), FirstWords(words));
}

char* PackGroup(__m256i words, char* to) {
  const __m256i zero = _mm256_cmpeq_epi32(words, _mm256_setzero_si256());
  const auto mask =
      static_cast<uint8_t>(~static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(zero))));
  *to++ = static_cast<char>(mask);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), Permuted(words, kPacking[mask]));
  return to + std::popcount(mask) * 4;
}

}  // namespace

// The header is put together in registers: loading what has just been stored in pieces would stall.
char* PackRow(uint64_t hash, uint32_t group, uint32_t place_bits, const uint8_t* row, size_t bytes,
              char* to) {
  static_assert(offsetof(RowHeader, group) == 12 && offsetof(RowHeader, place_bits) == 16);
  int64_t behind = 0;  // the header
  if (bytes > sizeof(RowHeader)) std::memcpy(&behind, row + sizeof(RowHeader), sizeof(behind));
  to = PackGroup(_mm256_set_epi64x(behind, place_bits, static_cast<int64_t>(uint64_t{group} << 32),
                                   static_cast<int64_t>(hash)),
                 to);
  for (size_t at = kGroup; at < bytes; at += kGroup) {
    to = PackGroup(Load(row + at, (bytes - at) / 4), to);
  }
  return to;
}

const char* UnpackRow(const char* from, const char* end, size_t bytes, char* image) {
  for (size_t at = 0; at < bytes; at += kGroup) {
    if (from == end) return nullptr;
    const auto mask = static_cast<uint8_t>(*from++);
    const size_t packed = static_cast<size_t>(std::popcount(mask)) * 4;
    const size_t words = std::min(kWords, (bytes - at) / 4);
    if (static_cast<size_t>(end - from) < packed || mask >> words != 0) return nullptr;
    __m256i v;
    if (static_cast<size_t>(end - from) >= kGroup) {
      v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    } else {
      char last[kGroup] = {};
      std::memcpy(last, from, packed);
      v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(last));
    }
    from += packed;
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i set = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(mask), bit), bit);
    v = _mm256_and_si256(Permuted(v, kUnpacking[mask]), set);
    if (words == kWords) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(image + at), v);
    } else {
      _mm256_maskstore_epi32(reinterpret_cast<int*>(image + at), FirstWords(words), v);
    }
  }
  return from;
}

}  // namespace thalweg::state
