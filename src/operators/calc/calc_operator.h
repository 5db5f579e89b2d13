// Calc: filter, then project. Input -> output changelog: kinds pass through. No state. A watermark
// passes on; a restore sees nothing.
#pragma once

#include <memory>

#include "expr/program.h"
#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

class CalcOperator final : public Operator {
 public:
  static Result<std::unique_ptr<Operator>> Make(const graph::CalcNode& node);

  Status Open(OperatorContext* context, const OperatorState& restored) override;
  Result<Progress> OnBatch(int input, data::Batch batch) override;

 private:
  std::unique_ptr<expr::Program> program_;
};

}  // namespace thalweg::operators
