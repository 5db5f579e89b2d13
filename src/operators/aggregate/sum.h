// SumState: a running sum of a numeric column and the number of its non-NULL values; what SUM, AVG
// and the variances are made of.
//
// Integers are summed in 64 bits, which wraps like Java's narrower types once the result is cut to
// its width. A DECIMAL sum that overflows 38 digits becomes NULL and starts again with the next
// value, as Flink's does.
#pragma once

#include <cstdint>
#include <type_traits>

#include "expr/decimal.h"
#include "operators/aggregate/accumulator.h"

namespace thalweg::operators {

/// What a value of T is summed in.
template <typename T>
using SumOf = std::conditional_t<std::is_same_v<T, __int128>, state::Int128,
                                 std::conditional_t<std::is_floating_point_v<T>, T, int64_t>>;

template <typename S>
struct SumState {
  S sum;
  /// Non-NULL values, those taken back subtracted; 0: the sum is NULL.
  int64_t count;
};
/// DECIMAL: `lost` once the sum has overflowed and is NULL.
template <>
struct SumState<state::Int128> {
  state::Int128 sum;
  int64_t count;
  int64_t lost;
};

template <typename S>
inline void AddToSum(SumState<S>* s, S value, int64_t count) {
  if constexpr (std::is_same_v<S, state::Int128>) {
    s->count += count;
    if (s->lost != 0) {
      s->sum = value;
      s->lost = 0;
      return;
    }
    // Two values of 38 digits may wrap around, but never back into 38 digits.
    const auto sum = static_cast<__int128>(static_cast<unsigned __int128>(s->sum) +
                                           static_cast<unsigned __int128>(value));
    s->sum = sum;
    s->lost = expr::FitsPrecision(sum, 38) ? 0 : 1;
  } else if constexpr (std::is_integral_v<S>) {
    s->sum = static_cast<S>(static_cast<uint64_t>(s->sum) + static_cast<uint64_t>(value));
    s->count += count;
  } else {
    s->sum += value;
    s->count += count;
  }
}

/// NULL whatever the count says: an overflowed DECIMAL.
template <typename S>
inline bool SumLost(const SumState<S>& s) {
  if constexpr (std::is_same_v<S, state::Int128>) return s.lost != 0;
  return false;
}

}  // namespace thalweg::operators
