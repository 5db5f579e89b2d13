#include "data/java_map_order.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string_view>

namespace thalweg::data {
namespace {

uint32_t HashLong(int64_t v) {
  return static_cast<uint32_t>(v) ^ static_cast<uint32_t>(static_cast<uint64_t>(v) >> 32);
}

/// String.hashCode: over UTF-16 units.
uint32_t HashUtf8(std::string_view s) {
  uint32_t h = 0;
  for (size_t i = 0; i < s.size();) {
    const auto b = static_cast<uint8_t>(s[i]);
    const size_t n = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    uint32_t code = n == 1 ? b : b & (0xffu >> (n + 1));
    for (size_t k = 1; k < n && i + k < s.size(); ++k) {
      code = (code << 6) | (static_cast<uint8_t>(s[i + k]) & 0x3f);
    }
    if (code >= 0x10000) {
      h = h * 31 + (0xd800 + ((code - 0x10000) >> 10));
      h = h * 31 + (0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      h = h * 31 + code;
    }
    i += n;
  }
  return h;
}

/// BigDecimal.hashCode: 31 * unscaled + scale, in the way of its compact and its big form.
uint32_t HashDecimal(__int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  const auto magnitude = negative ? -static_cast<unsigned __int128>(unscaled)
                                  : static_cast<unsigned __int128>(unscaled);
  uint32_t h = 0;
  if (magnitude <= static_cast<unsigned __int128>(INT64_MAX)) {
    const auto low = static_cast<uint64_t>(magnitude);
    const uint32_t t = static_cast<uint32_t>(low >> 32) * 31 + static_cast<uint32_t>(low);
    h = 31 * (negative ? -t : t) + static_cast<uint32_t>(scale);
    return h;
  }
  for (int word = 3; word >= 0; --word) {
    const auto w = static_cast<uint32_t>(magnitude >> (32 * word));
    if (h != 0 || w != 0) h = 31 * h + w;
  }
  return 31 * (negative ? -h : h) + static_cast<uint32_t>(scale);
}

/// TimestampData.hashCode().
uint32_t HashTimestamp(int64_t value, int precision) {
  const int64_t per_ms = TimestampUnitsPerSecond(precision) / 1000;
  int64_t ms = value / per_ms;
  int64_t rest = value % per_ms;
  if (rest < 0) {
    rest += per_ms;
    --ms;
  }
  return 31 * HashLong(ms) + static_cast<uint32_t>(rest * (1'000'000 / per_ms));
}

/// False for types whose hash is not known here.
bool HashKey(const Column& c, int32_t i, JavaKeys form, uint32_t* h) {
  switch (c.type().root()) {
    case TypeRoot::kChar:
    case TypeRoot::kVarchar: {
      const std::string_view text = c.values<std::string_view>()[i];
      *h = form == JavaKeys::kInternal ? BinaryStringHashCode(text) : HashUtf8(text);
      return true;
    }
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      if (form == JavaKeys::kExternal) return false;
      *h = HashTimestamp(c.values<int64_t>()[i], c.type().precision());
      return true;
    case TypeRoot::kDate:
    case TypeRoot::kTime:
      if (form == JavaKeys::kExternal) return false;
      *h = static_cast<uint32_t>(c.values<int32_t>()[i]);
      return true;
    case TypeRoot::kBoolean:
      *h = c.values<uint8_t>()[i] != 0 ? 1231 : 1237;
      return true;
    case TypeRoot::kTinyint:
      *h = static_cast<uint32_t>(c.values<int8_t>()[i]);
      return true;
    case TypeRoot::kSmallint:
      *h = static_cast<uint32_t>(c.values<int16_t>()[i]);
      return true;
    case TypeRoot::kInt:
      *h = static_cast<uint32_t>(c.values<int32_t>()[i]);
      return true;
    case TypeRoot::kBigint:
      *h = HashLong(c.values<int64_t>()[i]);
      return true;
    case TypeRoot::kDouble: {
      const double d = c.values<double>()[i];
      *h = HashLong(std::isnan(d) ? 0x7ff8000000000000 : std::bit_cast<int64_t>(d));
      return true;
    }
    case TypeRoot::kFloat: {
      const float f = c.values<float>()[i];
      *h = std::isnan(f) ? 0x7fc00000 : std::bit_cast<uint32_t>(f);
      return true;
    }
    case TypeRoot::kDecimal:
      *h = HashDecimal(c.values<__int128>()[i], c.type().scale());
      return true;
    default:
      return false;
  }
}

}  // namespace

uint32_t BinaryStringHashCode(std::string_view text) {
  uint32_t h = 42;
  const auto mix = [&](uint32_t k) {
    k *= 0xCC9E2D51u;
    k = std::rotl(k, 15);
    k *= 0x1B873593u;
    h ^= k;
    h = std::rotl(h, 13) * 5 + 0xE6546B64u;
  };
  size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    uint32_t k;
    std::memcpy(&k, text.data() + i, 4);
    mix(k);
  }
  // Flink mixes the rest byte by byte, sign-extended.
  for (; i < text.size(); ++i) {
    mix(static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(text[i]))));
  }
  h ^= static_cast<uint32_t>(text.size());
  h ^= h >> 16;
  h *= 0x85EBCA6Bu;
  h ^= h >> 13;
  h *= 0xC2B2AE35u;
  h ^= h >> 16;
  return h;
}

std::vector<int32_t> OrderOfHashCodes(const std::vector<uint32_t>& hash_codes) {
  size_t capacity = 16;
  while (hash_codes.size() * 4 > capacity * 3) capacity *= 2;
  std::vector<uint32_t> buckets;
  for (const uint32_t h : hash_codes) {
    buckets.push_back((h ^ h >> 16) & static_cast<uint32_t>(capacity - 1));
  }
  std::vector<int32_t> order(hash_codes.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int32_t i) { return buckets[static_cast<size_t>(i)]; });
  return order;
}

std::vector<int32_t> JavaHashMapOrder(const Column& keys, std::vector<int32_t> entries,
                                      JavaKeys form) {
  std::vector<uint32_t> hash_codes;
  for (const int32_t e : entries) {
    uint32_t h = 0;
    if (!keys.IsNull(e) && !HashKey(keys.storage(), keys.StorageIndex(e), form, &h)) return entries;
    hash_codes.push_back(h);
  }
  std::vector<int32_t> ordered;
  for (const int32_t i : OrderOfHashCodes(hash_codes)) {
    ordered.push_back(entries[static_cast<size_t>(i)]);
  }
  return ordered;
}

}  // namespace thalweg::data
