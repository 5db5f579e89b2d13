// The operator contract: a step function over elements. Operators know no threads, sockets or
// coordinators; they get an OperatorContext, so each is tested by calling its steps.
//
// One instance per subtask, called by one thread at a time. The caller guarantees:
//   - Open first; then OnBatch, OnWatermark, OnTimers, OnInputEnd in any order the inputs give.
//   - While a step has returned kMore, only Produce is called, until it returns kDone.
//   - OnWatermark gets the combined watermark of all inputs, strictly increasing.
//   - Nothing follows OnInputEnd on the same input.
//   - Snapshot is called between steps, at an aligned barrier, never while kMore is pending.
// The operator guarantees that no step blocks, and that output goes only to context->Emit. When
// context->output_full(), it keeps a cursor and returns kMore; Produce goes on from there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/memory.h"
#include "base/status.h"
#include "data/batch.h"
#include "expr/eval_context.h"
#include "state/state_store.h"

namespace thalweg::operators {

enum class Progress : uint8_t {
  kDone,  ///< the step is complete
  kMore,  ///< output is full; call Produce before anything else
};

enum class TimeDomain : uint8_t { kEventTime, kProcessingTime };

/// Counters that a subtask reports; plain integers, read by the owner between steps.
struct OperatorMetrics {
  int64_t late_rows = 0;     ///< dropped because their window had closed
  int64_t skipped_rows = 0;  ///< dropped by ignore-parse-errors, not-null enforcer DROP, ...
};

/// What the runtime offers an operator. Owned by the task, outlives the operator.
class OperatorContext {
 public:
  virtual ~OperatorContext() = default;

  /// Appends to the accounted output staging. Batches with no selected row are dropped.
  virtual void Emit(data::Batch batch) = 0;
  /// True when staging holds enough; the operator should return kMore at its next safe point.
  virtual bool output_full() const = 0;
  /// Passes the watermark on. An operator calls it in OnWatermark once its own output for that time
  /// is emitted.
  virtual void EmitWatermark(int64_t watermark_ms) = 0;
  /// Sources only: the subtask has no active split, so it no longer holds back the watermark.
  virtual void MarkIdle(bool idle) = 0;
  /// Asks for OnTimers(kProcessingTime, t) at or after t; a single slot per operator, the earliest
  /// wins and is cleared when it fires.
  virtual void WakeAt(int64_t processing_time_ms) = 0;

  virtual const expr::EvalContext& eval() const = 0;
  virtual MemoryPool* pool() = 0;
  virtual OperatorMetrics* metrics() = 0;
  /// Where the operator adds its keyed tables, in Open.
  virtual state::StateStore* state() = 0;

  virtual int subtask() const = 0;
  virtual int parallelism() const = 0;
  virtual int max_parallelism() const = 0;  ///< number of key groups
  virtual int32_t batch_rows() const = 0;   ///< rows to aim for in an output batch
};

/// State of one operator in a snapshot: named byte strings, each for one key group, or for none.
struct StateEntry {
  static constexpr int kNoKeyGroup = -1;  ///< given to every subtask on restore
  static constexpr int kOneSubtask = -2;  ///< given to exactly one subtask, whichever
  std::string name;
  int key_group = kNoKeyGroup;
  std::string bytes;
};
using OperatorState = std::vector<StateEntry>;

class Operator {
 public:
  virtual ~Operator() = default;

  /// `restored`: the entries of this subtask's key groups and all kNoKeyGroup ones; empty at a
  /// fresh start.
  virtual Status Open(OperatorContext* context, const OperatorState& restored) = 0;
  virtual Result<Progress> OnBatch(int input, data::Batch batch) = 0;
  /// Default: pass on.
  virtual Result<Progress> OnWatermark(int64_t watermark_ms);
  /// Processing time has reached `time_ms` (see WakeAt). Default: nothing.
  virtual Result<Progress> OnTimers(TimeDomain domain, int64_t time_ms);
  /// Input `input` has ended; after the last one the operator emits what is left. Default: nothing.
  virtual Result<Progress> OnInputEnd(int input);
  /// Goes on with output that was interrupted by output_full().
  virtual Result<Progress> Produce();
  /// Barrier `epoch` is aligned; Snapshot follows. Default: nothing.
  virtual Status OnBarrier(int64_t epoch);
  /// Appends what Open needs to go on from here beside the tables in context->state(), which are
  /// snapshotted by themselves: progress and counters. Copied while the barrier waits, so small.
  virtual Status Snapshot(OperatorState* state);

 protected:
  OperatorContext* context_ = nullptr;  // set by Open of the subclass
};

/// An operator without inputs. The runtime calls Poll instead of the input steps, whenever the
/// output is not full.
class SourceOperatorBase : public Operator {
 public:
  enum class PollState : uint8_t {
    kEmitted,   ///< made progress; call again
    kPending,   ///< nothing now; the wake callback or a timer will call
    kFinished,  ///< exhausted; the runtime sends +infinity and End
  };
  virtual Result<PollState> Poll() = 0;
  Result<Progress> OnBatch(int input, data::Batch batch) final {
    return Status::Internal("a source has no input");
  }
};

}  // namespace thalweg::operators
