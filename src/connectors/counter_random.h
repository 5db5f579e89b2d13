// CounterRandom: random numbers by position. The n-th number of a stream is a pure function of
// (seed, n), so generators start anywhere, skip what is not read and give the same on every run.
// The function is splitmix64's.
#pragma once

#include <cstdint>

namespace thalweg::connectors {

class CounterRandom {
 public:
  explicit constexpr CounterRandom(uint64_t seed) : seed_(seed) {}
  /// An independent stream of the same seed.
  constexpr CounterRandom Stream(uint64_t number) const {
    return CounterRandom(Mix(seed_ ^ Mix(number + 0x632be59bd9b4e019ull)));
  }
  constexpr uint64_t seed() const { return seed_; }

  constexpr uint64_t At(uint64_t n) const { return Mix(seed_ + (n + 1) * 0x9e3779b97f4a7c15ull); }
  /// 0 .. bound - 1, bound > 0.
  constexpr uint64_t Below(uint64_t n, uint64_t bound) const { return Scale(At(n), bound); }
  /// [0, 1).
  constexpr double Unit(uint64_t n) const { return ToUnit(At(n)); }

  static constexpr uint64_t Scale(uint64_t random, uint64_t bound) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(random) * bound >> 64);
  }
  static constexpr double ToUnit(uint64_t random) {
    return static_cast<double>(random >> 11) * 0x1p-53;
  }

 private:
  static constexpr uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  uint64_t seed_;
};

}  // namespace thalweg::connectors
