// PauseHistogram: how long steps had to wait for snapshots: counts in buckets whose width is an
// eighth of their begin, from microseconds to minutes. Not thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace thalweg::runtime {

class PauseHistogram {
 public:
  void Add(int64_t us) {
    ++counts_[BucketOf(us)];
    ++count_;
    longest_us_ = std::max(longest_us_, us);
  }

  void Add(const PauseHistogram& other) {
    for (size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    longest_us_ = std::max(longest_us_, other.longest_us_);
  }

  int64_t count() const { return count_; }
  int64_t longest_us() const { return longest_us_; }

  /// What `share` of the pauses were no longer than, an eighth more at most; 0 without any.
  int64_t QuantileUs(double share) const {
    int64_t seen = 0;
    for (size_t i = 0; i < kBuckets; ++i) {
      seen += counts_[i];
      if (counts_[i] > 0 && static_cast<double>(seen) >= share * static_cast<double>(count_)) {
        return std::min(LastOf(i), longest_us_);
      }
    }
    return longest_us_;
  }

 private:
  static constexpr int kBits = 3;  // of a pause below its highest one
  static constexpr int64_t kEach = 1 << kBits;
  static constexpr size_t kBuckets = 26 * kEach;

  static size_t BucketOf(int64_t us) {
    if (us < kEach) return static_cast<size_t>(std::max<int64_t>(us, 0));
    const int shift = std::bit_width(static_cast<uint64_t>(us)) - 1 - kBits;
    return std::min(static_cast<size_t>(shift * kEach + (us >> shift)), kBuckets - 1);
  }
  static int64_t LastOf(size_t bucket) {
    const auto b = static_cast<int64_t>(bucket);
    if (b < 2 * kEach) return b;
    const int64_t shift = b / kEach - 1;
    return ((b % kEach + kEach + 1) << shift) - 1;
  }

  std::array<uint32_t, kBuckets> counts_{};
  int64_t count_ = 0;
  int64_t longest_us_ = 0;
};

}  // namespace thalweg::runtime
