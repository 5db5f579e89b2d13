// Subtask: one parallel instance of an operator, with its inputs and outputs: the operator's
// context and the loop that calls its steps.
//
// Lives on one worker and is run only by it. Run() makes progress until there is nothing to read,
// or an output has no room; it never blocks. Output goes: Emit -> staging -> channels; nothing is
// read while staging is not empty, so memory is bounded by one step's output.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "runtime/exchange/output.h"
#include "runtime/task/input_gate.h"
#include "runtime/task/snapshot_receiver.h"

namespace thalweg::runtime {

/// Counters that other threads may read while the job runs.
struct SubtaskCounters {
  std::atomic<int64_t> rows_in{0};
  std::atomic<int64_t> rows_out{0};
  std::atomic<int64_t> late_rows{0};
  std::atomic<int64_t> skipped_rows{0};
  std::atomic<int64_t> watermark_ms{data::kMinWatermark};
};

struct SubtaskConfig {
  std::string name;  ///< the node's, for errors and memory accounts
  int node = 0;      ///< index in the graph
  int subtask = 0;
  int parallelism = 1;
  int max_parallelism = 128;
  int32_t batch_rows = 4096;
  int staging_batches = 4;          ///< output_full() beyond this many batches ...
  int64_t staging_bytes = 4 << 20;  ///< ... or bytes
};

class Subtask final : public operators::OperatorContext {
 public:
  Subtask(SubtaskConfig config, std::unique_ptr<operators::Operator> op, InputGate gate,
          std::vector<Output> outputs, const expr::EvalContext* eval, MemoryPool* parent_pool);
  ~Subtask() override;

  /// `segments`: of its keyed tables, oldest first; `extend`: later snapshots build on them;
  /// `tables`: what their rows mean, if known.
  Status Open(const operators::OperatorState& restored,
              std::vector<std::shared_ptr<const state::StateSegment>> segments = {},
              bool extend = false, std::vector<state::TableSchema> tables = {});
  /// Runs steps until none is possible; true if anything was done. `*stop`: sources end now.
  Result<bool> Run(const std::atomic<bool>& stop);
  /// Pages state out if others are short of memory; a part of Run, for one that is not run.
  void GiveWay();
  /// End has been passed on to every consumer.
  bool finished() const { return phase_ == Phase::kFinished; }
  /// Earliest processing time at which Run has something to do; INT64_MAX if none.
  int64_t wake_at_ms() const { return wake_at_ms_; }
  const SubtaskCounters& counters() const { return counters_; }
  const std::string& name() const { return config_.name; }
  int node() const { return config_.node; }
  const MemoryPool& memory() const { return *pool_; }
  int index() const { return config_.subtask; }
  bool is_source() const { return source_ != nullptr; }

  /// Who gets its snapshots; before the job starts. Without one barriers pass through.
  /// `batches_per_checkpoint`: see CheckpointOptions.
  void ReportTo(SnapshotReceiver* receiver, int64_t batches_per_checkpoint) {
    receiver_ = receiver;
    batches_per_checkpoint_ = batches_per_checkpoint;
  }
  // From any thread, followed by a Notify of the worker:
  /// Sources only: inject a barrier at the next step, and if `suspend` read nothing after it.
  void RequestBarrier(int64_t epoch, bool suspend);
  /// Sources only: end as if the input were exhausted.
  void Drain() { drain_.store(true); }
  /// The fate of snapshot `epoch`.
  void NotifyCheckpoint(int64_t epoch, bool durable);

  // OperatorContext
  void Emit(data::Batch batch) override;
  bool output_full() const override;
  void EmitWatermark(int64_t watermark_ms) override;
  void MarkIdle(bool idle) override;
  void WakeAt(int64_t processing_time_ms) override;
  const expr::EvalContext& eval() const override { return eval_; }
  MemoryPool* pool() override { return pool_.get(); }
  operators::OperatorMetrics* metrics() override { return &metrics_; }
  state::StateStore* state() override { return &state_; }
  int subtask() const override { return config_.subtask; }
  int parallelism() const override { return config_.parallelism; }
  int max_parallelism() const override { return config_.max_parallelism; }
  int32_t batch_rows() const override { return config_.batch_rows; }

 private:
  enum class Phase : uint8_t {
    kRunning,   ///< reading input
    kEnding,    ///< all input consumed; End is staged or waits for output
    kFinished,  ///< End is delivered
  };

  /// Moves staging to the outputs; true when all of it is delivered.
  bool Flush(bool* moved);
  /// One step; false if there is nothing to do.
  Result<bool> Step(const std::atomic<bool>& stop);
  Result<bool> StepSource(const std::atomic<bool>& stop);
  Status HandleEvent(InputGate::Event event);
  Status OnBarrier(int64_t epoch);
  /// Works on the running snapshot for a moment, and learns what became of the last one; true if
  /// anything was done.
  Result<bool> ServeSnapshot();
  Result<bool> WriteSnapshot();
  bool writing_snapshot() const { return snapshot_epoch_ != 0 && !snapshot_written_; }
  /// Steps copy rows for the snapshot faster than they are taken: none is run meanwhile.
  bool AheadOfSnapshot() const;
  Status End(bool stopped);
  void PublishCounters();

  const SubtaskConfig config_;
  std::shared_ptr<MemoryPool> pool_;
  state::StateStore state_;  // before op_, whose tables it knows
  std::unique_ptr<operators::Operator> op_;
  operators::SourceOperatorBase* source_;  // op_ if it is a source, else null
  InputGate gate_;
  std::vector<Output> outputs_;
  expr::EvalContext eval_;
  const expr::EvalContext* shared_eval_;  // the worker's: now_ms

  std::deque<data::Element> staged_;
  int staged_batches_ = 0;
  int64_t staged_bytes_ = 0;
  bool more_ = false;  // the operator's last step returned kMore
  bool stopped_ = false;
  Phase phase_ = Phase::kRunning;
  int64_t emitted_watermark_ = data::kMinWatermark;
  int64_t wake_at_ms_ = INT64_MAX;
  operators::OperatorMetrics metrics_;
  SubtaskCounters counters_;

  SnapshotReceiver* receiver_ = nullptr;
  int64_t batches_per_checkpoint_ = 0;
  int64_t batches_since_barrier_ = 0;  // sources
  std::atomic<int64_t> requested_barrier_{0};
  std::atomic<bool> suspend_{false};  // with requested_barrier_
  bool suspended_ = false;
  std::atomic<bool> drain_{false};
  int64_t snapshot_epoch_ = 0;     // of the state's running snapshot; 0: none
  bool snapshot_written_ = false;  // all of it is handed over
  std::shared_ptr<const std::vector<state::TableSchema>> tables_;  // of state_
  SubtaskSnapshot snapshot_;  // of snapshot_epoch_, while it is written
  std::atomic<int64_t> durable_epoch_{0};
  std::atomic<int64_t> failed_epoch_{0};
};

}  // namespace thalweg::runtime
