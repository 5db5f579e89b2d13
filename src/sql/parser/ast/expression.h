// Expressions as parsed: immutable nodes, each with the text it came from. Names are not resolved
// and types not known; see binder/ for that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "data/type.h"

namespace thalweg::sql::ast {

struct Query;

/// One part of a name. Names are case-sensitive; `quoted` tells whether backticks were used.
struct Identifier {
  std::string name;
  SqlSpan span;
  bool quoted = false;
};
/// a, db.a, catalog.db.a
struct Name {
  std::vector<Identifier> parts;
  SqlSpan span;
  std::string ToString() const;
};

enum class ExprKind : uint8_t {
  kLiteral,
  kColumn,  ///< a, t.a, t.a.f: which parts are table, column and field is not known yet
  kStar,    ///< *, t.*, row.*
  kCall,    ///< functions and operators
  kCase,
  kCast,
  kIn,             ///< x [NOT] IN (list or query)
  kSubquery,       ///< (query) as a value, EXISTS (query)
  kFieldAccess,    ///< expr.f where expr is not a plain name
  kNamedArgument,  ///< name => value
  kTableArgument,  ///< TABLE t [PARTITION BY ..] [ORDER BY ..] as a function's argument
};

struct Expr {
  const ExprKind kind;
  SqlSpan span;
  /// Height of the tree below, bounded by the parser so that recursion over it is safe.
  uint32_t height = 1;

  virtual ~Expr() = default;

 protected:
  explicit Expr(ExprKind k) : kind(k) {}
};
using ExprPtr = std::shared_ptr<const Expr>;

template <typename T>
const T& As(const Expr& e) {
  return static_cast<const T&>(e);
}

enum class LiteralKind : uint8_t {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kInteger,
  kDecimal,
  kApproximate,
  kString,
  kBinary,
  kDate,
  kTime,
  kTimestamp,
  kInterval,
  kSymbol,   ///< a keyword that is an argument: a time unit, BOTH, ...
  kDefault,  ///< DEFAULT in an argument list
};

struct Literal final : Expr {
  Literal() : Expr(ExprKind::kLiteral) {}
  LiteralKind literal = LiteralKind::kNull;
  /// Digits, decoded string, bytes or upper-case keyword.
  std::string text;
  /// kInterval: "DAY", "YEAR TO MONTH", ... in upper case and singular, its type, and the sign
  /// written before the string.
  std::string qualifier;
  data::Type interval_type;
  std::optional<int32_t> fraction;  ///< of the seconds, where written: 3 of SECOND(2, 3)
  bool negative = false;
};

struct ColumnRef final : Expr {
  ColumnRef() : Expr(ExprKind::kColumn) {}
  std::vector<Identifier> parts;
};

struct Star final : Expr {
  Star() : Expr(ExprKind::kStar) {}
  std::vector<Identifier> qualifier;  ///< empty for a bare *
  ExprPtr base;                       ///< (expr).*
};

struct OrderItem {
  ExprPtr expr;
  bool descending = false;
  std::optional<bool> nulls_first;
};

/// One bound of a window frame.
struct FrameBound {
  enum class Kind : uint8_t {
    kUnboundedPreceding,
    kPreceding,
    kCurrentRow,
    kFollowing,
    kUnboundedFollowing
  };
  Kind kind = Kind::kCurrentRow;
  ExprPtr offset;
};

/// OVER (..), or the body of a WINDOW clause.
struct WindowSpec {
  SqlSpan span;
  std::optional<Identifier> base;  ///< an existing window's name
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  bool has_frame = false;
  bool rows = false;  ///< ROWS, else RANGE
  FrameBound lower;
  FrameBound upper;
};

enum class CallSyntax : uint8_t { kFunction, kOperator, kConstructor };

/// A function or operator. Operators bear their SQL text in upper case: "=", "||", "AND" (two or
/// more arguments), "NOT", "IS NULL", "IS NOT DISTINCT FROM", "LIKE" (third argument: ESCAPE),
/// "SIMILAR TO", "BETWEEN", "BETWEEN SYMMETRIC" (value, low, high), "ITEM" for a[i], "-" with one
/// argument for negation. Negated forms are "NOT" around the plain one. Functions with their own
/// syntax are plain calls: EXTRACT(unit, x), FLOOR(x, unit), POSITION(a, b), TRIM(BOTH, chars, s),
/// OVERLAY(s, r, start[, length]), TIMESTAMPADD(unit, n, t), DESCRIPTOR(columns).
struct Call final : Expr {
  Call() : Expr(ExprKind::kCall) {}
  CallSyntax syntax = CallSyntax::kFunction;
  std::string name;  ///< as written for functions; upper case for operators
  SqlSpan name_span;
  std::vector<ExprPtr> args;
  bool star = false;  ///< COUNT(*)
  bool distinct = false;
  ExprPtr filter;
  std::vector<OrderItem> within_group;
  std::shared_ptr<const WindowSpec> over;
  std::optional<bool> ignore_nulls;
  /// Clauses of the JSON functions: ("RETURNING", type), ("ON EMPTY", default), ("NULL ON NULL").
  struct Clause {
    std::string name;
    ExprPtr value;
    data::Type type;
  };
  std::vector<Clause> clauses;
};

struct Case final : Expr {
  Case() : Expr(ExprKind::kCase) {}
  ExprPtr operand;  ///< may be null
  std::vector<std::pair<ExprPtr, ExprPtr>> branches;
  ExprPtr otherwise;  ///< may be null
};

struct Cast final : Expr {
  Cast() : Expr(ExprKind::kCast) {}
  ExprPtr operand;
  data::Type type;
  bool is_try = false;
};

struct In final : Expr {
  In() : Expr(ExprKind::kIn) {}
  ExprPtr operand;
  std::vector<ExprPtr> list;
  std::shared_ptr<const Query> query;  ///< instead of the list
  bool negated = false;
};

struct Subquery final : Expr {
  Subquery() : Expr(ExprKind::kSubquery) {}
  std::shared_ptr<const Query> query;
  bool exists = false;
};

struct FieldAccess final : Expr {
  FieldAccess() : Expr(ExprKind::kFieldAccess) {}
  ExprPtr base;
  Identifier field;
};

struct NamedArgument final : Expr {
  NamedArgument() : Expr(ExprKind::kNamedArgument) {}
  Identifier name;
  ExprPtr value;
};

struct TableArgument final : Expr {
  TableArgument() : Expr(ExprKind::kTableArgument) {}
  Name table;                          ///< TABLE t
  std::shared_ptr<const Query> query;  ///< (query) instead
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
};

}  // namespace thalweg::sql::ast
