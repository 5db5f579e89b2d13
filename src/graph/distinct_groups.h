// Which DISTINCT aggregates share one set of values: those over the same column, whatever their
// filters, so COUNT(DISTINCT x) FILTER (..) many times over keeps x once per group.
#pragma once

#include <span>
#include <vector>

#include "expr/aggregate.h"

namespace thalweg::graph {

struct DistinctGroup {
  std::vector<int> args;     ///< input columns
  std::vector<int> members;  ///< indices of the calls
};

inline std::vector<DistinctGroup> DistinctGroupsOf(std::span<const expr::AggregateCall> calls) {
  std::vector<DistinctGroup> groups;
  for (size_t i = 0; i < calls.size(); ++i) {
    if (!calls[i].distinct) continue;
    DistinctGroup* found = nullptr;
    for (DistinctGroup& g : groups) {
      if (g.args == calls[i].args && g.members.size() < 64) found = &g;
    }
    if (found == nullptr) {
      groups.push_back({calls[i].args, {}});
      found = &groups.back();
    }
    found->members.push_back(static_cast<int>(i));
  }
  return groups;
}

}  // namespace thalweg::graph
