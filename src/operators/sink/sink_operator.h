// SinkOperator: the last operator of a job: enforces the sink's constraints and hands rows to the
// connector's writer, or to the collector of a SELECT.
//
// Input -> output changelog: any -> none. State: the writer's. At the end of the input it seals the
// last epoch; the job publishes it once every subtask has ended.
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
  Status Snapshot(OperatorState* state) override;

 private:
  /// Narrows the batch to the rows that may be written: those before the first NULL if the enforcer
  /// fails the job (the error is returned), those without NULL if it drops rows.
  Status EnforceNotNull(data::Batch* batch);
  Status EnforceLength(data::Batch* batch);

  const graph::SinkNode& node_;
  const data::Schema& schema_;
  std::shared_ptr<SinkCoordinator> coordinator_;
  std::string job_name_;
  std::unique_ptr<connectors::SinkWriter> writer_;  // null for a collecting sink
  bool ended_ = false;
};

}  // namespace thalweg::operators
