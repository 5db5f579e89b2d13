// Program: a filter and a projection compiled to a flat list of steps over column registers.
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
  /// `condition` (null: none) filters the rows; its conjuncts are applied one after the other, each
  /// on the rows that passed the former ones, and share their sub-expressions with the projection.
  static Result<std::unique_ptr<Program>> Compile(std::vector<ExprPtr> projection,
                                                  ExprPtr condition = nullptr);
  ~Program();

  /// The rows of the batch where the condition is TRUE (not NULL), with one column per projected
  /// expression. Rows keep their place under a selection, or, when few are left, move together;
  /// kinds go with them. Rows that the result does not select are undefined. Column references come
  /// back as they are (any encoding). No columns if no row is left.
  Result<data::Batch> Run(const EvalContext& context, const data::Batch& batch);
  /// The columns alone, of a program without a condition; undefined if the batch has no rows.
  Result<std::vector<data::ColumnPtr>> Evaluate(const EvalContext& context,
                                                const data::Batch& batch);

 private:
  struct Impl;
  explicit Program(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg::expr
