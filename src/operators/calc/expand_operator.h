// Expand: each batch once per projection list, for grouping sets. Kinds pass through; no state.
#pragma once

#include <memory>
#include <vector>

#include "expr/program.h"
#include "graph/graph.h"
#include "operators/operator.h"

namespace thalweg::operators {

class ExpandOperator final : public Operator {
 public:
  static Result<std::unique_ptr<Operator>> Make(const graph::ExpandNode& node);

  Status Open(OperatorContext* context, const OperatorState& restored) override;
  Result<Progress> OnBatch(int input, data::Batch batch) override;

 private:
  std::vector<std::unique_ptr<expr::Program>> projections_;
};

}  // namespace thalweg::operators
