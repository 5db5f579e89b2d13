// SnapshotReceiver: where subtasks hand in their part of a checkpoint. Called on the workers'
// threads; no call blocks.
//
//   barrier N aligned -> OnChunk* -> OnSnapshot(N)        or, without a barrier: OnEnded
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "operators/operator.h"
#include "runtime/pause_histogram.h"
#include "state/table_schema.h"

namespace thalweg::runtime {

/// A subtask's part, beside the chunks of its keyed tables.
struct SubtaskSnapshot {
  operators::OperatorState entries;
  /// What the rows of its keyed tables mean.
  std::shared_ptr<const std::vector<state::TableSchema>> tables;
  bool base = true;        ///< the chunks are complete, not changes since the last snapshot
  int64_t state_rows = 0;  ///< live, of all keyed tables
  std::vector<int64_t> table_rows;  ///< of each
  int64_t state_bytes = 0;          ///< live
  PauseHistogram pauses;            ///< in which steps waited for the snapshot
};

class SnapshotReceiver {
 public:
  virtual ~SnapshotReceiver() = default;
  /// False while too much is waiting for the disk: go on with the snapshot later.
  virtual bool HasRoom() const = 0;
  virtual void OnChunk(int64_t epoch, int node, int subtask, std::string bytes) = 0;
  virtual void OnSnapshot(int64_t epoch, int node, int subtask, SubtaskSnapshot snapshot) = 0;
  /// The subtask has passed End on and takes part in no later snapshot.
  virtual void OnEnded(int node, int subtask, operators::OperatorState entries) = 0;
  /// A source subtask waits for a barrier (CheckpointOptions::batches_per_checkpoint).
  virtual void OnBarrierWanted() {}
};

}  // namespace thalweg::runtime
