// AggregateUses: what a SELECT with GROUP BY computes over groups, collected while its items are
// bound. Each use becomes a virtual column behind the input's columns; once the aggregate is built,
// the references are replaced by columns of its output.
#pragma once

#include <string>
#include <vector>

#include "expr/aggregate.h"
#include "expr/builder.h"
#include "graph/graph.h"
#include "sql/parser/ast/expression.h"

namespace thalweg::sql {

struct AggregateUse {
  expr::BoundAggregate bound;
  std::vector<expr::ExprPtr> args;
  expr::ExprPtr filter;
  bool distinct = false;
  data::ColumnPtr literal;
  std::string function;  ///< "SUM", for names
};

struct VirtualColumn {
  enum class Kind : uint8_t {
    kAggregate,       ///< uses[index]
    kKey,             ///< group key `index`, NULL where a grouping set lacks it
    kGrouping,        ///< GROUPING(args), GROUPING_ID(args)
    kGroupId,         ///< GROUP_ID()
    kWindowProperty,  ///< TUMBLE_START(..) and the like
  };
  Kind kind = Kind::kAggregate;
  int index = 0;
  std::vector<expr::ExprPtr> args;
  graph::WindowProperty property = graph::WindowProperty::kStart;
  data::Type type;
};

/// The window of GROUP BY TUMBLE(ts, ..), HOP(..) or SESSION(..).
struct GroupWindow {
  graph::WindowSpec spec;
  expr::ExprPtr time;  ///< over the input
};

struct AggregateUses {
  int input_width = 0;
  /// There is no GROUP BY: one group, even of no rows.
  bool global = false;
  std::vector<AggregateUse> uses;
  std::vector<VirtualColumn> columns;
  std::vector<GroupWindow> group_windows;
  /// The group keys, and whether each is NOT NULL while some grouping set lacks it. What is
  /// computed from such a key must know that it can be NULL.
  std::vector<expr::ExprPtr> keys;
  std::vector<bool> absent;

  /// A reference to the virtual column, made at most once for equal ones.
  expr::ExprPtr Reference(VirtualColumn column);
  /// Index of the use, an equal one if there is.
  int Add(AggregateUse use);
};

}  // namespace thalweg::sql
