#include "expr/program/executor.h"

#include <fmt/format.h>

namespace thalweg::expr {

using data::Batch;
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::Encoding;
using data::Rows;

namespace {

// Below this share of rows, moving them together once is cheaper than carrying the others along.
constexpr int kCompactBelowOneIn = 4;

/// Narrows the batch's selection to the rows where the condition is TRUE.
void SelectTrue(const Column& condition, Batch* batch) {
  const Rows rows = batch->rows();
  if (condition.encoding() == Encoding::kConstant) {
    if (condition.IsNull(0) || condition.values<uint8_t>()[0] == 0) {
      batch->Select(Buffer::Allocate(0), 0);
    }
    return;
  }
  auto selection = Buffer::Allocate(static_cast<int64_t>(rows.count()) * 4);
  auto* to = selection->as<int32_t>();
  const uint8_t* values = condition.storage().values<uint8_t>();
  const uint8_t* validity = condition.storage().validity();
  int32_t n = 0;
  if (condition.encoding() == Encoding::kDictionary) {
    const int32_t* indices = condition.indices();
    rows.ForEach([&](int32_t i) {
      const int32_t d = indices[i];
      to[n] = i;
      n += values[d] != 0 && (validity == nullptr || validity[d] != 0);
    });
  } else if (validity == nullptr) {
    rows.ForEach([&](int32_t i) {
      to[n] = i;
      n += values[i] != 0;
    });
  } else {
    rows.ForEach([&](int32_t i) {
      to[n] = i;
      n += (values[i] != 0) & (validity[i] != 0);
    });
  }
  if (n < rows.count()) batch->Select(std::move(selection), n);
}

}  // namespace

Executor::Executor(CompiledProgram program)
    : program_(std::move(program)),
      caches_(static_cast<size_t>(program_.num_caches)),
      literals_(static_cast<size_t>(program_.num_registers)),
      registers_(static_cast<size_t>(program_.num_registers)) {}

Result<Batch> Executor::Run(const EvalContext& context, const Batch& batch) {
  context_ = &context;
  batch_ = &batch;
  size_ = batch.size;
  Batch out;
  out.size = batch.size;
  out.kinds = batch.kinds;
  out.selection = batch.selection;
  out.selected_count = batch.selected_count;
  const Status status = RunParts(&out);
  for (auto& r : registers_) r.reset();
  if (!status.ok()) return status;
  return out;
}

Status Executor::RunParts(Batch* out) {
  for (const Block& conjunct : program_.conjuncts) {
    if (out->empty()) return Status::OK();
    TW_RETURN_IF_ERROR(RunBlock(conjunct, out->rows()));
    SelectTrue(*registers_[static_cast<size_t>(conjunct.result)], out);
  }
  if (out->empty()) return Status::OK();
  TW_RETURN_IF_ERROR(RunBlock(program_.inputs, out->rows()));
  if (!program_.conjuncts.empty() && out->num_rows() * kCompactBelowOneIn < out->size) {
    Compact(out);
  }
  TW_RETURN_IF_ERROR(RunBlock(program_.projection, out->rows()));
  out->columns.reserve(program_.results.size());
  for (const int r : program_.results) {
    out->columns.push_back(registers_[static_cast<size_t>(r)]);
  }
  return Status::OK();
}

void Executor::Compact(Batch* out) {
  for (const int r : program_.carried) {
    out->columns.push_back(std::move(registers_[static_cast<size_t>(r)]));
  }
  *out = out->Compact();
  for (size_t i = 0; i < program_.carried.size(); ++i) {
    registers_[static_cast<size_t>(program_.carried[i])] = std::move(out->columns[i]);
  }
  out->columns.clear();
  size_ = out->size;
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
  args_.clear();
  for (int r : step.args) args_.push_back(registers_[static_cast<size_t>(r)]);
  return EvaluateCall(*step.expr, args_, *context_, rows, size_,
                      &caches_[static_cast<size_t>(step.cache)]);
}

}  // namespace thalweg::expr
