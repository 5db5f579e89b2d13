// Executor: runs the steps of a CompiledProgram on one batch after the other.
#pragma once

#include <vector>

#include "data/batch.h"
#include "expr/program/call.h"
#include "expr/program/step.h"

namespace thalweg::expr {

class Executor {
 public:
  explicit Executor(CompiledProgram program);

  /// The projected columns on the batch's rows that satisfy the conjuncts, under a selection or
  /// compacted; empty, and without columns, if there are none.
  Result<data::Batch> Run(const EvalContext& context, const data::Batch& batch);

 private:
  Status RunParts(data::Batch* out);
  /// Moves what the projection needs to the rows that are left.
  void Compact(data::Batch* out);
  Status RunBlock(const Block& block, data::Rows rows);
  Result<data::ColumnPtr> RunStep(const Step& step, data::Rows rows);
  /// The block's result on `rows`; a NULL column when there are none.
  Result<data::ColumnPtr> RunBranch(const Block& block, const data::Type& type, data::Rows rows);
  data::ColumnPtr RunLiteral(const Step& step);
  Result<data::ColumnPtr> RunCall(const Step& step, data::Rows rows);
  Result<data::ColumnPtr> RunLogical(const Step& step, data::Rows rows);
  Result<data::ColumnPtr> RunCase(const Step& step, data::Rows rows);
  data::ColumnPtr RunSelect(const Step& step, data::Rows rows);
  Result<data::ColumnPtr> RunCoalesce(const Step& step, data::Rows rows);

  CompiledProgram program_;
  std::vector<DictionaryCache> caches_;
  std::vector<data::ColumnPtr> literals_;  // by register; as long as the latest batch
  // Of the current batch:
  const EvalContext* context_ = nullptr;
  const data::Batch* batch_ = nullptr;
  int32_t size_ = 0;  // of the registers' columns
  std::vector<data::ColumnPtr> registers_;
  std::vector<data::ColumnPtr> args_;  // of the current call
};

}  // namespace thalweg::expr
