// SourceOperator: reads the splits of one scan and generates their watermarks.
//
// Output: +I rows; watermarks: the minimum over this subtask's splits, an exhausted or idle split
// not counted; of a subtask without splits, as long as more may come, that of the others. It is
// idle only if the table has an idle timeout, no subtask has had anything to read for so long, and
// there are other sources that would wait for it.
// With a watermark the split with the lowest one is read next, and one that has not been read yet
// holds it at minus infinity, so that many files advance through event time together. State: per
// split its position after the last batch handed downstream, and its watermark. A restore sees each
// split given back to whichever subtask takes it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connectors/source.h"
#include "expr/program.h"
#include "graph/graph.h"
#include "operators/operator.h"
#include "operators/source/watermark_cutter.h"
#include "operators/source_coordinator.h"

namespace thalweg::operators {

class SourceOperator final : public SourceOperatorBase {
 public:
  /// `wake` is called from any thread when a pending source can go on.
  static Result<std::unique_ptr<Operator>> Make(const graph::ScanNode& node,
                                                std::shared_ptr<SourceCoordinator> coordinator,
                                                std::function<void()> wake);

  Status Open(OperatorContext* context, const OperatorState& restored) override;
  Result<PollState> Poll() override;
  Result<Progress> OnTimers(TimeDomain domain, int64_t time_ms) override;
  Status Snapshot(OperatorState* state) override;

 private:
  struct OpenSplit {
    connectors::Split split;
    std::unique_ptr<connectors::SplitReader> reader;
    WatermarkCutter cutter{0};
    bool pending = false;
    bool idle = false;
    int64_t last_row_ms = 0;  // processing time
  };

  Status TakeSplits();
  OpenSplit* NextToRead();
  Status OnRead(OpenSplit* split, data::Batch batch);
  /// Emits batch_ from next_row_ up to the next cut or to its end, then the watermark.
  void EmitPiece(OpenSplit* split);
  void AdvanceWatermark();
  /// Nothing to read: as far as the others are.
  void FollowTheOthers(int64_t time_ms);
  void SetIdle(bool idle);
  void FinishSplit(OpenSplit* split);

  const graph::ScanNode* node_ = nullptr;
  std::shared_ptr<SourceCoordinator> coordinator_;
  std::function<void()> wake_;
  std::unique_ptr<expr::Program> time_program_;  // rowtime, watermark; null without a watermark
  std::vector<std::unique_ptr<OpenSplit>> splits_;

  // The batch that is being handed on; always whole within one Poll, so that a snapshot's position
  // is that of the rows downstream.
  data::Batch batch_;
  data::ColumnPtr rowtimes_, watermarks_;
  int32_t next_row_ = 0;
  int64_t skipped_of_finished_ = 0;
  int64_t sent_watermark_ = data::kMinWatermark;
  bool marked_idle_ = false;
  int64_t last_active_ms_ = 0;  // processing time: somebody had something to read
};

}  // namespace thalweg::operators
