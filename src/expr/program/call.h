// One function call on columns: NULLs, constants, dictionaries and selections, so that kernels
// need not know them.
#pragma once

#include <span>
#include <vector>

#include "expr/expr.h"

namespace thalweg::expr {

/// The latest dictionary that a step has evaluated; batches of one file often share theirs.
struct DictionaryCache {
  data::ColumnPtr dictionary;
  data::ColumnPtr result;
};

/// `args` have the bound function's parameter types, any encoding, `size` rows; `rows` is not
/// empty. The result is defined on `rows`.
Result<data::ColumnPtr> EvaluateCall(const Expr& call, std::span<const data::ColumnPtr> args,
                                     const EvalContext& context, data::Rows rows, int32_t size,
                                     DictionaryCache* cache);

/// Field `field` of the ROW column `row`, NULL where the row is.
data::ColumnPtr FieldOf(const data::ColumnPtr& row, int field, const data::Type& type);

}  // namespace thalweg::expr
