// The order in which java.util.HashMap would list entries: what Flink shows of MAP and MULTISET
// values. It depends on Java's hashCode of the keys.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/column.h"

namespace thalweg::data {

enum class JavaKeys : uint8_t {
  kExternal,  ///< java.lang.String, java.math.BigDecimal, ..: the print connector
  kInternal,  ///< Flink's StringData, DecimalData, ..: aggregates, formats
};

/// Reorders `entries` (rows of `keys`, distinct keys, in insertion order). Keys whose hashCode is
/// not known (nested types, bytes) stay in insertion order.
std::vector<int32_t> JavaHashMapOrder(const Column& keys, std::vector<int32_t> entries,
                                      JavaKeys form = JavaKeys::kExternal);

/// Indices of keys with these hash codes, in insertion order, as a HashMap lists them.
std::vector<int32_t> OrderOfHashCodes(const std::vector<uint32_t>& hash_codes);

/// BinaryStringData.hashCode(): Murmur3 of the UTF-8 bytes, seed 42.
uint32_t BinaryStringHashCode(std::string_view text);

}  // namespace thalweg::data
