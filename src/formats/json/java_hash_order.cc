#include "formats/json/java_hash_order.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

namespace thalweg::formats::json {

int32_t JavaStringHash(const std::string& key) {
  uint32_t h = 42;
  const auto mix = [&](uint32_t k) {
    k *= 0xCC9E2D51u;
    k = std::rotl(k, 15);
    k *= 0x1B873593u;
    h ^= k;
    h = std::rotl(h, 13) * 5 + 0xE6546B64u;
  };
  size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    uint32_t k;
    std::memcpy(&k, key.data() + i, 4);
    mix(k);
  }
  // Flink mixes the rest byte by byte, sign-extended.
  for (; i < key.size(); ++i) {
    mix(static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(key[i]))));
  }
  h ^= static_cast<uint32_t>(key.size());
  h ^= h >> 16;
  h *= 0x85EBCA6Bu;
  h ^= h >> 13;
  h *= 0xC2B2AE35u;
  h ^= h >> 16;
  return static_cast<int32_t>(h);
}

std::vector<int32_t> JavaHashOrder(const std::vector<std::string>& keys) {
  uint32_t capacity = 16;
  while (keys.size() * 4 > uint64_t{capacity} * 3) capacity *= 2;
  std::vector<uint32_t> buckets(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto h = static_cast<uint32_t>(JavaStringHash(keys[i]));
    buckets[i] = (h ^ h >> 16) & (capacity - 1);
  }
  std::vector<int32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return buckets[static_cast<size_t>(a)] < buckets[static_cast<size_t>(b)];
  });
  return order;
}

}  // namespace thalweg::formats::json
