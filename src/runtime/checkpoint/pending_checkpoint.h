// PendingCheckpoint: one checkpoint while its parts come in.
//
// A part is one subtask's: small state is kept for the manifest, larger state goes to a file of its
// own as its chunks arrive. Owned and called by the checkpoint thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "runtime/checkpoint_storage.h"
#include "runtime/manifest.h"
#include "runtime/task/snapshot_receiver.h"

namespace thalweg::runtime {

class PendingCheckpoint {
 public:
  /// `parallelism[n]`: subtasks of node n. `inline_bytes`: see CheckpointOptions.
  PendingCheckpoint(CheckpointStorage* storage, int64_t generation, int64_t epoch,
                    const std::vector<int>& parallelism, int64_t inline_bytes);

  int64_t epoch() const { return epoch_; }
  /// Bytes of keyed state written so far.
  int64_t bytes() const { return bytes_; }

  /// Of all subtasks so far.
  const PauseHistogram& pauses() const { return pauses_; }

  Status AddChunk(int node, int subtask, std::string bytes);
  /// The subtask's part is complete.
  Status Acknowledge(int node, int subtask, SubtaskSnapshot snapshot);
  /// It has ended, and takes no part.
  void Exclude(int node, int subtask);

  bool complete() const { return missing_ == 0; }
  bool NodeComplete(int node) const { return nodes_[static_cast<size_t>(node)].missing == 0; }
  /// For error messages: a subtask that has not answered; -1 if none.
  int FirstMissingNode() const;

  /// Adds what the parts of node `node` hold to `snapshot`, which carries the segments of earlier
  /// checkpoints: a base takes the place of those of the same key groups.
  void AppendTo(int node, int max_parallelism, NodeSnapshot* snapshot) const;
  /// Removes the files written so far.
  void Discard();

 private:
  struct Part {
    bool done = false;
    bool ended = false;
    SubtaskSnapshot snapshot;
    std::string bytes;  // not in the file
    std::string file;   // relative; empty: none
    std::unique_ptr<WritableFile> open;
    int64_t size = 0;
  };
  struct Node {
    int missing = 0;
    std::vector<Part> parts;
  };

  Part& PartOf(int node, int subtask) {
    return nodes_[static_cast<size_t>(node)].parts[static_cast<size_t>(subtask)];
  }
  void Done(int node, Part* part);

  CheckpointStorage* const storage_;
  const int64_t generation_;
  const int64_t epoch_;
  const int64_t inline_bytes_;
  int missing_ = 0;
  int64_t bytes_ = 0;
  PauseHistogram pauses_;
  std::vector<Node> nodes_;
};

}  // namespace thalweg::runtime
