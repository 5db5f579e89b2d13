// Job: runs one graph: makes its sources, sinks and operators, spreads them over workers, and
// waits.
//
//   Create -> Start -> Wait            (Run does the last two)
//   Stop: from any thread. With checkpoints: a last one is made, and a later start goes on from it.
//         Without: sources end, what is in flight is processed, sinks publish.
// A start that follows an earlier one of the same checkpoint folder takes the job over from it:
// what the restored checkpoint lists as pending is published first, then splits and state are given
// out. One job per object; thread-safe but for the calls of its owner in the order above.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/memory.h"
#include "base/status.h"
#include "graph/graph.h"
#include "runtime/checkpoint_options.h"
#include "runtime/departed_sink.h"
#include "runtime/job_options.h"
#include "runtime/job_stats.h"
#include "runtime/job_wiring.h"
#include "runtime/restore_fit.h"
#include "runtime/restored_job.h"

namespace thalweg::connectors {
struct Ownership;
}  // namespace thalweg::connectors

namespace thalweg::runtime {

class CheckpointCoordinator;
class CheckpointStorage;
struct OwnerRecord;
class Subtask;

class Job {
 public:
  static Result<std::unique_ptr<Job>> Create(graph::Graph graph, JobOptions options);
  ~Job();

  /// Every source of the graph ends by itself.
  bool bounded() const;
  /// Some sink publishes its output by commits.
  bool commits() const;
  /// Once started.
  int64_t generation() const { return generation_; }
  /// Before Start. `generation`: taken in the options' folder before `restored` was chosen
  /// (CheckpointStorage). `restored`: where to go on; null: from the start.
  void EnableCheckpoints(CheckpointOptions options, int64_t generation,
                         std::shared_ptr<const RestoredJob> restored);
  /// Instead of Start: the restored checkpoint is a job's final one, whose output had not yet been
  /// published whole.
  Status FinishPublication();
  Status Start();
  /// Until the job has ended; its result.
  Status Wait();
  Status Run();
  void Stop();
  bool stopped() const { return stop_.load() || ended_by_checkpoint_.load(); }
  bool has_checkpoints() const { return !checkpoints_.folder.empty(); }
  JobStats stats() const;

 private:
  Job(graph::Graph graph, JobOptions options);
  Status WaitForEnd();
  /// Begins as the owner of the checkpoint folder, restores the sources, makes the coordinator.
  Status TakeOver();
  /// Publishes what the restored checkpoint lists as pending.
  Status RestoreSinks();
  Status MakeDepartedSinks();
  connectors::Ownership OwnershipOf(const std::string& uid) const;
  /// Earlier histories of this job whose unpublished output nobody needs any more.
  Result<std::vector<std::string>> FinishedLineages(const CheckpointStorage& storage,
                                                    const OwnerRecord& record) const;
  /// Of the sinks, or of all other nodes.
  Status OpenSubtasks(bool sinks);
  Status OpenSubtask(Subtask* subtask);
  /// Whether the next snapshots of `node` build on the restored segments.
  bool ExtendsSegments(const NodeSnapshot& snapshot, size_t node) const;
  const NodeSnapshot* RestoredNode(size_t node) const;
  void Fail(Status status);
  void DiscoverLoop();

  graph::Graph graph_;
  JobOptions options_;
  CheckpointOptions checkpoints_;
  std::shared_ptr<const RestoredJob> restored_;
  RestoreFit fit_;  // of restored_
  std::shared_ptr<MemoryPool> pool_;
  std::string lineage_;
  std::vector<std::string> finished_lineages_;
  int64_t restored_epoch_ = 0;  // 0 unless the lineage goes on
  int64_t generation_ = 1;
  std::vector<DepartedSink> departed_;  // of restored_
  JobWiring wiring_;

  std::atomic<bool> stop_{false};
  std::atomic<bool> abort_{false};
  std::atomic<bool> ended_by_checkpoint_{false};
  // Null without checkpoints and before Start; set under mutex_.
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  bool stop_asked_ = false;  // with checkpoints; guarded by mutex_
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Status status_;
  size_t running_workers_ = 0;
  std::thread discovery_;
};

}  // namespace thalweg::runtime
