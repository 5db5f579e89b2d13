// ScalarFunction: one declarative entry of the function registry, and the kernel contract.
//
// An entry says what a function is called, which argument types it takes, what it returns, what it
// does with NULL, and documents itself with an example that runs as a test. SHOW FUNCTIONS,
// DESCRIBE FUNCTION and docs/functions.md are generated from the entries (expr/registry.h).
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/column.h"
#include "data/rows.h"
#include "data/string_arena.h"
#include "expr/eval_context.h"

namespace thalweg::expr {

/// What a kernel works on. Arguments are flat or constant (never dictionary), and read with
/// data::ColumnView. Only `rows` may be read; the result is written at the same indices. See
/// expr/kernel.h for the usual loops.
struct KernelCall {
  const EvalContext& context;
  data::Rows rows;
  std::span<const data::Column* const> args;
  const data::Type& result_type;
  /// BoundFunction::state: what binding has prepared (a compiled pattern, a format).
  const void* state;
  /// For the bytes of new strings; attached to the result by the caller.
  data::StringArena* arena;
};

/// Fills `out` (flat, of result_type, no NULLs yet; fixed width or string). May SetNull rows.
using Kernel = Status (*)(const KernelCall& call, data::Column* out);
/// Makes its own result column of rows.size() semantics: indices as in the arguments, `size` rows.
/// For nested results and for those that only re-wrap an argument.
using ColumnKernel = Result<data::ColumnPtr> (*)(const KernelCall& call, int32_t size);

enum class NullPolicy : uint8_t {
  kPropagate,  ///< NULL if any argument is; the kernel never sees such a row
  kCustom,     ///< the kernel reads validity itself
};

/// How the nullability of the result type follows; MakeCall sets it, whatever `result` says.
enum class ResultNulls : uint8_t {
  kIfArgs,   ///< nullable if any argument is (the usual case)
  kAlways,   ///< nullable: the function can return NULL for arguments that are not
  kNever,    ///< NOT NULL
  kAsBound,  ///< as BoundFunction::result says
};

/// A function resolved for concrete argument types. Exactly one of the two kernels is set.
struct BoundFunction {
  /// The types that the arguments must be cast to before the call; their nullability is ignored.
  std::vector<data::Type> params;
  data::Type result;
  Kernel kernel = nullptr;
  ColumnKernel column_kernel = nullptr;
  NullPolicy nulls = NullPolicy::kPropagate;
  std::shared_ptr<const void> state = nullptr;
  /// Result strings may point into the arguments' bytes, so the result shares their owners.
  bool result_views_args = false;
  ResultNulls result_nulls = ResultNulls::kIfArgs;
  /// Never fails, whatever fixed-width values it meets: may then run on rows that nobody asked for
  /// (NULL, not selected), and eagerly inside AND, OR and CASE. For cheap arithmetic.
  bool total = false;
};

/// What a bind function sees: the arguments' types, and their values where they are literals.
struct BindArgs {
  std::span<const data::Type> types;
  /// One per argument; null where it is not a literal.
  std::span<const data::ColumnPtr> literals;
  const EvalContext& context;
};

enum class FunctionCategory : uint8_t {
  kComparison,
  kLogical,
  kArithmetic,
  kString,
  kTemporal,
  kConditional,
  kConversion,
  kCollection,
  kHash,
  kOther,
};

/// `SELECT expression` gives `result` (as CAST to STRING shows it).
struct FunctionExample {
  std::string_view expression;
  std::string_view result;
};

struct ScalarFunction {
  std::string_view name;                  // upper case; operators by their symbol: "+", "IS NULL"
  std::vector<std::string_view> aliases;  // other names
  FunctionCategory category;
  std::string_view signature;  // "UPPER(string)"
  std::string_view doc;        // one or two sentences
  FunctionExample example;
  /// Resolves overloads; InvalidSql naming the accepted signatures when none fits. Null for the
  /// lazy forms (AND, OR, CASE, COALESCE, IF, ...), which expr/builder.h makes itself.
  Result<BoundFunction> (*bind)(const BindArgs& args);
  bool deterministic = true;
};

}  // namespace thalweg::expr
