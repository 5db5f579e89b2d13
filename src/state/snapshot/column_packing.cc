#include "state/snapshot/column_packing.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "state/row_layout.h"

namespace thalweg::state {
namespace {

constexpr size_t kWord = sizeof(uint32_t);
/// Columns of the RowHeader, and where they are in it; the last is padding.
constexpr std::array<size_t, 3> kHeaderOffsets{
    offsetof(RowHeader, hash), offsetof(RowHeader, hash) + kWord, offsetof(RowHeader, place_bits)};
constexpr size_t kWidthsOfHeader = 2;
/// Words of a register.
constexpr size_t kStrip = 8;

size_t WidthsBytes(size_t bytes) { return kWidthsOfHeader + (bytes - sizeof(RowHeader)) / 8; }

size_t WidthOf(uint32_t largest) { return (static_cast<size_t>(std::bit_width(largest)) + 7) / 8; }

uint32_t WordAt(const void* at) {
  uint32_t word;
  std::memcpy(&word, at, kWord);
  return word;
}

/// word(row) for each row. Writes up to three bytes more.
template <size_t kWidth, typename Word>
char* WriteColumnOf(size_t rows, const Word& word, char* to) {
  for (size_t i = 0; i < rows; ++i) {
    const uint32_t value = word(i);
    std::memcpy(to + i * kWidth, &value, kWord);
  }
  return to + rows * kWidth;
}

template <typename Word>
char* WriteColumn(size_t width, size_t rows, const Word& word, char* to) {
  switch (width) {
    case 1:
      return WriteColumnOf<1>(rows, word, to);
    case 2:
      return WriteColumnOf<2>(rows, word, to);
    case 3:
      return WriteColumnOf<3>(rows, word, to);
    case 4:
      return WriteColumnOf<4>(rows, word, to);
    default:
      return to;
  }
}

/// The first `words` words of each row behind its header and `at` words, one with another by OR: as
/// wide as the largest.
std::array<uint32_t, kStrip> AllBits(std::span<const uint8_t* const> rows, size_t at,
                                     size_t words) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(words)), lanes);
  __m256i all = _mm256_setzero_si256();
  for (const uint8_t* row : rows) {
    const auto* from = reinterpret_cast<const int*>(row + sizeof(RowHeader) + at * kWord);
    all = _mm256_or_si256(all, _mm256_maskload_epi32(from, mask));
  }
  std::array<uint32_t, kStrip> out;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out.data()), all);
  return out;
}

template <size_t kWidth>
void ReadColumnOf(const char* from, size_t rows, size_t bytes, char* to) {
  constexpr uint32_t kMask = ~uint32_t{0} >> (32 - 8 * kWidth);
  for (size_t i = 0; i < rows; ++i) {
    const uint32_t value = WordAt(from + i * kWidth) & kMask;
    std::memcpy(to + i * bytes, &value, kWord);
  }
}

/// Into the word at `to` and every `bytes` behind it. Reads up to three bytes more.
void ReadColumn(size_t width, const char* from, size_t rows, size_t bytes, char* to) {
  switch (width) {
    case 1:
      return ReadColumnOf<1>(from, rows, bytes, to);
    case 2:
      return ReadColumnOf<2>(from, rows, bytes, to);
    case 3:
      return ReadColumnOf<3>(from, rows, bytes, to);
    default:
      return ReadColumnOf<4>(from, rows, bytes, to);
  }
}

}  // namespace

char* PackRows(std::span<const uint8_t* const> rows, bool hashes, size_t bytes,
               uint32_t* last_place_bits, char* to) {
  char* widths = to;
  to += WidthsBytes(bytes);
  const size_t n = rows.size();
  std::array<uint32_t, kMostPackedRows> distances;
  uint64_t all_hashes = 0;
  uint32_t all_distances = 0;
  for (size_t i = 0; i < n; ++i) {
    const RowHeader& h = *HeaderOf(rows[i]);
    distances[i] = h.place_bits - *last_place_bits - 1;
    *last_place_bits = h.place_bits;
    all_distances |= distances[i];
    if (hashes) all_hashes |= h.hash;
  }
  const std::array<uint32_t, kHeaderOffsets.size()> header{
      static_cast<uint32_t>(all_hashes), static_cast<uint32_t>(all_hashes >> 32), all_distances};
  *widths++ = static_cast<char>(WidthOf(header[0]) | WidthOf(header[1]) << 4);
  *widths++ = static_cast<char>(WidthOf(header[2]));
  for (size_t c = 0; c < 2; ++c) {
    const auto hash = [&](size_t i) { return WordAt(rows[i] + kHeaderOffsets[c]); };
    to = WriteColumn(WidthOf(header[c]), n, hash, to);
  }
  to = WriteColumn(
      WidthOf(header[2]), n, [&](size_t i) { return distances[i]; }, to);

  const size_t words = (bytes - sizeof(RowHeader)) / kWord;
  for (size_t at = 0; at < words; at += kStrip) {
    const size_t left = std::min(words - at, kStrip);
    const std::array<uint32_t, kStrip> all = AllBits(rows, at, left);
    for (size_t w = 0; w < left; ++w) {
      const size_t width = WidthOf(all[w]);
      if (w % 2 == 0) {
        *widths = static_cast<char>(width);
      } else {
        *widths = static_cast<char>(*widths | width << 4);
        ++widths;
      }
      const size_t offset = sizeof(RowHeader) + (at + w) * kWord;
      to = WriteColumn(
          width, n, [&](size_t i) { return WordAt(rows[i] + offset); }, to);
    }
  }
  return to;
}

const char* UnpackRows(const char* from, const char* end, size_t rows, size_t bytes, char* images) {
  const size_t columns = 2 * WidthsBytes(bytes);
  if (static_cast<size_t>(end - from) < columns / 2) return nullptr;
  const char* widths = from;
  from += columns / 2;
  std::memset(images, 0, rows * bytes);
  for (size_t c = 0; c < columns; ++c) {
    const size_t width = static_cast<uint8_t>(widths[c / 2]) >> (c % 2 * 4) & 0xF;
    if (width == 0) continue;
    if (width > kWord || c == kHeaderOffsets.size()) return nullptr;
    const size_t size = rows * width;
    const auto room = static_cast<size_t>(end - from);
    if (room < size) return nullptr;
    // Behind the three columns and the padding come the words behind the header.
    char* to = images + (c < kHeaderOffsets.size()
                             ? kHeaderOffsets[c]
                             : sizeof(RowHeader) + (c - 2 * kWidthsOfHeader) * kWord);
    if (room >= size + kWord) {
      ReadColumn(width, from, rows, bytes, to);
    } else {
      std::array<char, kMostPackedRows * kWord + kWord> last{};
      std::memcpy(last.data(), from, size);
      ReadColumn(width, last.data(), rows, bytes, to);
    }
    from += size;
  }
  return from;
}

}  // namespace thalweg::state
