// The order in which Java's HashMap lists string keys, which is the order of a MAP that Flink has
// read from JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thalweg::formats::json {

/// Indices of `keys` (distinct, in the order of insertion) as a HashMap of Flink's strings iterates
/// over them.
std::vector<int32_t> JavaHashOrder(const std::vector<std::string>& keys);

/// Flink's BinaryStringData.hashCode(): Murmur3 of the UTF-8 bytes, seed 42.
int32_t JavaStringHash(const std::string& key);

}  // namespace thalweg::formats::json
