// DelimiterScanner: the positions of delimiters and line ends of a region, 64 bytes at a time
// (AVX2). Quotes mean nothing here: only the decoder knows where a field begins.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace thalweg::formats::csv {

class DelimiterScanner {
 public:
  /// `escape` may be a second special byte; pass the delimiter again if there is none.
  DelimiterScanner(char delimiter, char escape)
      : delimiter_(_mm256_set1_epi8(delimiter)),
        escape_(_mm256_set1_epi8(escape)),
        escapes_(delimiter != escape) {}

  void Reset(const char* begin, const char* end) {
    end_ = end;
    Load(begin);
  }

  /// Goes on at `p`, which lies behind everything found so far.
  void Seek(const char* p) {
    if (p - block_ >= 64) {
      Load(p);
    } else {
      mask_ &= ~uint64_t{0} << (p - block_);
    }
  }

  /// The next special byte, or the region's end.
  const char* Next() {
    while (mask_ == 0) {
      if (end_ - block_ <= 64) return end_;
      Load(block_ + 64);
    }
    const char* p = block_ + __builtin_ctzll(mask_);
    mask_ &= mask_ - 1;
    return p;
  }

 private:
  void Load(const char* p) {
    block_ = p;
    if (end_ - p >= 64) [[likely]] {
      mask_ = Mask(p);
      return;
    }
    char padded[64] = {};
    if (end_ > p) std::memcpy(padded, p, static_cast<size_t>(end_ - p));
    mask_ = Mask(padded);
    mask_ &= end_ > p ? ~uint64_t{0} >> (64 - (end_ - p)) : 0;  // a NUL delimiter
  }

  uint32_t Half(__m256i v) const {
    __m256i hits = _mm256_or_si256(_mm256_cmpeq_epi8(v, delimiter_),
                                   _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('\n')),
                                                   _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\r'))));
    if (escapes_) hits = _mm256_or_si256(hits, _mm256_cmpeq_epi8(v, escape_));
    return static_cast<uint32_t>(_mm256_movemask_epi8(hits));
  }
  uint64_t Mask(const char* p) const {
    const auto* v = reinterpret_cast<const __m256i*>(p);
    return Half(_mm256_loadu_si256(v)) | static_cast<uint64_t>(Half(_mm256_loadu_si256(v + 1)))
                                             << 32;
  }

  __m256i delimiter_, escape_;
  bool escapes_;
  const char* block_ = nullptr;
  const char* end_ = nullptr;
  uint64_t mask_ = 0;
};

}  // namespace thalweg::formats::csv
