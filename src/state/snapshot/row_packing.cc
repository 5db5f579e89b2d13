#include "state/snapshot/row_packing.h"

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "state/row_layout.h"

namespace thalweg::state {
namespace {

constexpr size_t kWords = 4;
constexpr size_t kLane = kWords * 4;
/// Bytes of a word by its code.
constexpr std::array<uint8_t, 4> kLengths{0, 1, 3, 4};
/// What a shuffle makes a zero of.
constexpr uint8_t kNone = 0x80;

struct Lane {
  std::array<uint8_t, kLane> pack;
  std::array<uint8_t, kLane> unpack;
};
struct Tables {
  alignas(64) std::array<Lane, 256> lanes;
  std::array<uint8_t, 256> bytes;
};

/// By the byte of codes.
constexpr Tables MakeTables() {
  Tables out{};
  for (size_t codes = 0; codes < out.lanes.size(); ++codes) {
    Lane& lane = out.lanes[codes];
    lane.pack.fill(kNone);
    lane.unpack.fill(kNone);
    uint8_t n = 0;
    for (size_t word = 0; word < kWords; ++word) {
      const size_t length = kLengths[(codes >> word & 1) | (codes >> (word + 4) & 1) << 1];
      for (size_t i = 0; i < length; ++i, ++n) {
        lane.pack[n] = static_cast<uint8_t>(word * 4 + i);
        lane.unpack[word * 4 + i] = n;
      }
    }
    out.bytes[codes] = n;
  }
  return out;
}

constexpr Tables kTables = MakeTables();

__m128i Load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
__m128i LoadHalf(const void* from) { return _mm_loadl_epi64(static_cast<const __m128i*>(from)); }

char* PackLane(__m128i words, uint32_t codes, char* to) {
  *to++ = static_cast<char>(codes);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm_shuffle_epi8(words, Load(kTables.lanes[codes].pack.data())));
  return to + kTables.bytes[codes];
}

uint32_t ZeroWords(__m256i words) {
  const __m256i zero = _mm256_cmpeq_epi32(words, _mm256_setzero_si256());
  return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(zero)));
}

/// Two lanes; the second is packed if `both`.
char* PackLanes(__m256i words, bool both, char* to) {
  const uint32_t none = ZeroWords(words);
  const uint32_t one = ZeroWords(_mm256_srli_epi32(words, 8));     // at most one byte
  const uint32_t three = ZeroWords(_mm256_srli_epi32(words, 24));  // at most three
  const uint32_t lower = ~(none ^ one ^ three) & 0xFF;
  const uint32_t upper = ~one & 0xFF;
  to = PackLane(_mm256_castsi256_si128(words), (lower & 0xF) | (upper & 0xF) << 4, to);
  if (!both) return to;
  return PackLane(_mm256_extracti128_si256(words, 1), lower >> 4 | (upper & 0xF0), to);
}

__m256i TwoLanes(__m128i first, __m128i second) { return _mm256_set_m128i(second, first); }

}  // namespace

// The header is put together in registers: loading what has just been stored in pieces would stall.
char* PackRow(uint64_t hash, uint32_t group, uint32_t place_bits, const uint8_t* row, size_t bytes,
              char* to) {
  static_assert(offsetof(RowHeader, group) == 12 && offsetof(RowHeader, place_bits) == 16);
  int64_t behind = 0;  // the header
  if (bytes > sizeof(RowHeader)) std::memcpy(&behind, row + sizeof(RowHeader), sizeof(behind));
  to = PackLanes(_mm256_set_epi64x(behind, place_bits, static_cast<int64_t>(uint64_t{group} << 32),
                                   static_cast<int64_t>(hash)),
                 true, to);
  for (size_t at = 2 * kLane; at < bytes; at += 2 * kLane) {
    const size_t left = bytes - at;
    if (left >= 2 * kLane) {
      to = PackLanes(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + at)), true, to);
      continue;
    }
    const bool both = left > kLane;
    const __m128i first = left >= kLane ? Load(row + at) : LoadHalf(row + at);
    const __m128i second = both ? LoadHalf(row + at + kLane) : _mm_setzero_si128();
    to = PackLanes(TwoLanes(first, second), both, to);
  }
  return to;
}

const char* UnpackRow(const char* from, const char* end, size_t bytes, char* image) {
  for (size_t at = 0; at < bytes; at += kLane) {
    if (from == end) return nullptr;
    const auto codes = static_cast<uint8_t>(*from++);
    const size_t packed = kTables.bytes[codes];
    const auto room = static_cast<size_t>(end - from);
    if (room < packed) return nullptr;
    __m128i words;
    if (room >= kLane) {
      words = Load(from);
    } else {
      char last[kLane] = {};
      std::memcpy(last, from, packed);
      words = Load(last);
    }
    from += packed;
    words = _mm_shuffle_epi8(words, Load(kTables.lanes[codes].unpack.data()));
    if (bytes - at >= kLane) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(image + at), words);
    } else {
      if ((codes & 0xCC) != 0) return nullptr;  // words beyond the row
      _mm_storel_epi64(reinterpret_cast<__m128i*>(image + at), words);
    }
  }
  return from;
}

}  // namespace thalweg::state
