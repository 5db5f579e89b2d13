// ChangelogMode: which row kinds may travel on an edge. Every edge of a graph carries one.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::graph {

enum class ChangelogMode : uint8_t {
  kInsertOnly,  ///< +I
  kUpsert,      ///< +I, +U, -D by a key; -U never
  kRetract,     ///< +I, -U, +U, -D
};

/// "[I]", "[I,UA,D]", "[I,UB,UA,D]", as Flink's EXPLAIN CHANGELOG_MODE writes them.
constexpr std::string_view ToString(ChangelogMode m) {
  return m == ChangelogMode::kInsertOnly ? "[I]"
         : m == ChangelogMode::kUpsert   ? "[I,UA,D]"
                                         : "[I,UB,UA,D]";
}

}  // namespace thalweg::graph
