// The order in which java.util.HashMap would list entries: what the print connector shows of MAP
// and MULTISET values. Depends on Java's hashCode of the keys.
#pragma once

#include <cstdint>
#include <vector>

#include "data/column.h"

namespace thalweg::data {

/// Reorders `entries` (rows of `keys`, distinct keys, in insertion order). Keys of nested types
/// stay in insertion order.
std::vector<int32_t> JavaHashMapOrder(const Column& keys, std::vector<int32_t> entries);

}  // namespace thalweg::data
