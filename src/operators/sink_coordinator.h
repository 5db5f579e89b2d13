// SinkCoordinator: one per sink of a job: owns the connector's sink, collects what its writers have
// sealed, and publishes it through the connector's committer, epoch by epoch.
//
//   writers       AddSealed(epoch)                     on workers
//   checkpoint N  Prepare(N) -> Pending(N) into the manifest -> durable -> Commit(N)
//   start         TakeOver, Restore (publishes what the checkpoint lists as pending)
// An epoch that failed to become durable is published with the next one. Thread-safe: writers seal
// on workers; the rest runs on the job's checkpoint thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "connectors/sink.h"
#include "data/batch.h"
#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

/// Receives the rows of a SELECT; called by one worker at a time, batches in the order of the
/// result.
using Collector = std::function<Status(const data::Batch&)>;

class SinkCoordinator {
 public:
  /// What one epoch has sealed.
  struct Sealed {
    int64_t epoch = 0;
    int64_t watermark_ms = INT64_MAX;  ///< lowest of the writers'
    std::vector<std::string> committables;
  };
  static constexpr int64_t kEveryEpoch = INT64_MAX;
  static constexpr char kWriterState[] = "writer";
  static constexpr char kCommitterState[] = "committer";

  /// A collecting node's rows go to `result_sink` if there is one, else to `collector`.
  static Result<std::shared_ptr<SinkCoordinator>> Make(
      const graph::SinkNode& node, bool streaming, const std::string& local_time_zone,
      FileSystem* file_system, Collector collector,
      std::shared_ptr<connectors::TableSink> result_sink);

  connectors::TableSink* sink() { return sink_.get(); }  // null for a collecting sink
  const Collector& collector() const { return collector_; }
  /// Whether output is published by commits: then it must not be lost between start and end.
  bool commits() const { return committer_ != nullptr; }

  /// At a start, before writers are made. `entries`: the sink's in the restored checkpoint;
  /// `pending`: its sealed output there, which is published again.
  Status Restore(const connectors::Ownership& owner, const OperatorState& entries,
                 std::vector<Sealed> pending);
  /// After Restore, of a sink that has no writers any more: what `entries` say they have left open
  /// is completed, and published with the first epoch.
  Status SealLeftOpen(const OperatorState& entries);
  /// 0 unless a history goes on.
  int64_t restored_epoch() const { return restored_epoch_; }

  /// Epochs from here on leave no output open (see SinkWriter::Seal).
  void RollAt(int64_t epoch);
  bool RollsAt(int64_t epoch);
  void AddSealed(int64_t epoch, int64_t watermark_ms, std::string committable);

  /// Makes everything sealed up to `epoch` durable; every writer has sealed it.
  Status Prepare(int64_t epoch);
  /// What is sealed up to `epoch` and not published, oldest first.
  std::vector<Sealed> Pending(int64_t epoch);
  /// The committer's own state, before Commit.
  Status Snapshot(OperatorState* state);
  /// Of other histories of this job (see connectors::TableSink).
  Status RemoveUnpublished(const std::vector<std::string>& lineages);
  /// Publishes everything sealed up to `epoch`, in order.
  Status Commit(int64_t epoch, bool end_of_input);

 private:
  std::shared_ptr<connectors::TableSink> sink_;
  std::unique_ptr<connectors::SinkCommitter> committer_;
  Collector collector_;
  int64_t restored_epoch_ = 0;
  std::mutex mutex_;
  std::map<int64_t, Sealed> sealed_;
  int64_t roll_at_ = 0;
};

}  // namespace thalweg::operators
