// SinkCoordinator: one per sink of a job: owns the connector's sink, collects what its writers have
// sealed, and publishes it through the connector's committer, epoch by epoch.
// Thread-safe: writers seal on workers; Commit runs on the job's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/sink.h"
#include "data/batch.h"
#include "graph/graph.h"

namespace thalweg::operators {

/// Receives the rows of a SELECT; called by one worker at a time, batches in the order of the
/// result.
using Collector = std::function<Status(const data::Batch&)>;

class SinkCoordinator {
 public:
  /// The epoch that the end of a job seals.
  static constexpr int64_t kFinalEpoch = INT64_MAX;

  static Result<std::shared_ptr<SinkCoordinator>> Make(const graph::SinkNode& node, bool streaming,
                                                       const std::string& local_time_zone,
                                                       Collector collector);

  connectors::TableSink* sink() { return sink_.get(); }  // null for a collecting sink
  const Collector& collector() const { return collector_; }

  void AddCommittable(int64_t epoch, std::string bytes);
  /// Publishes everything sealed for `epoch`.
  Status Commit(int64_t epoch, int64_t watermark_ms, bool end_of_input);

 private:
  std::unique_ptr<connectors::TableSink> sink_;
  std::unique_ptr<connectors::SinkCommitter> committer_;
  Collector collector_;
  std::mutex mutex_;
  std::map<int64_t, std::vector<std::string>> committables_;
};

}  // namespace thalweg::operators
