// Calls that belong to an aggregation: aggregates, GROUPING and its kin, TUMBLE_START and its kin.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "expr/registry.h"
#include "sql/binder/expression_binder.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

using data::Type;
using data::TypeRoot;
using expr::ExprPtr;

namespace {

/// PERCENTILE's shares, which Flink checks where they are constant; we need them to be.
Result<data::ColumnPtr> Percentages(const ExprPtr& arg, const Type& type, SqlSpan span,
                                    const expr::EvalContext& context) {
  TW_ASSIGN_OR_RETURN(ExprPtr cast, expr::MakeCast(arg, type, context));
  TW_ASSIGN_OR_RETURN(cast, expr::FoldConstants(cast, context));
  if (cast->kind != expr::ExprKind::kLiteral || cast->literal->IsNull(0)) {
    return Status::NotSupported("a percentage of PERCENTILE that is not constant").WithSpan(span);
  }
  const data::ColumnPtr flat = data::Flatten(cast->literal);
  const data::ColumnPtr values = type.is_nested() ? flat->children()[0] : flat;
  for (int32_t i = 0; i < values->size(); ++i) {
    if (values->IsNull(i) || !(values->At<double>(i) >= 0 && values->At<double>(i) <= 1)) {
      return Status::InvalidSql(span, "a percentage of PERCENTILE must be between 0.0 and 1.0");
    }
  }
  return flat;
}

}  // namespace

Result<ExprPtr> ExpressionBinder::BindAggregate(const ast::Call& e) {
  std::string upper = UpperCase(e.name);
  if (inside_aggregate_) {
    return Status::InvalidSql(e.span, "an aggregate cannot stand inside another aggregate");
  }
  if (uses_ == nullptr) {
    return Status::InvalidSql(e.span, fmt::format("aggregate {} cannot stand in {}{}", upper,
                                                  place_, place_ == "WHERE" ? "; use HAVING" : ""));
  }
  if (!e.within_group.empty()) {
    return Status::NotSupported(e.span, upper + " WITHIN GROUP (ORDER BY ..) is not supported yet");
  }
  bool skip_nulls = e.ignore_nulls.value_or(false);
  if (skip_nulls && upper != "ARRAY_AGG") {
    return Status::NotSupported(e.span, upper + " IGNORE NULLS is not supported yet");
  }
  const expr::AggregateFunction* function = expr::FindAggregateFunction(upper);
  AggregateUse use;
  use.function = upper;
  use.distinct = e.distinct;
  if (upper == "APPROX_COUNT_DISTINCT") {
    use.function = "COUNT";
    use.distinct = true;
  }
  inside_aggregate_ = true;
  Result<std::vector<ExprPtr>> args = BindArgs(e.args);
  Result<ExprPtr> filter = ExprPtr();
  if (args.ok() && e.filter != nullptr) {
    std::string place = std::exchange(place_, "FILTER");
    filter = BindCondition(*e.filter);
    place_ = place;
  }
  inside_aggregate_ = false;
  if (!args.ok()) return args.status();
  if (!filter.ok()) return filter.status();
  use.filter = *filter;
  if (skip_nulls && !args->empty()) {
    TW_ASSIGN_OR_RETURN(ExprPtr present, Call("IS NOT NULL", {(*args)[0]}, e.span));
    if (use.filter != nullptr) {
      TW_ASSIGN_OR_RETURN(present, Call("AND", {use.filter, present}, e.span));
    }
    use.filter = std::move(present);
  }
  // COUNT(x) of what is never NULL is COUNT(*).
  bool star = e.star;
  if (star && e.distinct) {
    return Status::InvalidSql(e.span, "COUNT(DISTINCT *) is not defined; name the columns");
  }
  if (star && upper != "COUNT") {
    return Status::InvalidSql(e.span, upper + "(*) is not defined; only COUNT takes '*'");
  }
  if (!star && upper == "COUNT" && args->empty()) {
    return Status::InvalidSql(e.span, "COUNT takes '*' or at least one argument");
  }
  if (!star && upper == "COUNT" && !e.distinct && args->size() == 1 &&
      !(*args)[0]->type.nullable() && (*args)[0]->type.root() != TypeRoot::kNull) {
    star = true;
  }
  if (star) {
    use.bound = {expr::AggregateKind::kCountStar, {}, Type::Bigint().WithNullable(false)};
  } else {
    std::vector<Type> types;
    std::vector<data::ColumnPtr> literals;
    for (const ExprPtr& arg : *args) {
      types.push_back(arg->type);
      literals.push_back(arg->literal);
    }
    expr::BindArgs bind_args{types, literals, context_};
    Result<expr::BoundAggregate> bound = function->bind(bind_args);
    if (!bound.ok()) {
      if (!bound.status().message().empty()) return bound.status().WithSpan(e.span);
      std::string text;
      for (const Type& type : types) text += (text.empty() ? "" : ", ") + type.ToSummary();
      return Status::InvalidSql(
          e.span, fmt::format("Cannot apply {} to arguments of type ({}); it takes {}", upper, text,
                              function->signature));
    }
    use.bound = std::move(*bound);
    if (use.bound.kind == expr::AggregateKind::kListagg && args->size() == 2) {
      if ((*args)[1]->kind != expr::ExprKind::kLiteral) {
        return Status::InvalidSql(e.args[1]->span, "the separator of LISTAGG must be a literal");
      }
      use.literal = (*args)[1]->literal;
      args->pop_back();
      use.bound.params.resize(1);
    }
    if (use.bound.kind == expr::AggregateKind::kPercentile) {
      TW_ASSIGN_OR_RETURN(use.literal,
                          Percentages((*args)[1], use.bound.params[1], e.args[1]->span, context_));
      args->erase(args->begin() + 1);
      use.bound.params.erase(use.bound.params.begin() + 1);
    }
    for (size_t i = 0; i < args->size(); ++i) {
      if (i < use.bound.params.size()) {
        TW_ASSIGN_OR_RETURN((*args)[i], expr::MakeCast((*args)[i], use.bound.params[i], context_));
      }
    }
    use.args = std::move(*args);
  }
  // Over no rows, most aggregates are NULL: without GROUP BY, or where a filter takes the rows
  // away.
  bool count = use.bound.kind == expr::AggregateKind::kCount ||
               use.bound.kind == expr::AggregateKind::kCountStar ||
               use.bound.kind == expr::AggregateKind::kListagg ||
               use.bound.kind == expr::AggregateKind::kArrayAgg ||
               use.bound.kind == expr::AggregateKind::kCollect;
  if (!count && (uses_->global || use.filter != nullptr)) {
    use.bound.result = use.bound.result.WithNullable(true);
  }
  VirtualColumn column;
  column.type = use.bound.result;
  column.index = uses_->Add(std::move(use));
  return uses_->Reference(std::move(column));
}

Result<ExprPtr> ExpressionBinder::BindGroupingFunction(const ast::Call& e) {
  std::string upper = UpperCase(e.name);
  if (uses_ == nullptr) {
    return Status::InvalidSql(e.span, fmt::format("{} needs a GROUP BY", upper));
  }
  VirtualColumn column;
  column.kind =
      upper == "GROUP_ID" ? VirtualColumn::Kind::kGroupId : VirtualColumn::Kind::kGrouping;
  column.type = Type::Bigint().WithNullable(false);
  const bool inside = std::exchange(inside_aggregate_, true);
  Result<std::vector<ExprPtr>> args = BindArgs(e.args);  // the keys themselves
  inside_aggregate_ = inside;
  if (!args.ok()) return args.status();
  column.args = std::move(*args);
  if (column.args.empty() != (upper == "GROUP_ID")) {
    return Status::InvalidSql(
        e.span, upper == "GROUP_ID" ? "GROUP_ID takes no argument" : upper + " needs an argument");
  }
  return uses_->Reference(std::move(column));
}

Result<ExprPtr> ExpressionBinder::BindWindowProperty(const ast::Call& e, std::string_view upper) {
  size_t underscore = upper.find('_');
  std::string_view kind = upper.substr(0, underscore);
  std::string_view what = upper.substr(underscore + 1);
  VirtualColumn column;
  column.kind = VirtualColumn::Kind::kWindowProperty;
  if (what == "START") {
    column.property = graph::WindowProperty::kStart;
  } else if (what == "END") {
    column.property = graph::WindowProperty::kEnd;
  } else if (what == "ROWTIME" || what == "PROCTIME") {
    column.property = graph::WindowProperty::kTime;
  } else {
    return UnknownFunction(e, {});
  }
  if (uses_ == nullptr) {
    return Status::InvalidSql(e.span, fmt::format("{} needs GROUP BY {}(..)", upper, kind));
  }
  AggregateUses* uses = std::exchange(uses_, nullptr);
  Result<GroupWindow> window = BindGroupWindow(e, kind, this);
  uses_ = uses;
  if (!window.ok()) return window.status();
  int found = -1;
  for (size_t i = 0; i < uses_->group_windows.size(); ++i) {
    const GroupWindow& other = uses_->group_windows[i];
    const graph::WindowSpec& a = other.spec;
    const graph::WindowSpec& b = window->spec;
    if (a.kind == b.kind && a.size_ms == b.size_ms && a.slide_ms == b.slide_ms &&
        a.gap_ms == b.gap_ms && a.offset_ms == b.offset_ms && other.time->Equals(*window->time)) {
      found = static_cast<int>(i);
    }
  }
  if (found < 0) {
    return Status::InvalidSql(e.span, fmt::format("{} must have the same arguments as a {}(..) in "
                                                  "GROUP BY",
                                                  upper, kind));
  }
  column.index = found;
  bool ltz = window->spec.ltz;
  bool rowtime = window->spec.event_time;
  if (what == "ROWTIME" && !rowtime) {
    return Status::InvalidSql(e.span, "a window over processing time has no rowtime");
  }
  if (column.property == graph::WindowProperty::kTime) {
    // A processing-time property of an event-time window has the type of its rowtime and no value,
    // as in Flink.
    column.type = ltz || !rowtime ? Type::TimestampLtz(3) : Type::Timestamp(3);
    column.type = column.type.WithNullable(rowtime && window->time->type.nullable())
                      .WithTimeAttribute(rowtime ? data::TimeAttribute::kRowtime
                                                 : data::TimeAttribute::kProctime);
  } else {
    column.type = Type::Timestamp(3).WithNullable(false);
  }
  if (what == "PROCTIME" && rowtime) {
    return expr::MakeNullLiteral(column.type.WithNullable(true));
  }
  return uses_->Reference(std::move(column));
}

}  // namespace thalweg::sql
