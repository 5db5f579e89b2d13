// TestContext: what an operator's unit test gives it instead of a runtime: collects its output,
// shows watermarks and wake-ups, and can be full after a few batches.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/operator.h"

namespace thalweg::operators {

class TestContext final : public OperatorContext {
 public:
  explicit TestContext(int subtask = 0, int parallelism = 1, int max_parallelism = 128)
      : pool_("test operator", nullptr),
        state_(std::make_unique<state::StateStore>("test operator")),
        subtask_(subtask),
        parallelism_(parallelism),
        max_parallelism_(max_parallelism) {}

  void Emit(data::Batch batch) override {
    if (batch.empty()) return;
    ++batches_;
    for (std::string& row : RowsOf(batch)) rows_.push_back(std::move(row));
  }
  bool output_full() const override { return full_after_ > 0 && batches_ >= full_after_; }
  void EmitWatermark(int64_t watermark_ms) override {
    rows_.push_back("W " + std::to_string(watermark_ms));
  }
  void MarkIdle(bool) override {}
  void WakeAt(int64_t processing_time_ms) override {
    if (!wake_at_ || processing_time_ms < *wake_at_) wake_at_ = processing_time_ms;
  }
  const expr::EvalContext& eval() const override { return eval_; }
  MemoryPool* pool() override { return &pool_; }
  OperatorMetrics* metrics() override { return &metrics_; }
  state::StateStore* state() override { return state_.get(); }
  int subtask() const override { return subtask_; }
  int parallelism() const override { return parallelism_; }
  int max_parallelism() const override { return max_parallelism_; }
  int32_t batch_rows() const override { return batch_rows_; }

  /// What has come out since the last call: "+I[1, abc, null]" and "W 1000", in order.
  std::vector<std::string> Take() {
    batches_ = 0;
    return std::move(rows_);
  }
  /// The same, sorted: for operators whose order within a step is not promised.
  std::vector<std::string> TakeSorted();
  static std::vector<std::string> RowsOf(const data::Batch& batch);

  /// Writes a snapshot of the store, which is durable then, and appends it, or puts it in the place
  /// of those before if it is complete; after the operator's Open.
  void TakeSnapshot(std::vector<std::string>* snapshots);
  /// From here on a fresh store that holds these snapshots (which live on), for the next Open.
  /// `tables`: what the snapshots' rows mean, if they may be those of another operator.
  void RestoreFrom(const std::vector<std::string>& snapshots,
                   std::vector<state::TableSchema> tables = {});

  expr::EvalContext& mutable_eval() { return eval_; }
  std::optional<int64_t>& wake_at() { return wake_at_; }
  /// output_full() from the n-th batch on, until Take; 0: never.
  void set_full_after(int batches) { full_after_ = batches; }
  void set_batch_rows(int32_t rows) { batch_rows_ = rows; }
  void set_memory_limit(int64_t bytes) { pool_.set_limit(bytes); }

 private:
  MemoryPool pool_;
  std::unique_ptr<state::StateStore> state_;
  const int subtask_;
  const int parallelism_;
  const int max_parallelism_;
  int32_t batch_rows_ = 4096;
  int full_after_ = 0;
  int batches_ = 0;
  expr::EvalContext eval_;
  OperatorMetrics metrics_;
  std::optional<int64_t> wake_at_;
  std::vector<std::string> rows_;
};

/// A batch from text: one line per row, "+I 1 abc 2.5", values separated by blanks, "-" is NULL;
/// BIGINT, INT, DOUBLE, STRING, BOOLEAN (T, F), DECIMAL (unscaled) and TIMESTAMP (raw units).
data::Batch MakeBatch(const std::vector<data::Type>& types, const std::vector<std::string>& rows);

/// Runs a step to its end, however often it says kMore; `rounds` counts the calls of Produce.
Status Finish(Operator* op, TestContext* context, Result<Progress> first, int* rounds = nullptr);

}  // namespace thalweg::operators
