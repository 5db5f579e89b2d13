// JobStats: what a job has counted so far, over all its workers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "runtime/pause_histogram.h"

namespace thalweg::runtime {

struct JobWiring;

/// What a job has done so far; see SubtaskCounters.
struct NodeStats {
  std::string name;
  int64_t rows_in = 0;
  int64_t rows_out = 0;
  int64_t late_rows = 0;
  int64_t skipped_rows = 0;
  int64_t watermark_ms = INT64_MIN;  ///< lowest of the subtasks
  int64_t state_bytes = 0;
};
struct JobStats {
  std::vector<NodeStats> nodes;
  int64_t source_rows = 0;
  int64_t sink_rows = 0;
  int64_t watermark_ms = INT64_MIN;  ///< lowest of the sinks'
  int64_t checkpoints = 0;
  int64_t failed_checkpoints = 0;
  int64_t last_checkpoint = 0;     ///< its number; 0: none yet
  int64_t last_checkpoint_ms = 0;  ///< epoch ms of its end
  PauseHistogram checkpoint_pauses;
};

/// All but the checkpoints'. From any thread.
JobStats StatsOf(const graph::Graph& graph, const JobWiring& wiring);

/// Out of memory: the limit is shared, so whoever meets it first is seldom the one to blame.
/// `status` with the operators that hold most.
Status NameLargestHolders(const Status& status, std::vector<NodeStats> nodes);

}  // namespace thalweg::runtime
