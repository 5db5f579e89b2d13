// AND, OR, CASE and COALESCE: which rows go on to which branch.
#include <cstring>

#include "expr/program/booleans.h"
#include "expr/program/executor.h"
#include "expr/program/merge.h"

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::Encoding;
using data::Rows;

namespace {

/// Folds one condition into the running three-valued result on `rows`. `decisive` (FALSE for AND,
/// TRUE for OR) wins over NULL, which wins over the other value.
void Combine(const Column& condition, bool decisive, Rows rows, uint8_t* __restrict values,
             uint8_t* __restrict validity) {
  const bool flat =
      condition.encoding() == Encoding::kFlat && condition.physical() == data::PhysicalType::kBool;
  // Rows that are not asked for may be combined, too: their result is undefined.
  constexpr int kDenseFromOneIn = 4;
  if (flat && rows.count() > condition.size() / kDenseFromOneIn) {
    const uint8_t* in = condition.values<uint8_t>();
    const uint8_t* valid = condition.validity();
    const uint8_t d = decisive ? 1 : 0;
    for (int32_t i = 0; i < condition.size() && valid == nullptr; ++i) {
      const auto wins = static_cast<uint8_t>(in[i] == d);
      values[i] = wins ? d : values[i];
      validity[i] |= wins;
    }
    for (int32_t i = 0; i < condition.size() && valid != nullptr; ++i) {
      const auto wins = static_cast<uint8_t>((in[i] == d) & valid[i]);
      const auto decided = static_cast<uint8_t>((values[i] == d) & validity[i]);
      values[i] = wins ? d : values[i];
      validity[i] = wins | decided | (validity[i] & valid[i]);
    }
    return;
  }
  const Booleans in(condition);
  rows.ForEach([&](int32_t i) {
    if (!in.valid(i)) {
      const bool decided = validity[i] != 0 && (values[i] != 0) == decisive;
      if (!decided) validity[i] = 0;
    } else if (in.value(i) == decisive) {
      values[i] = decisive ? 1 : 0;
      validity[i] = 1;
    }
  });
}

/// Splits `rows` by the condition being TRUE.
void Split(const Column& condition, Rows rows, std::vector<int32_t>* yes,
           std::vector<int32_t>* no) {
  yes->resize(static_cast<size_t>(rows.count()));
  no->resize(static_cast<size_t>(rows.count()));
  const Booleans in(condition);
  int32_t* y = yes->data();
  int32_t* n = no->data();
  rows.ForEach([&](int32_t i) {
    const bool t = in.is_true(i);
    *y = i;
    *n = i;
    y += t;
    n += !t;
  });
  yes->resize(static_cast<size_t>(y - yes->data()));
  no->resize(static_cast<size_t>(n - no->data()));
}

Rows Of(const std::vector<int32_t>& v) {
  return Rows::Of(v.data(), static_cast<int32_t>(v.size()));
}

}  // namespace

Result<ColumnPtr> Executor::RunLogical(const Step& step, Rows rows) {
  const bool decisive = step.expr->kind == ExprKind::kOr;
  auto out = Column::Make(data::Type::Boolean().WithNullable(step.expr->type.nullable()), size_);
  auto* values = out->mutable_values<uint8_t>();
  std::memset(values, decisive ? 0 : 1, static_cast<size_t>(size_));
  auto validity_buffer = data::Buffer::Allocate(size_);
  uint8_t* validity = validity_buffer->mutable_data();
  std::memset(validity, 1, static_cast<size_t>(size_));
  for (int r : step.args) {
    Combine(*registers_[static_cast<size_t>(r)], decisive, rows, values, validity);
  }
  std::vector<int32_t> open;
  for (const Block& branch : step.branches) {
    std::vector<int32_t> still_open;
    still_open.reserve(static_cast<size_t>(rows.count()));
    rows.ForEach([&](int32_t i) {
      if (validity[i] == 0 || (values[i] != 0) != decisive) still_open.push_back(i);
    });
    open.swap(still_open);
    rows = Of(open);
    if (rows.empty()) break;
    TW_ASSIGN_OR_RETURN(ColumnPtr condition, RunBranch(branch, step.expr->type, rows));
    Combine(*condition, decisive, rows, values, validity);
  }
  if (std::memchr(validity, 0, static_cast<size_t>(size_)) != nullptr) {
    out->SetValidity(std::move(validity_buffer));
  }
  return ColumnPtr(std::move(out));
}

Result<ColumnPtr> Executor::RunCase(const Step& step, Rows rows) {
  if (step.branches.empty()) return RunSelect(step, rows);
  // branches: value 1, condition 2, value 2, ..., else
  const Expr& e = *step.expr;
  PieceMerger merger(e.type, size_);
  std::vector<std::vector<int32_t>> kept;  // rows of the pieces
  kept.reserve(e.args.size() + 2);
  ColumnPtr condition = registers_[static_cast<size_t>(step.args[0])];
  for (size_t b = 0; b < step.branches.size() && !rows.empty(); b += 2) {
    std::vector<int32_t>& yes = kept.emplace_back();
    std::vector<int32_t>& no = kept.emplace_back();
    Split(*condition, rows, &yes, &no);
    const Rows taken = no.empty() ? rows : Of(yes);
    if (!taken.empty() && !yes.empty()) {
      TW_ASSIGN_OR_RETURN(ColumnPtr value, RunBranch(step.branches[b], e.type, taken));
      merger.Add(std::move(value), taken);
    }
    if (!yes.empty()) rows = Of(no);
    if (rows.empty()) break;
    const Block& next = step.branches[b + 1];
    if (b + 2 == step.branches.size()) {  // else
      TW_ASSIGN_OR_RETURN(ColumnPtr value, RunBranch(next, e.type, rows));
      merger.Add(std::move(value), rows);
      break;
    }
    TW_ASSIGN_OR_RETURN(condition, RunBranch(next, data::Type::Boolean(), rows));
  }
  return merger.Finish();
}

Result<ColumnPtr> Executor::RunCoalesce(const Step& step, Rows rows) {
  const Expr& e = *step.expr;
  PieceMerger merger(e.type, size_);
  std::vector<std::vector<int32_t>> kept;
  kept.reserve(2 * e.args.size());
  ColumnPtr value = registers_[static_cast<size_t>(step.args[0])];
  for (size_t b = 0;; ++b) {
    const bool last = b == step.branches.size();
    if (last || !value->may_have_nulls()) {
      merger.Add(std::move(value), rows);
      break;
    }
    std::vector<int32_t>& valid = kept.emplace_back();
    std::vector<int32_t>& null = kept.emplace_back();
    rows.ForEach([&](int32_t i) { (value->IsNull(i) ? null : valid).push_back(i); });
    merger.Add(std::move(value), null.empty() ? rows : Of(valid));
    if (null.empty()) break;
    if (!valid.empty()) rows = Of(null);
    TW_ASSIGN_OR_RETURN(value, RunBranch(step.branches[b], e.type, rows));
  }
  return merger.Finish();
}

}  // namespace thalweg::expr
