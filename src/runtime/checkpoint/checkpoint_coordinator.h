// CheckpointCoordinator: makes the checkpoints of one running job.
//
//   trigger   split assignment is frozen, sources are asked to inject barrier N
//   collect   subtasks hand in their parts: chunks of keyed state, then the rest (SnapshotReceiver)
//   durable   state files and sealed output synced, then the manifest published
//   publish   the sinks make epoch N visible
//   clean up  checkpoints beyond the retained ones, what no manifest names, and the unpublished
//             output of histories that are over
//
// One thread does all of it and all I/O; workers only put events into its inbox. When to trigger
// and what a failure means is decided in checkpoint_decisions.h. A failed checkpoint leaves the job
// running: its sealed output and its changes of state go into the next one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "operators/sink_coordinator.h"
#include "operators/source_coordinator.h"
#include "runtime/checkpoint/checkpoint_inbox.h"
#include "runtime/checkpoint/pending_checkpoint.h"
#include "runtime/checkpoint_options.h"
#include "runtime/checkpoint_storage.h"
#include "runtime/manifest.h"
#include "runtime/savepoint_requests.h"

namespace thalweg::runtime {

/// What the coordinator knows of the job, and does to it. The functions may be called from its
/// thread at any time between Start and Close.
struct CheckpointedJob {
  struct Node {
    std::string uid;
    std::string name;
    std::string family;
    int parallelism = 1;
    operators::SourceCoordinator* source = nullptr;
    operators::SinkCoordinator* sink = nullptr;
    bool injects_barriers = false;       ///< its subtasks are sources
    std::vector<StateSegment> segments;  ///< restored ones that the next snapshots build on
    std::optional<StoredSink> stored_sink;
    bool input_ended = false;  ///< of a departed sink: it had got all its rows
  };
  std::string name;
  std::string lineage;
  int64_t generation = 1;
  int64_t epoch = 0;  ///< of the restored checkpoint, 0 at a fresh start
  /// Earlier histories of the job, some checkpoint of which may still be there (OwnerRecord).
  std::vector<std::string> ended_lineages;
  int max_parallelism = 128;
  MemoryPool* pool = nullptr;  ///< whom what waits for the disk is charged to; null: the process
  std::vector<Node> nodes;
  /// Sinks that the job no longer has (DepartedSink); listed until their output is published.
  std::vector<Node> departed;

  std::function<void(int64_t epoch, bool suspend)> inject_barriers;
  std::function<void(int64_t epoch, bool durable)> notify;
  std::function<void()> wake_workers;  ///< there is room for chunks again
  std::function<void(Status)> fail;
  /// The job has been stopped by a checkpoint; its workers have nothing more to do.
  std::function<void()> end;
  /// The sources end as if their input were exhausted.
  std::function<void()> drain;
};

class CheckpointCoordinator {
 public:
  CheckpointCoordinator(CheckpointOptions options, CheckpointedJob job, Clock* clock);
  ~CheckpointCoordinator();

  void Start();
  /// Asks for a last checkpoint (and the savepoint of the options), after which the sources read no
  /// more and the job ends. From any thread.
  void RequestStop() { inbox_.RequestStop(); }
  /// For the subtasks.
  SnapshotReceiver* receiver() { return &inbox_; }
  /// Ends the thread; what is in progress is given up.
  void Close();
  /// After Close, when every subtask has ended: the last checkpoint and its output's publication.
  Status Finish();

  /// For the progress line and reports; any thread.
  struct Progress {
    int64_t completed = 0;
    int64_t failed = 0;
    int64_t last_epoch = 0;
    int64_t last_end_ms = 0;
    PauseHistogram pauses;
  };
  Progress progress() const;

 private:
  void Run();
  /// Takes in what has arrived; an error is the running checkpoint's.
  Status Handle(CheckpointEvent event);
  void Trigger(int64_t now_ms);
  void ResumeSources();
  void Complete(int64_t now_ms);
  /// kCancelled if another process has taken the job over.
  Status CheckOwner() const;
  /// The job ends with `status`, and no further checkpoint is begun.
  void EndJob(Status status);
  /// Checkpoints beyond the retained ones, and the unpublished output of histories that are over.
  void CleanUp();
  Status MakeDurable(const Manifest& manifest);
  /// Makes the sink's output up to `epoch` durable, and adds it to the manifest.
  static Status AddOutput(const CheckpointedJob::Node& node, int64_t epoch, NodeSnapshot* snapshot,
                          Manifest* manifest);
  Status AddDeparted(int64_t epoch, Manifest* manifest);
  /// Of all sinks; `ended`: there is no more input.
  Status Publish(int64_t epoch, bool ended);
  Result<Manifest> MakeManifest();
  void Fail(const Status& status, int64_t now_ms);
  void TakeRequests();
  void WriteSavepoints(const Manifest& manifest);
  void Answer(std::vector<SavepointRequest>* requests, const Status& status);
  Manifest EmptyManifest(int64_t epoch) const;
  bool SourcesLive() const;

  const CheckpointOptions options_;
  CheckpointedJob job_;
  Clock* const clock_;
  CheckpointStorage storage_;
  CheckpointInbox inbox_;
  mutable std::mutex mutex_;
  Progress progress_;  // guarded by mutex_
  std::thread thread_;

  // The rest belongs to the thread.
  int64_t epoch_;  // of the last checkpoint that was begun
  std::unique_ptr<PendingCheckpoint> pending_;
  std::vector<operators::OperatorState> coordinator_entries_;  // of pending_, per node
  std::vector<bool> frozen_;                                   // per node: splits are not assigned
  std::vector<std::vector<bool>> ended_;                       // per node and subtask
  std::vector<operators::OperatorState> ended_entries_;        // per node
  std::vector<SavepointRequest> requested_;                    // for the next checkpoint
  std::vector<SavepointRequest> due_;                          // for pending_
  bool wanted_ = false;                                        // by a source
  bool stop_requested_ = false;
  bool stopping_ = false;                                   // pending_ is the last one
  bool failed_ = false;                                     // the job ends, by EndJob
  bool drain_ = false;                                      // after it the input ends
  std::chrono::steady_clock::time_point last_look_;         // at the savepoint requests
  std::chrono::steady_clock::time_point last_owner_check_;  // while nothing is published
  int64_t begin_ms_ = 0;
  int64_t end_ms_ = 0;
  int64_t failures_ = 0;  // consecutive
};

}  // namespace thalweg::runtime
