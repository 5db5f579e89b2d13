// SinkOperator: the last operator of a job: enforces the sink's constraints and hands rows to the
// connector's writer, or to the collector of a SELECT.
//
// Input -> output changelog: any -> none. State: the writer's. It seals its output at every barrier
// and at the end of the input; the coordinator publishes it.
#pragma once

#include <memory>

#include "graph/graph.h"
#include "operators/operator.h"
#include "operators/sink_coordinator.h"

namespace thalweg::operators {

class SinkOperator final : public Operator {
 public:
  SinkOperator(const graph::Node& node, std::shared_ptr<SinkCoordinator> coordinator,
               std::string job_name);
  ~SinkOperator() override;

  Status Open(OperatorContext* context, const OperatorState& restored) override;
  Result<Progress> OnBatch(int input, data::Batch batch) override;
  Result<Progress> OnWatermark(int64_t watermark_ms) override;
  Result<Progress> OnTimers(TimeDomain domain, int64_t time_ms) override;
  Result<Progress> OnInputEnd(int input) override;
  Status OnBarrier(int64_t epoch) override;
  Status Snapshot(OperatorState* state) override;

 private:
  /// Narrows the batch to the rows that may be written: those before the first NULL if the enforcer
  /// fails the job (the error is returned), those without NULL if it drops rows.
  Status EnforceNotNull(data::Batch* batch);
  Status EnforceLength(data::Batch* batch);
  Status Seal(int64_t epoch, bool roll);

  const graph::SinkNode& node_;
  const data::Schema& schema_;
  std::shared_ptr<SinkCoordinator> coordinator_;
  std::string job_name_;
  std::unique_ptr<connectors::SinkWriter> writer_;  // null for a collecting sink
  int64_t epoch_ = 0;                               // of the last barrier
  int64_t watermark_ms_ = INT64_MIN;
  bool ended_ = false;
};

}  // namespace thalweg::operators
