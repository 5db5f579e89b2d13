// Expr: a typed, resolved scalar expression over the columns of one input.
//
// Immutable and shared. The binder makes it through expr/builder.h; the runtime compiles it with
// expr/program.h. Every implicit cast is already explicit here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/column.h"
#include "expr/function.h"

namespace thalweg::expr {

enum class ExprKind : uint8_t {
  kColumn,    ///< input column `column`
  kLiteral,   ///< one-row column `literal`
  kCall,      ///< `function` on args
  kAnd,       ///< n-ary, three-valued; later args are evaluated only where the result is open
  kOr,        ///< n-ary, three-valued; likewise
  kCase,      ///< args: condition, value, condition, value, ..., else; lazily
  kCoalesce,  ///< first non-NULL arg; lazily
  kField,     ///< field `column` of the ROW args[0]
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  ExprKind kind;
  data::Type type;
  std::vector<ExprPtr> args;
  int column = -1;                           // kColumn, kField
  data::ColumnPtr literal;                   // kLiteral
  const ScalarFunction* function = nullptr;  // kCall
  BoundFunction bound;                       // kCall

  /// As Flink's EXPLAIN would show it, with `names` for the columns: "(a + 1)", "UPPER(b)".
  std::string ToString(const data::Schema& names) const;
  /// Same structure and values, types included.
  bool Equals(const Expr& other) const;
  /// No call in the tree is non-deterministic.
  bool deterministic() const;
  /// Sets used[i] for every input column i that the tree reads.
  void CollectColumns(std::vector<bool>* used) const;
};

/// The same tree with column i replaced by substitutes[i], or left where that is null.
ExprPtr Substitute(const ExprPtr& e, const std::vector<ExprPtr>& substitutes);

}  // namespace thalweg::expr
