// Values: emits the node's literal rows once, from subtask 0, in batches of batch_rows().
#pragma once

#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

class ValuesOperator final : public SourceOperatorBase {
 public:
  explicit ValuesOperator(const graph::ValuesNode& node) : node_(node) {}

  Status Open(OperatorContext* context, const OperatorState& restored) override;
  Result<PollState> Poll() override;
  Status Snapshot(OperatorState* state) override;

 private:
  const graph::ValuesNode& node_;
  int32_t next_row_ = 0;
};

}  // namespace thalweg::operators
