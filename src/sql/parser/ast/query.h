// Queries as parsed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sql/parser/ast/expression.h"

namespace thalweg::sql::ast {

/// /*+ NAME('k'='v', ..) */ or /*+ NAME(a, b) */
struct Hint {
  std::string name;  ///< upper case
  SqlSpan span;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::string> arguments;
};

enum class TableKind : uint8_t {
  kNamed,
  kDerived,
  kFunction,  ///< TABLE(f(..)) or LATERAL TABLE(f(..))
  kUnnest,
  kJoin,
  kMatchRecognize,
  kTableSample,
  kPivot,
};

/// An item of FROM.
struct TableRef {
  const TableKind kind;
  SqlSpan span;
  uint32_t height = 1;
  std::optional<Identifier> alias;
  std::vector<Identifier> column_aliases;
  bool lateral = false;

  virtual ~TableRef() = default;

 protected:
  explicit TableRef(TableKind k) : kind(k) {}
};
using TableRefPtr = std::shared_ptr<const TableRef>;

struct NamedTable final : TableRef {
  NamedTable() : TableRef(TableKind::kNamed) {}
  Name name;
  std::vector<Hint> hints;
  ExprPtr system_time;  ///< FOR SYSTEM_TIME AS OF
};

struct DerivedTable final : TableRef {
  DerivedTable() : TableRef(TableKind::kDerived) {}
  std::shared_ptr<const Query> query;
};

struct FunctionTable final : TableRef {
  FunctionTable() : TableRef(TableKind::kFunction) {}
  ExprPtr call;
};

struct UnnestTable final : TableRef {
  UnnestTable() : TableRef(TableKind::kUnnest) {}
  std::vector<ExprPtr> args;
  bool with_ordinality = false;
};

enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull, kCross };

struct Join final : TableRef {
  Join() : TableRef(TableKind::kJoin) {}
  JoinKind join = JoinKind::kInner;
  bool comma = false;
  bool natural = false;
  TableRefPtr left;
  TableRefPtr right;
  ExprPtr on;
  std::vector<Identifier> using_columns;
};

/// MATCH_RECOGNIZE; the pattern is kept as text until that operator is built.
struct MatchRecognize final : TableRef {
  MatchRecognize() : TableRef(TableKind::kMatchRecognize) {}
  TableRefPtr input;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::vector<std::pair<ExprPtr, Identifier>> measures;
  bool all_rows = false;
  std::string after_match;
  std::string pattern;
  ExprPtr within;
  std::vector<std::pair<Identifier, ExprPtr>> define;
};

struct TableSample final : TableRef {
  TableSample() : TableRef(TableKind::kTableSample) {}
  TableRefPtr input;
};

struct SelectItem {
  ExprPtr expr;
  std::optional<Identifier> alias;
};

/// An element of GROUP BY.
struct GroupItem {
  enum class Kind : uint8_t { kExpr, kEmpty, kRollup, kCube, kGroupingSets, kList };
  Kind kind = Kind::kExpr;
  SqlSpan span;
  ExprPtr expr;
  std::vector<GroupItem> items;  ///< all but kExpr and kEmpty
};

enum class BodyKind : uint8_t { kSelect, kSetOperation, kValues, kNested, kTable };

struct QueryBody {
  const BodyKind kind;
  SqlSpan span;
  uint32_t height = 1;
  virtual ~QueryBody() = default;

 protected:
  explicit QueryBody(BodyKind k) : kind(k) {}
};
using QueryBodyPtr = std::shared_ptr<const QueryBody>;

struct Select final : QueryBody {
  Select() : QueryBody(BodyKind::kSelect) {}
  bool distinct = false;
  std::vector<Hint> hints;
  std::vector<SelectItem> items;
  TableRefPtr from;  ///< null: SELECT without FROM
  ExprPtr where;
  bool has_group_by = false;
  bool group_by_distinct = false;
  std::vector<GroupItem> group_by;
  ExprPtr having;
  std::vector<std::pair<Identifier, std::shared_ptr<const WindowSpec>>> windows;
  ExprPtr qualify;
};

enum class SetOperator : uint8_t { kUnion, kExcept, kIntersect };

struct SetOperation final : QueryBody {
  SetOperation() : QueryBody(BodyKind::kSetOperation) {}
  SetOperator op = SetOperator::kUnion;
  bool all = false;
  QueryBodyPtr left;
  QueryBodyPtr right;
};

struct Values final : QueryBody {
  Values() : QueryBody(BodyKind::kValues) {}
  std::vector<std::vector<ExprPtr>> rows;
  std::vector<SqlSpan> row_spans;
};

/// (query) as an operand of a set operation.
struct NestedQuery final : QueryBody {
  NestedQuery() : QueryBody(BodyKind::kNested) {}
  std::shared_ptr<const Query> query;
};

/// TABLE t
struct TableBody final : QueryBody {
  TableBody() : QueryBody(BodyKind::kTable) {}
  Name table;
};

struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  std::shared_ptr<const Query> query;
};

struct Query {
  SqlSpan span;
  bool recursive = false;
  std::vector<CommonTable> with;
  QueryBodyPtr body;
  std::vector<OrderItem> order_by;
  ExprPtr offset;
  ExprPtr fetch;  ///< LIMIT n or FETCH FIRST n ROWS ONLY
};
using QueryPtr = std::shared_ptr<const Query>;

}  // namespace thalweg::sql::ast
