// Program: expressions compiled to a flat list of steps over column registers.
//
// Equal deterministic sub-expressions are evaluated once. AND, OR, CASE and COALESCE evaluate their
// later arguments only on the rows that need them, so CASE WHEN x <> 0 THEN y / x END never divides
// by zero. A call on a dictionary column is evaluated on the dictionary's entries where the
// function is deterministic and cannot fail on unused entries.
//
// Thread-compatible: one Program per task; it keeps its registers' memory between batches.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "data/batch.h"
#include "expr/expr.h"

namespace thalweg::expr {

class Program {
 public:
  static Result<std::unique_ptr<Program>> Compile(std::vector<ExprPtr> exprs);
  ~Program();

  /// One column of `batch.size` rows per expression; rows that batch.rows() does not select are
  /// undefined. Column references come back as they are (any encoding).
  Result<std::vector<data::ColumnPtr>> Evaluate(const EvalContext& context,
                                                const data::Batch& batch);
  /// The same for the rows given, a subset of the batch's.
  Result<std::vector<data::ColumnPtr>> Evaluate(const EvalContext& context,
                                                const data::Batch& batch, data::Rows rows);

 private:
  struct Impl;
  explicit Program(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A boolean expression as a row filter.
class Filter {
 public:
  static Result<std::unique_ptr<Filter>> Compile(ExprPtr condition);
  /// Narrows the batch's selection to the rows where the condition is TRUE (not NULL). Conjuncts
  /// are applied one after the other, each on the rows that passed the former ones.
  Status Apply(const EvalContext& context, data::Batch* batch);

 private:
  std::vector<std::unique_ptr<Program>> conjuncts_;
};

}  // namespace thalweg::expr
