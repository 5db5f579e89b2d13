// JobWiring: what a graph becomes before it runs: coordinators of sources and sinks, workers with
// their subtasks, and the channels between those.
//
// Subtask i of every operator lives on worker i. A forward edge between equal parallelisms stays
// inside each worker; every other edge has a channel from each producer to each consumer.
#pragma once

#include <memory>
#include <vector>

#include "base/memory.h"
#include "base/status.h"
#include "graph/graph.h"
#include "runtime/job_options.h"

namespace thalweg::operators {
class SourceCoordinator;
class SinkCoordinator;
}  // namespace thalweg::operators

namespace thalweg::runtime {

class Channel;
class Worker;

struct JobWiring {
  std::vector<std::shared_ptr<operators::SourceCoordinator>> sources;  ///< per node, null if none
  std::vector<std::shared_ptr<operators::SinkCoordinator>> sinks;      ///< per node, null if none
  std::vector<std::unique_ptr<Worker>> workers;                        ///< not started
  std::vector<std::unique_ptr<Channel>> channels;  ///< destroyed before the workers
};

/// `graph`, `options` and `pool`, the job's account, outlive the result.
Result<JobWiring> WireJob(const graph::Graph& graph, const JobOptions& options, MemoryPool* pool);

/// Number of subtasks of `node`.
int ParallelismOf(const graph::Node& node, const JobOptions& options);

}  // namespace thalweg::runtime
