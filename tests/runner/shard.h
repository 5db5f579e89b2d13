// Runs the units of a shard in child processes, so that a crash costs one unit and not the rest.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace thalweg::testing {

struct UnitResult {
  bool ran = false;     ///< false: the process died in it
  std::string message;  ///< empty: passed
};

/// Calls `run(i)` for every i < count in order, in a forked child; when the child dies in unit i, i
/// gets a message that says how, and another child goes on with i + 1. A unit that takes longer
/// than `limit_s` is ended in the same way. The calling process must have no other threads.
std::vector<UnitResult> RunUnits(int count, int limit_s,
                                 const std::function<std::string(int)>& run);

}  // namespace thalweg::testing
