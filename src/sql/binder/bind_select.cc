// SELECT .. FROM .. WHERE .. GROUP BY .. HAVING.
#include <fmt/format.h>

#include <algorithm>

#include "sql/binder/aggregate_builder.h"
#include "sql/binder/grouping_sets.h"
#include "sql/binder/query_binder.h"

namespace thalweg::sql {

using expr::ExprPtr;

namespace {

// A select item, stars expanded.
struct Item {
  ExprPtr expr;
  std::string name;
  SqlSpan span;
};

std::string DeriveName(const ast::SelectItem& item, size_t position) {
  if (item.alias) return item.alias->name;
  if (item.expr->kind == ast::ExprKind::kColumn) {
    return ast::As<ast::ColumnRef>(*item.expr).parts.back().name;
  }
  return fmt::format("EXPR${}", position);
}

// Rewrites an expression over the input (and virtual columns behind it) into one over the
// aggregate's output.
class OverGroups {
 public:
  OverGroups(const GroupSpec& groups, const AggregatePlan& plan, int input_width,
             const data::Schema& input, const ExpressionBinder& binder)
      : groups_(groups), plan_(plan), width_(input_width), input_(input), binder_(binder) {}

  Result<ExprPtr> Rewrite(const ExprPtr& e, SqlSpan span) const {
    for (size_t i = 0; i < groups_.keys.size(); ++i) {
      if (groups_.keys[i]->Equals(*e)) return plan_.keys[i];
    }
    if (e->kind == expr::ExprKind::kColumn) {
      if (e->column >= width_) return plan_.virtuals[static_cast<size_t>(e->column - width_)];
      return Status::InvalidSql(
          binder_.SpanOf(e.get(), span),
          fmt::format("Expression '{}' is not being grouped: put it in GROUP BY or in an aggregate",
                      input_[static_cast<size_t>(e->column)].name));
    }
    if (e->args.empty()) return e;
    auto copy = std::make_shared<expr::Expr>(*e);
    for (ExprPtr& arg : copy->args) {
      TW_ASSIGN_OR_RETURN(arg, Rewrite(arg, span));
    }
    return ExprPtr(std::move(copy));
  }

 private:
  const GroupSpec& groups_;
  const AggregatePlan& plan_;
  int width_;
  const data::Schema& input_;
  const ExpressionBinder& binder_;
};

}  // namespace

Status QueryBinder::CheckSelect(const ast::Select& select) {
  for (const ast::Hint& hint : select.hints) {
    if (hint.name == "STATE_TTL") {
      return Status::NotSupported(hint.span,
                                  "the STATE_TTL hint is not supported yet; use SET "
                                  "'table.exec.state.ttl'");
    }
    // The others choose among joins, which changes no result.
  }
  if (select.qualify != nullptr) {
    return Status::NotSupported(select.qualify->span, "QUALIFY is not supported yet");
  }
  if (!select.windows.empty()) {
    return Status::NotSupported(select.windows[0].first.span,
                                "the WINDOW clause is not supported yet");
  }
  return Status::OK();
}

Result<QueryBinder::BodyResult> QueryBinder::BindSelect(
    const ast::Select& select, const std::vector<ast::OrderItem>& order_by) {
  TW_RETURN_IF_ERROR(CheckSelect(select));
  Scope scope;
  PlanPtr plan;
  if (select.from != nullptr) {
    TW_ASSIGN_OR_RETURN(plan, BindTableRef(*select.from, &scope));
  } else {
    plan = MakePlan(graph::ValuesNode{1, {}}, {}, {});
  }
  if (select.where != nullptr) {
    ExpressionBinder where(context_.eval, scope, "WHERE");
    where.SetCurrentDatabase(&context_.catalog.current_database());
    TW_ASSIGN_OR_RETURN(ExprPtr condition, where.BindCondition(*select.where));
    plan = MakeFilter(std::move(plan), std::move(condition));
  }

  bool grouped = select.has_group_by || select.having != nullptr;
  for (const ast::SelectItem& item : select.items) {
    grouped = grouped || ContainsAggregate(*item.expr);
  }
  for (const ast::OrderItem& item : order_by) grouped = grouped || ContainsAggregate(*item.expr);

  ExpressionBinder binder(context_.eval, scope, "SELECT");
  binder.SetCurrentDatabase(&context_.catalog.current_database());
  AggregateUses uses;
  uses.input_width = static_cast<int>(plan->schema.size());
  GroupSpec groups;
  if (grouped) {
    TW_RETURN_IF_ERROR(BindGroupBy(select, &binder, &groups, &uses));
    uses.global = groups.sets.size() == 1 && groups.sets[0].empty() && uses.group_windows.empty();
    for (size_t i = 0; i < groups.keys.size(); ++i) {
      const bool always = std::ranges::all_of(groups.sets, [&](const std::vector<int>& set) {
        return std::ranges::count(set, static_cast<int>(i)) > 0;
      });
      uses.keys.push_back(groups.keys[i]);
      uses.absent.push_back(!always && !groups.keys[i]->type.nullable());
    }
    binder.AllowAggregates(&uses);
  }

  std::vector<Item> items;
  for (const ast::SelectItem& item : select.items) {
    if (item.expr->kind == ast::ExprKind::kStar) {
      if (item.alias) return Status::InvalidSql(item.alias->span, "'*' cannot have an alias");
      TW_ASSIGN_OR_RETURN(auto columns, binder.ExpandStar(ast::As<ast::Star>(*item.expr)));
      for (auto& [name, column] : columns) {
        items.push_back({std::move(column), name, item.expr->span});
      }
      continue;
    }
    TW_ASSIGN_OR_RETURN(ExprPtr e, binder.Bind(*item.expr));
    items.push_back({std::move(e), DeriveName(item, items.size()), item.expr->span});
  }
  if (items.empty()) return Status::InvalidSql(select.span, "nothing is selected");
  std::vector<std::string> names;
  for (const Item& item : items) names.push_back(item.name);
  names = UniqueNames(std::move(names));
  size_t visible = items.size();

  // ORDER BY: a position, a name of the result, or an expression, which may need a hidden column.
  BodyResult result;
  result.visible = visible;
  for (const ast::OrderItem& order : order_by) {
    graph::SortKey key;
    key.ascending = !order.descending;
    key.nulls_last = order.nulls_first ? !*order.nulls_first : order.descending;
    key.column = -1;
    if (order.expr->kind == ast::ExprKind::kLiteral &&
        ast::As<ast::Literal>(*order.expr).literal == ast::LiteralKind::kInteger) {
      TW_ASSIGN_OR_RETURN(int64_t position, ConstantCount(*order.expr, "ORDER BY"));
      if (position < 1 || position > static_cast<int64_t>(visible)) {
        return Status::InvalidSql(
            order.expr->span, fmt::format("ORDER BY {}: there are {} columns", position, visible));
      }
      key.column = static_cast<int>(position) - 1;
    } else if (order.expr->kind == ast::ExprKind::kColumn) {
      const auto& column = ast::As<ast::ColumnRef>(*order.expr);
      for (size_t i = 0; column.parts.size() == 1 && i < visible; ++i) {
        if (items[i].name != column.parts[0].name) continue;
        if (key.column >= 0) {
          return Status::InvalidSql(order.expr->span,
                                    fmt::format("Column '{}' is ambiguous", items[i].name));
        }
        key.column = static_cast<int>(i);
      }
    }
    if (key.column < 0) {
      TW_ASSIGN_OR_RETURN(ExprPtr e, binder.Bind(*order.expr));
      for (size_t i = 0; i < items.size() && key.column < 0; ++i) {
        if (items[i].expr->Equals(*e)) key.column = static_cast<int>(i);
      }
      if (key.column < 0) {
        if (select.distinct) {
          return Status::InvalidSql(order.expr->span,
                                    "with SELECT DISTINCT, ORDER BY can name "
                                    "selected columns only");
        }
        key.column = static_cast<int>(items.size());
        names.push_back(UniqueName("$sort", names));
        items.push_back({std::move(e), names.back(), order.expr->span});
      }
    }
    result.sort.push_back(key);
  }

  if (grouped) {
    ExprPtr having;
    if (select.having != nullptr) {
      TW_ASSIGN_OR_RETURN(having, binder.Bind(*select.having));
      if (having->type.root() != data::TypeRoot::kBoolean) {
        return Status::InvalidSql(select.having->span,
                                  fmt::format("HAVING clause must be a condition: this is {}, not "
                                              "BOOLEAN",
                                              having->type.ToSummary()));
      }
    }
    data::Schema input = plan->schema;
    TW_ASSIGN_OR_RETURN(AggregatePlan aggregate,
                        BuildAggregate(std::move(plan), groups, uses, context_));
    OverGroups over(groups, aggregate, uses.input_width, input, binder);
    for (Item& item : items) {
      TW_ASSIGN_OR_RETURN(item.expr, over.Rewrite(item.expr, item.span));
    }
    plan = aggregate.plan;
    if (having != nullptr) {
      TW_ASSIGN_OR_RETURN(having, over.Rewrite(having, select.having->span));
      plan = MakeFilter(std::move(plan), std::move(having));
    }
  }
  std::vector<ExprPtr> projections;
  for (Item& item : items) projections.push_back(std::move(item.expr));
  plan = MakeCalc(std::move(plan), nullptr, std::move(projections), names);
  if (select.distinct) {
    TW_ASSIGN_OR_RETURN(plan, BuildDistinct(std::move(plan), context_));
  }
  result.plan = std::move(plan);
  return result;
}

}  // namespace thalweg::sql
