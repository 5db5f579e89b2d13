// SourceCoordinator: one per scan of a job: owns the connector's source and its enumerator, and
// hands splits to the subtasks.
//
// Without a watermark a subtask takes the next split when it has finished one. With a watermark
// every known split is handed out at once (round-robin by discovery order), since a split that
// nobody has opened must hold the watermark back. Thread-safe: Discover runs on an I/O thread, Take
// on workers.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "connectors/source.h"
#include "data/element.h"
#include "graph/graph.h"
#include "operators/operator.h"
#include "operators/split_state.h"

namespace thalweg::operators {

class SourceCoordinator {
 public:
  static Result<std::shared_ptr<SourceCoordinator>> Make(const graph::ScanNode& node,
                                                         bool streaming,
                                                         const std::string& local_time_zone,
                                                         FileSystem* file_system);

  /// `assign_all`: the scan has a watermark (see above).
  SourceCoordinator(std::unique_ptr<connectors::TableSource> source,
                    std::unique_ptr<connectors::Enumerator> enumerator, connectors::ScanSpec scan,
                    bool assign_all)
      : source_(std::move(source)),
        enumerator_(std::move(enumerator)),
        scan_(std::move(scan)),
        assign_all_(assign_all) {}

  /// Asks the enumerator for splits; blocking. Called once before the job starts, then every
  /// discovery_interval_ms() if that is not 0.
  Status Discover();
  int64_t discovery_interval_ms() const { return enumerator_->discovery_interval_ms(); }
  bool bounded() const { return source_->bounded(); }

  /// Splits for `subtask` to open now; empty if there are none for the time being.
  std::vector<SplitState> Take(int subtask, int parallelism);
  /// True when no split will come for `subtask` any more: a final Discover is done, all splits are
  /// given out, and it has taken its own.
  bool Drained(int subtask);

  /// What there is to read elsewhere.
  struct Others {
    bool reading;       ///< somebody has, or will take, a split that is not idle
    int64_t watermark;  ///< as far as all of them are; if nobody reads, as far as anybody has come
  };
  /// `subtask` has sent `watermark`, and has a split to read now or has not. One that has not sends
  /// the watermark of the others instead of calling itself idle: marks of idleness travel on other
  /// ways than the rows of those who are not, which would then come late.
  Others Report(int subtask, bool reads, int64_t watermark);
  /// `subtask` has come to its end: it follows nobody.
  void Leave(int subtask);

  /// How many of `parallelism` subtasks have no split, shared out among the splits there are.
  int IdleSubtasksPerSplit(int parallelism);

  /// What the enumerator knows and the splits that no subtask has taken: the coordinator's part of
  /// a snapshot; the subtasks' parts are the splits they hold. From here to Resume no split changes
  /// hands, so that each is in exactly one of the parts.
  Status Snapshot(OperatorState* state);
  /// Every subtask has taken its own snapshot, or has ended.
  void Resume();
  /// Before the first Discover: everything the coordinator and all subtasks have put into a
  /// snapshot. Unfinished splits will be assigned anew, at any parallelism.
  Status Restore(const OperatorState& state);

  connectors::TableSource* source() { return source_.get(); }
  const connectors::ScanSpec& scan() const { return scan_; }
  /// No watermark of another source is combined with this one's: there is nobody to hold up, and
  /// the source is never idle.
  void SetAlone() { alone_ = true; }
  bool alone() const { return alone_; }
  /// Called after Discover has found splits, and when those without one have something to follow.
  void OnNews(std::function<void()> notify) { notify_ = std::move(notify); }

 private:
  // How far a subtask has come.
  struct Reader {
    bool reads = false;
    bool follows = false;
    int64_t watermark = data::kMinWatermark;
  };

  // These three under mutex_.
  bool NothingLeftFor(int subtask) const;
  bool SplitsToTake() const;
  Reader* ReaderOf(int subtask);

  std::unique_ptr<connectors::TableSource> source_;
  std::unique_ptr<connectors::Enumerator> enumerator_;
  connectors::ScanSpec scan_;
  const bool assign_all_;
  bool alone_ = false;
  std::function<void()> notify_;

  std::mutex discovery_;  // what the enumerator knows and has handed over; before mutex_
  std::mutex mutex_;
  bool discovered_ = false;
  bool frozen_ = false;                 // between Snapshot and Resume
  std::vector<SplitState> unassigned_;  // assign_all_ == false
  size_t next_unassigned_ = 0;
  std::vector<std::vector<SplitState>> assigned_;  // per subtask
  std::vector<Reader> readers_;                    // per subtask
  size_t round_robin_ = 0;
};

}  // namespace thalweg::operators
