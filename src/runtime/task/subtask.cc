#include "runtime/task/subtask.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "state/state_memory.h"

namespace thalweg::runtime {

using operators::Progress;

namespace {

// Of a snapshot, between two steps: well below a millisecond.
constexpr int64_t kSnapshotBytes = 256 << 10;
/// Rows that steps may have copied for it meanwhile.
constexpr size_t kAheadBytes = 2 << 20;

int64_t MicrosecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               begin)
      .count();
}

}  // namespace

Subtask::Subtask(SubtaskConfig config, std::unique_ptr<operators::Operator> op, InputGate gate,
                 std::vector<Output> outputs, const expr::EvalContext* eval,
                 MemoryPool* parent_pool)
    : config_(std::move(config)),
      pool_(std::make_shared<MemoryPool>(config_.name, parent_pool)),
      state_(config_.name),
      op_(std::move(op)),
      source_(dynamic_cast<operators::SourceOperatorBase*>(op_.get())),
      gate_(std::move(gate)),
      outputs_(std::move(outputs)),
      eval_(*eval),
      shared_eval_(eval) {}

Subtask::~Subtask() = default;

Status Subtask::Open(const operators::OperatorState& restored,
                     std::vector<std::shared_ptr<const state::StateSegment>> segments, bool extend,
                     std::vector<state::TableSchema> tables) {
  ScopedMemoryPool scope(pool_.get());
  if (!segments.empty()) {
    TW_RETURN_IF_ERROR(state_.Restore(std::move(segments), extend, std::move(tables)));
  }
  TW_RETURN_IF_ERROR(op_->Open(this, restored));
  tables_ = std::make_shared<const std::vector<state::TableSchema>>(state_.Schemas());
  return state_.FinishOpen();
}

void Subtask::GiveWay() { state::StateMemory::EndStep(pool_.get()); }

bool Subtask::Flush(bool* moved) {
  while (true) {
    bool clear = true;
    for (Output& o : outputs_) {
      clear &= o.Flush();
      *moved |= o.TakeMoved();
    }
    if (!clear) return false;
    if (staged_.empty()) return true;
    data::Element element = std::move(staged_.front());
    staged_.pop_front();
    if (element.kind == data::ElementKind::kBatch) {
      --staged_batches_;
      staged_bytes_ -= element.bytes;
    }
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (i + 1 == outputs_.size()) {
        outputs_[i].Send(std::move(element));
      } else {
        outputs_[i].Send(element);
      }
    }
    *moved = true;
  }
}

Result<bool> Subtask::Run(const std::atomic<bool>& stop) {
  ScopedMemoryPool scope(pool_.get());
  eval_.now_ms = shared_eval_->now_ms;
  bool moved = false;
  GiveWay();
  if (receiver_ != nullptr) {
    auto served = ServeSnapshot();
    if (!served.ok()) return served.status().WithContext(config_.name);
    moved = *served;
  }
  while (Flush(&moved) && !AheadOfSnapshot()) {
    if (phase_ == Phase::kEnding) {
      phase_ = Phase::kFinished;
      moved = true;
    }
    if (phase_ == Phase::kFinished) break;
    auto stepped = Step(stop);
    if (!stepped.ok()) {
      // The pool of the step that ran out of memory has the operator's name.
      const bool named = stepped.status().code() == StatusCode::kResourceExhausted;
      return named ? stepped.status() : stepped.status().WithContext(config_.name);
    }
    if (!*stepped) break;
    moved = true;
    GiveWay();
    if (Status s = pool_->CheckLimit(); !s.ok()) return s;
    if (source_ != nullptr) {
      // One batch at a time, so that it passes through the chain while it is in cache.
      Flush(&moved);
      break;
    }
  }
  PublishCounters();
  return moved;
}

Result<bool> Subtask::Step(const std::atomic<bool>& stop) {
  Progress progress = Progress::kDone;
  if (more_) {
    TW_ASSIGN_OR_RETURN(progress, op_->Produce());
    more_ = progress == Progress::kMore;
    return true;
  }
  if (wake_at_ms_ <= eval_.now_ms && !stopped_) {
    wake_at_ms_ = INT64_MAX;
    TW_ASSIGN_OR_RETURN(progress,
                        op_->OnTimers(operators::TimeDomain::kProcessingTime, eval_.now_ms));
    more_ = progress == Progress::kMore;
    return true;
  }
  if (source_ != nullptr) return StepSource(stop);

  if (gate_.all_ended() && phase_ == Phase::kRunning) {
    InputGate::Event rest = gate_.Next();  // what the last End left behind
    if (rest.kind == InputGate::Event::Kind::kNone) {
      if (writing_snapshot()) return false;
      TW_RETURN_IF_ERROR(End(stopped_));
      return true;
    }
    TW_RETURN_IF_ERROR(HandleEvent(std::move(rest)));
    return true;
  }
  InputGate::Event event = gate_.Next();
  if (event.kind == InputGate::Event::Kind::kNone) return false;
  TW_RETURN_IF_ERROR(HandleEvent(std::move(event)));
  return true;
}

Status Subtask::HandleEvent(InputGate::Event event) {
  using Kind = InputGate::Event::Kind;
  Progress progress = Progress::kDone;
  switch (event.kind) {
    case Kind::kNone:
      break;
    case Kind::kBatch: {
      counters_.rows_in.store(
          counters_.rows_in.load(std::memory_order_relaxed) + event.batch.num_rows(),
          std::memory_order_relaxed);
      TW_ASSIGN_OR_RETURN(progress, op_->OnBatch(event.input, std::move(event.batch)));
      break;
    }
    case Kind::kWatermark: {
      eval_.watermark_ms = event.value;
      counters_.watermark_ms.store(event.value, std::memory_order_relaxed);
      TW_ASSIGN_OR_RETURN(progress, op_->OnWatermark(event.value));
      break;
    }
    case Kind::kIdle:
      MarkIdle(true);
      break;
    case Kind::kActive:
      MarkIdle(false);
      break;
    case Kind::kBarrier:
      TW_RETURN_IF_ERROR(OnBarrier(event.value));
      break;
    case Kind::kInputEnd: {
      stopped_ |= event.value != 0;
      // A stopped job's operators do not act as if their input were complete; sinks (no outputs)
      // seal what they have.
      if (!stopped_ || outputs_.empty()) {
        TW_ASSIGN_OR_RETURN(progress, op_->OnInputEnd(event.input));
      }
      break;
    }
  }
  more_ = progress == Progress::kMore;
  return Status::OK();
}

Result<bool> Subtask::StepSource(const std::atomic<bool>& stop) {
  if (const int64_t epoch = requested_barrier_.exchange(0); epoch != 0) {
    suspended_ = suspend_.load();
    batches_since_barrier_ = 0;
    TW_RETURN_IF_ERROR(OnBarrier(epoch));
    return true;
  }
  if (drain_.load(std::memory_order_relaxed)) {
    EmitWatermark(data::kMaxWatermark);
    TW_RETURN_IF_ERROR(End(false));
    return true;
  }
  if (suspended_) return false;
  if (stop.load(std::memory_order_relaxed)) {
    TW_RETURN_IF_ERROR(End(true));
    return true;
  }
  if (batches_per_checkpoint_ > 0 && batches_since_barrier_ >= batches_per_checkpoint_) {
    if (batches_since_barrier_++ == batches_per_checkpoint_) receiver_->OnBarrierWanted();
    return false;
  }
  TW_ASSIGN_OR_RETURN(auto state, source_->Poll());
  switch (state) {
    case operators::SourceOperatorBase::PollState::kEmitted:
      ++batches_since_barrier_;
      return true;
    case operators::SourceOperatorBase::PollState::kPending:
      return false;
    case operators::SourceOperatorBase::PollState::kFinished:
      EmitWatermark(data::kMaxWatermark);
      TW_RETURN_IF_ERROR(End(false));
      return true;
  }
  return false;
}

void Subtask::RequestBarrier(int64_t epoch, bool suspend) {
  suspend_.store(suspend);
  requested_barrier_.store(epoch);
}

void Subtask::NotifyCheckpoint(int64_t epoch, bool durable) {
  (durable ? durable_epoch_ : failed_epoch_).store(epoch);
}

bool Subtask::AheadOfSnapshot() const {
  return writing_snapshot() && state_.ahead_bytes() > kAheadBytes;
}

Status Subtask::OnBarrier(int64_t epoch) {
  if (receiver_ != nullptr) {
    const auto begin = std::chrono::steady_clock::now();
    TW_RETURN_IF_ERROR(op_->OnBarrier(epoch));
    // A barrier comes only after the fate of the one before is decided: it was given up.
    if (snapshot_epoch_ != 0) TW_RETURN_IF_ERROR(ServeSnapshot().status());
    if (snapshot_epoch_ != 0) state_.AbortSnapshot();
    snapshot_ = {};
    TW_RETURN_IF_ERROR(op_->Snapshot(&snapshot_.entries));
    state_.BeginSnapshot(false);
    snapshot_.tables = tables_;
    snapshot_.base = state_.snapshot_is_base();
    for (const auto& table : state_.Tables()) {
      snapshot_.state_rows += table.rows;
      snapshot_.table_rows.push_back(table.rows);
    }
    snapshot_.state_bytes = state_.live_bytes();
    snapshot_epoch_ = epoch;
    snapshot_written_ = false;
    snapshot_.pauses.Add(MicrosecondsSince(begin));
    TW_RETURN_IF_ERROR(WriteSnapshot().status());
  }
  staged_.push_back(data::Element::Barrier(epoch));
  return Status::OK();
}

Result<bool> Subtask::WriteSnapshot() {
  if (!receiver_->HasRoom()) return false;
  const auto begin = std::chrono::steady_clock::now();
  std::string bytes;
  // The last block goes beyond the budget.
  bytes.reserve(static_cast<size_t>(std::min(kSnapshotBytes * 5 / 4, snapshot_.state_bytes)));
  bool done = false;
  TW_RETURN_IF_ERROR(state_.ContinueSnapshot(kSnapshotBytes, &bytes, &done));
  snapshot_.pauses.Add(MicrosecondsSince(begin));
  if (!bytes.empty()) {
    receiver_->OnChunk(snapshot_epoch_, config_.node, config_.subtask, std::move(bytes));
  }
  if (done) {
    snapshot_written_ = true;
    receiver_->OnSnapshot(snapshot_epoch_, config_.node, config_.subtask, std::move(snapshot_));
  }
  return true;
}

Result<bool> Subtask::ServeSnapshot() {
  if (snapshot_epoch_ == 0) return false;
  if (failed_epoch_.load() == snapshot_epoch_) {
    state_.AbortSnapshot();
  } else if (durable_epoch_.load() == snapshot_epoch_) {
    state_.FinishSnapshot();
  } else {
    return snapshot_written_ ? false : WriteSnapshot();
  }
  snapshot_epoch_ = 0;
  return true;
}

Status Subtask::End(bool stopped) {
  if (receiver_ != nullptr) {
    // A source's last words: what it has read. What others hold is of no use without input.
    operators::OperatorState entries;
    if (source_ != nullptr) TW_RETURN_IF_ERROR(op_->Snapshot(&entries));
    receiver_->OnEnded(config_.node, config_.subtask, std::move(entries));
  }
  data::Element end = data::Element::End();
  end.value = stopped ? 1 : 0;
  staged_.push_back(std::move(end));
  phase_ = Phase::kEnding;
  return Status::OK();
}

void Subtask::Emit(data::Batch batch) {
  if (batch.empty()) return;
  counters_.rows_out.store(counters_.rows_out.load(std::memory_order_relaxed) + batch.num_rows(),
                           std::memory_order_relaxed);
  data::Element element = data::Element::OfBatch(std::move(batch));
  ++staged_batches_;
  staged_bytes_ += element.bytes;
  staged_.push_back(std::move(element));
}

bool Subtask::output_full() const {
  return staged_batches_ >= config_.staging_batches || staged_bytes_ >= config_.staging_bytes;
}

void Subtask::EmitWatermark(int64_t watermark_ms) {
  if (watermark_ms <= emitted_watermark_) return;
  emitted_watermark_ = watermark_ms;
  if (source_ != nullptr) counters_.watermark_ms.store(watermark_ms, std::memory_order_relaxed);
  staged_.push_back(data::Element::Watermark(watermark_ms));
}

void Subtask::MarkIdle(bool idle) {
  staged_.push_back(idle ? data::Element::Idle() : data::Element::Active());
}

void Subtask::WakeAt(int64_t processing_time_ms) {
  wake_at_ms_ = std::min(wake_at_ms_, processing_time_ms);
}

void Subtask::PublishCounters() {
  counters_.late_rows.store(metrics_.late_rows, std::memory_order_relaxed);
  counters_.skipped_rows.store(metrics_.skipped_rows, std::memory_order_relaxed);
}

}  // namespace thalweg::runtime
