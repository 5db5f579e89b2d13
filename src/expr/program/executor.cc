#include "expr/program/executor.h"

#include <fmt/format.h>

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::Rows;

Executor::Executor(CompiledProgram program)
    : program_(std::move(program)),
      caches_(static_cast<size_t>(program_.num_caches)),
      literals_(static_cast<size_t>(program_.num_registers)),
      registers_(static_cast<size_t>(program_.num_registers)) {}

Result<std::vector<ColumnPtr>> Executor::Run(const EvalContext& context, const data::Batch& batch,
                                             Rows rows) {
  context_ = &context;
  batch_ = &batch;
  size_ = batch.size;
  Status status = rows.empty() ? Status::OK() : RunBlock(program_.root, rows);
  std::vector<ColumnPtr> results;
  for (size_t i = 0; i < program_.results.size(); ++i) {
    ColumnPtr& r = registers_[static_cast<size_t>(program_.results[i])];
    if (rows.empty()) r = Column::MakeNull(data::Type::Null(), size_);
    results.push_back(r);
  }
  for (auto& r : registers_) r.reset();
  if (!status.ok()) return status;
  return results;
}

Status Executor::RunBlock(const Block& block, Rows rows) {
  for (const Step& step : block.steps) {
    TW_ASSIGN_OR_RETURN(registers_[static_cast<size_t>(step.out)], RunStep(step, rows));
  }
  return Status::OK();
}

Result<ColumnPtr> Executor::RunBranch(const Block& block, const data::Type& type, Rows rows) {
  if (rows.empty()) return Column::MakeNull(type, size_);
  TW_RETURN_IF_ERROR(RunBlock(block, rows));
  return registers_[static_cast<size_t>(block.result)];
}

Result<ColumnPtr> Executor::RunStep(const Step& step, Rows rows) {
  const Expr& e = *step.expr;
  switch (e.kind) {
    case ExprKind::kColumn:
      TW_CHECK(e.column < static_cast<int>(batch_->columns.size()),
               fmt::format("column {} of {}", e.column, batch_->columns.size()));
      return batch_->columns[static_cast<size_t>(e.column)];
    case ExprKind::kLiteral:
      return RunLiteral(step);
    case ExprKind::kCall:
      return RunCall(step, rows);
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return RunLogical(step, rows);
    case ExprKind::kCase:
      return RunCase(step, rows);
    case ExprKind::kCoalesce:
      return RunCoalesce(step, rows);
    case ExprKind::kField:
      return FieldOf(registers_[static_cast<size_t>(step.args[0])], e.column, e.type);
  }
  return Status::Internal("unknown step");
}

ColumnPtr Executor::RunLiteral(const Step& step) {
  ColumnPtr& kept = literals_[static_cast<size_t>(step.out)];
  if (kept == nullptr || kept->size() != size_) {
    kept = Column::MakeConstant(step.expr->literal, 0, size_);
  }
  return kept;
}

Result<ColumnPtr> Executor::RunCall(const Step& step, Rows rows) {
  std::vector<ColumnPtr> args;
  for (int r : step.args) args.push_back(registers_[static_cast<size_t>(r)]);
  return EvaluateCall(*step.expr, args, *context_, rows, size_,
                      &caches_[static_cast<size_t>(step.cache)]);
}

}  // namespace thalweg::expr
