// JobHints: what a look at a running job's counters now and then says about output that does not
// come: rows that are dropped as late, and windows that wait for a watermark. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/job.h"

namespace thalweg::api {

class JobHints {
 public:
  /// What is worth telling since the last look; the same thing is not said twice. `now_ms`: of a
  /// clock that does not jump.
  std::vector<std::string> Look(const runtime::JobStats& stats, int64_t now_ms);

 private:
  /// Of one operator that waits for watermarks.
  struct Window {
    int64_t told_late_rows = 0;
    int64_t watermark_ms = INT64_MIN;
    int64_t rows_in = 0;        ///< when the watermark last moved
    int64_t moved_ms = -1;      ///< when it did, or its first rows came; -1: none yet
    bool told_waiting = false;  ///< since the watermark last moved
  };
  std::map<size_t, Window> windows_;  // by index of the node
};

}  // namespace thalweg::api
