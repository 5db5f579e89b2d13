// RowKind: what a row does to the table that its stream describes (Flink's changelog).
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::data {

enum class RowKind : uint8_t {
  kInsert = 0,        ///< +I
  kUpdateBefore = 1,  ///< -U: retracts the previous version of a row
  kUpdateAfter = 2,   ///< +U: the new version
  kDelete = 3,        ///< -D
};

/// +1 for +I and +U, -1 for -U and -D.
constexpr int SignOf(RowKind k) {
  return k == RowKind::kInsert || k == RowKind::kUpdateAfter ? 1 : -1;
}

constexpr std::string_view ShortString(RowKind k) {
  constexpr std::string_view kNames[] = {"+I", "-U", "+U", "-D"};
  return kNames[static_cast<int>(k)];
}

}  // namespace thalweg::data
