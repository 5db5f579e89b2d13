#include "sql/binder/expression_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/nearest_name.h"
#include "expr/registry.h"
#include "sql/binder/literal.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

using data::Type;
using data::TypeRoot;
using expr::ExprPtr;

namespace {

Status UnknownFunction(const ast::Call& e, const std::vector<ExprPtr>& args) {
  std::string types;
  for (const ExprPtr& arg : args) {
    types += (types.empty() ? "<" : ">, <") + arg->type.ToSummary();
  }
  std::vector<std::string_view> names;
  for (const auto* f : expr::AllScalarFunctions()) names.push_back(f->name);
  for (const auto* f : expr::AllAggregateFunctions()) names.push_back(f->name);
  return Status::InvalidSql(
      e.name_span, fmt::format("No match found for function signature {}({}{}): there is no such "
                               "function{}",
                               e.name, types, types.empty() ? "" : ">", DidYouMean(e.name, names)));
}

bool IsWord(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

// Flink's functions that exist and are not here yet, by kind, so that they are refused by name.
bool IsKnownButMissing(std::string_view upper) {
  static constexpr std::string_view kNames[] = {
      "RANK",          "DENSE_RANK",     "ROW_NUMBER",    "LEAD",           "LAG",
      "CUME_DIST",     "PERCENT_RANK",   "NTILE",         "NTH_VALUE",      "JSON_OBJECTAGG",
      "JSON_ARRAYAGG", "JSON_EXISTS",    "JSON_VALUE",    "JSON_QUERY",     "JSON_OBJECT",
      "JSON_ARRAY",    "JSON_STRING",    "MATCH_ROWTIME", "MATCH_PROCTIME", "ML_PREDICT",
      "PARSE_JSON",    "TRY_PARSE_JSON", "OBJECT_OF",     "OBJECT_UPDATE"};
  return std::find(std::begin(kNames), std::end(kNames), upper) != std::end(kNames);
}

/// The digits of a second that an interval, or a multiple of it, is written with.
int WrittenFraction(const ast::Expr& e) {
  if (e.kind == ast::ExprKind::kLiteral) return ast::As<ast::Literal>(e).fraction.value_or(0);
  if (e.kind != ast::ExprKind::kCall) return 0;
  const auto& call = ast::As<ast::Call>(e);
  const bool multiple = call.syntax == ast::CallSyntax::kOperator &&
                        (call.name == "*" || (call.name == "-" && call.args.size() == 1));
  int fraction = 0;
  for (size_t i = 0; multiple && i < call.args.size(); ++i) {
    fraction = std::max(fraction, WrittenFraction(*call.args[i]));
  }
  return fraction;
}

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

/// Whether `e`, which was bound to `key`, is it: COALESCE(k, 0) is bound to a k that is NOT NULL.
bool IsWrittenAs(const expr::Expr& key, const ast::Expr& e) {
  if (e.kind == ast::ExprKind::kCase) return key.kind == expr::ExprKind::kCase;
  if (e.kind != ast::ExprKind::kCall) return true;
  if (key.kind == expr::ExprKind::kCall) {
    return key.function->name == UpperCase(ast::As<ast::Call>(e).name);
  }
  return key.kind != expr::ExprKind::kColumn && key.kind != expr::ExprKind::kField;
}

}  // namespace

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

SqlSpan ExpressionBinder::SpanOf(const expr::Expr* e, SqlSpan otherwise) const {
  auto it = spans_.find(e);
  return it == spans_.end() ? otherwise : it->second;
}

Result<ExprPtr> ExpressionBinder::Call(std::string_view name, std::vector<ExprPtr> args,
                                       SqlSpan span) {
  Result<ExprPtr> result = expr::MakeCall(name, std::move(args), context_);
  if (!result.ok()) return result.status().WithSpan(span);
  return result;
}

Result<std::vector<ExprPtr>> ExpressionBinder::BindArgs(const std::vector<ast::ExprPtr>& args) {
  std::vector<ExprPtr> bound;
  for (const ast::ExprPtr& arg : args) {
    TW_ASSIGN_OR_RETURN(ExprPtr e, Bind(*arg));
    bound.push_back(std::move(e));
  }
  return bound;
}

Result<ExprPtr> ExpressionBinder::BindCondition(const ast::Expr& e) {
  TW_ASSIGN_OR_RETURN(ExprPtr condition, Bind(e));
  if (condition->type.root() == TypeRoot::kNull) {
    return expr::MakeNullLiteral(Type::Boolean());
  }
  if (condition->type.root() != TypeRoot::kBoolean) {
    return Status::InvalidSql(e.span, fmt::format("{} clause must be a condition: this is {}, not "
                                                  "BOOLEAN",
                                                  place_, condition->type.ToSummary()));
  }
  return condition;
}

Result<ExprPtr> ExpressionBinder::Bind(const ast::Expr& e) {
  if (uses_ == nullptr || inside_aggregate_ || !std::ranges::count(uses_->absent, true)) {
    return BindByKind(e);
  }
  // A key that is computed from another one is still the key: GROUP BY ROLLUP (a, a || b).
  inside_aggregate_ = true;
  Result<ExprPtr> plain = BindByKind(e);
  inside_aggregate_ = false;
  for (size_t i = 0; plain.ok() && i < uses_->keys.size(); ++i) {
    const ExprPtr& key = uses_->keys[i];
    if (!key->Equals(**plain) || !IsWrittenAs(*key, e)) continue;
    if (!uses_->absent[i]) return plain;
    VirtualColumn column;
    column.kind = VirtualColumn::Kind::kKey;
    column.index = static_cast<int>(i);
    column.type = key->type.WithNullable(true).WithTimeAttribute(data::TimeAttribute::kNone);
    return uses_->Reference(std::move(column));
  }
  return BindByKind(e);
}

Result<ExprPtr> ExpressionBinder::BindByKind(const ast::Expr& e) {
  switch (e.kind) {
    case ast::ExprKind::kLiteral: {
      const auto& literal = ast::As<ast::Literal>(e);
      TW_ASSIGN_OR_RETURN(ExprPtr bound, BindLiteral(literal));
      if (literal.literal != ast::LiteralKind::kTimestamp || literal.qualifier.empty()) {
        return bound;
      }
      Type ltz = Type::TimestampLtz(bound->type.precision()).WithNullable(false);
      TW_ASSIGN_OR_RETURN(bound, expr::MakeCast(bound, ltz, context_));
      return expr::FoldConstants(bound, context_);
    }
    case ast::ExprKind::kColumn:
      return BindColumn(ast::As<ast::ColumnRef>(e));
    case ast::ExprKind::kStar:
      return Status::InvalidSql(e.span, "'*' cannot stand here");
    case ast::ExprKind::kCall:
      return BindCall(ast::As<ast::Call>(e));
    case ast::ExprKind::kCase:
      return BindCase(ast::As<ast::Case>(e));
    case ast::ExprKind::kCast: {
      const auto& cast = ast::As<ast::Cast>(e);
      TW_ASSIGN_OR_RETURN(ExprPtr operand, Bind(*cast.operand));
      // CAST(x AS INT) is as nullable as x, whatever the type says.
      Type to = cast.type;
      if (!cast.is_try && cast.type.nullable()) to = to.WithNullable(operand->type.nullable());
      Result<ExprPtr> result = expr::MakeCast(operand, to, context_, cast.is_try);
      if (!result.ok()) return result.status().WithSpan(e.span);
      // A cast makes a plain timestamp of a time attribute.
      if ((*result)->type.time_attribute() != data::TimeAttribute::kNone) {
        return WithType(*result, (*result)->type.WithTimeAttribute(data::TimeAttribute::kNone));
      }
      return result;
    }
    case ast::ExprKind::kIn:
      return BindIn(ast::As<ast::In>(e));
    case ast::ExprKind::kSubquery:
      return Status::NotSupported(e.span, ast::As<ast::Subquery>(e).exists
                                              ? "EXISTS (query), a semi-join, is not supported yet"
                                              : "a scalar subquery, a join, is not supported yet");
    case ast::ExprKind::kFieldAccess: {
      const auto& access = ast::As<ast::FieldAccess>(e);
      TW_ASSIGN_OR_RETURN(ExprPtr base, Bind(*access.base));
      return BindField(std::move(base), access.field, e.span);
    }
    case ast::ExprKind::kNamedArgument:
      return Status::NotSupported(e.span, "named arguments are not supported for this function");
    case ast::ExprKind::kTableArgument:
      return Status::NotSupported(e.span, "this function takes no table argument");
  }
  return Status::Internal("expression kind");
}

Result<ExprPtr> ExpressionBinder::BindField(ExprPtr base, const ast::Identifier& field,
                                            SqlSpan span) {
  if (base->type.root() != TypeRoot::kRow) {
    return Status::InvalidSql(span, fmt::format("a field '{}' is asked of {}, which is not a ROW",
                                                field.name, base->type.ToSummary()));
  }
  const std::vector<data::Field>& fields = base->type.fields();
  std::vector<std::string_view> names;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == field.name) {
      ExprPtr access = expr::MakeFieldAccess(std::move(base), static_cast<int>(i));
      spans_.emplace(access.get(), span);
      return access;
    }
    names.push_back(fields[i].name);
  }
  return Status::InvalidSql(
      field.span, fmt::format("Field '{}' not found in {}{}", field.name, base->type.ToSummary(),
                              DidYouMean(field.name, names)));
}

Result<ExprPtr> ExpressionBinder::BindColumn(const ast::ColumnRef& e) {
  if (e.parts.size() == 1 && !e.parts[0].quoted && UpperCase(e.parts[0].name) == "PI" &&
      !ResolveColumn(scope_, e.parts, e.span).ok()) {
    return Call("PI", {}, e.span);
  }
  if (scope_.tables.empty()) {
    return Status::InvalidSql(
        e.span, fmt::format("Column '{}' not found: there is no FROM here", e.parts[0].name));
  }
  TW_ASSIGN_OR_RETURN(ResolvedColumn column, ResolveColumn(scope_, e.parts, e.span));
  ExprPtr result = expr::MakeColumn(column.column, column.type);
  spans_.emplace(result.get(), e.span);
  for (size_t i = column.parts_used; i < e.parts.size(); ++i) {
    TW_ASSIGN_OR_RETURN(result, BindField(std::move(result), e.parts[i], e.span));
  }
  return result;
}

Result<std::vector<std::pair<std::string, ExprPtr>>> ExpressionBinder::ExpandStar(
    const ast::Star& star) {
  std::vector<std::pair<std::string, ExprPtr>> out;
  ExprPtr row;
  if (star.base != nullptr) {
    TW_ASSIGN_OR_RETURN(row, Bind(*star.base));
  } else {
    if (scope_.tables.empty()) return Status::InvalidSql(star.span, "'*' needs a FROM clause");
    for (const ScopeTable& table : scope_.tables) {
      if (!star.qualifier.empty() &&
          (star.qualifier.size() != 1 || table.alias != star.qualifier[0].name)) {
        continue;
      }
      for (size_t i = 0; i < table.columns.size(); ++i) {
        ExprPtr column = expr::MakeColumn(table.first + static_cast<int>(i), table.columns[i].type);
        spans_.emplace(column.get(), star.span);
        out.emplace_back(table.columns[i].name, std::move(column));
      }
    }
    if (!out.empty() || star.qualifier.empty()) return out;
    ast::ColumnRef reference;
    reference.parts = star.qualifier;
    reference.span = star.span;
    TW_ASSIGN_OR_RETURN(row, BindColumn(reference));
  }
  if (row->type.root() != TypeRoot::kRow) {
    return Status::InvalidSql(
        star.span, fmt::format("'.*' needs a table or a ROW, not {}", row->type.ToSummary()));
  }
  for (size_t i = 0; i < row->type.fields().size(); ++i) {
    out.emplace_back(row->type.fields()[i].name, expr::MakeFieldAccess(row, static_cast<int>(i)));
  }
  return out;
}

Result<ExprPtr> ExpressionBinder::BindCase(const ast::Case& e) {
  ExprPtr operand;
  if (e.operand != nullptr) {
    TW_ASSIGN_OR_RETURN(operand, Bind(*e.operand));
  }
  std::vector<ExprPtr> args;
  for (const auto& [when, then] : e.branches) {
    TW_ASSIGN_OR_RETURN(ExprPtr condition, Bind(*when));
    if (operand != nullptr) {
      TW_ASSIGN_OR_RETURN(condition, Call("=", {operand, condition}, when->span));
    }
    TW_ASSIGN_OR_RETURN(ExprPtr value, Bind(*then));
    args.push_back(std::move(condition));
    args.push_back(std::move(value));
  }
  if (e.otherwise != nullptr) {
    TW_ASSIGN_OR_RETURN(ExprPtr value, Bind(*e.otherwise));
    args.push_back(std::move(value));
  }
  Result<ExprPtr> result = expr::MakeCase(std::move(args), context_);
  if (!result.ok()) return result.status().WithSpan(e.span);
  return result;
}

Result<ExprPtr> ExpressionBinder::BindIn(const ast::In& e) {
  if (e.query != nullptr) {
    return Status::NotSupported(e.span, "IN (query), a semi-join, is not supported yet");
  }
  TW_ASSIGN_OR_RETURN(std::vector<ExprPtr> args, BindArgs(e.list));
  TW_ASSIGN_OR_RETURN(ExprPtr operand, Bind(*e.operand));
  args.insert(args.begin(), std::move(operand));
  return Call(e.negated ? "NOT IN" : "IN", std::move(args), e.span);
}

Result<ExprPtr> ExpressionBinder::BindCall(const ast::Call& e) {
  std::string upper = e.syntax == ast::CallSyntax::kFunction ? UpperCase(e.name) : e.name;
  if (e.over != nullptr) {
    return Status::NotSupported(e.span, upper + "(..) OVER is not supported yet");
  }
  if (e.syntax == ast::CallSyntax::kFunction) {
    if (IsWord(upper, {"GROUPING", "GROUPING_ID", "GROUP_ID"})) return BindGroupingFunction(e);
    for (std::string_view kind : {"TUMBLE_", "HOP_", "SESSION_"}) {
      if (upper.starts_with(kind) && upper != "SESSION_USER") return BindWindowProperty(e, upper);
    }
    if (IsGroupWindowCall(e)) {
      return Status::InvalidSql(e.span, fmt::format("the group window function {} can stand in "
                                                    "GROUP BY only",
                                                    upper));
    }
    if (upper == "DESCRIPTOR") {
      return Status::InvalidSql(e.span, "DESCRIPTOR can be an argument of table functions only");
    }
    if (expr::FindAggregateFunction(upper) != nullptr) return BindAggregate(e);
    if (upper == "CURRENT_DATABASE" && e.args.empty() && current_database_ != nullptr) {
      TW_ASSIGN_OR_RETURN(ExprPtr name,
                          expr::MakeCast(expr::MakeStringLiteral(*current_database_),
                                         Type::String().WithNullable(false), context_));
      return expr::FoldConstants(name, context_);
    }
    if (IsKnownButMissing(upper)) {
      return Status::NotSupported(e.name_span, upper + " is not supported yet");
    }
    if (!e.clauses.empty()) {
      return Status::NotSupported(e.span, upper + " with this clause is not supported yet");
    }
  }
  if (upper == "-" && e.args.size() == 1 && e.args[0]->kind == ast::ExprKind::kLiteral &&
      ast::As<ast::Literal>(*e.args[0]).text == "9223372036854775808") {
    return expr::MakeBigintLiteral(INT64_MIN);
  }
  if (e.star || e.distinct || e.filter != nullptr || !e.within_group.empty() || e.ignore_nulls) {
    if (expr::FindScalarFunction(upper) == nullptr) return UnknownFunction(e, {});
    return Status::InvalidSql(e.span, fmt::format("{} is no aggregate: DISTINCT, '*', FILTER and "
                                                  "WITHIN GROUP cannot stand here",
                                                  upper));
  }
  TW_ASSIGN_OR_RETURN(std::vector<ExprPtr> args, BindArgs(e.args));
  if ((upper == "+" || upper == "-") && args.size() == 2) {
    // A TIMESTAMP takes as many digits of a second as are written at the interval.
    for (size_t i = 0; i < 2; ++i) {
      const int fraction = WrittenFraction(*e.args[i]);
      const Type& type = args[1 - i]->type;
      if (type.root() != TypeRoot::kTimestamp || fraction <= type.precision()) continue;
      const Type wide = Type::Timestamp(fraction).WithNullable(type.nullable());
      TW_ASSIGN_OR_RETURN(args[1 - i], expr::MakeCast(args[1 - i], wide, context_));
    }
  }
  if (upper == "ITEM" && args[0]->type.root() == TypeRoot::kRow) {
    return Status::NotSupported(e.span, "access to a ROW by position; use its field's name");
  }
  if (upper == "OVERLAPS" && e.args.size() == 2) {
    // Periods are rows: (start, end) OVERLAPS (start, end).
    std::vector<ExprPtr> parts;
    for (const ExprPtr& row : args) {
      if (row->type.root() != TypeRoot::kRow || row->type.num_children() != 2) {
        return Status::InvalidSql(e.span,
                                  "OVERLAPS compares periods: (start, end) OVERLAPS "
                                  "(start, end)");
      }
      for (int i = 0; i < 2; ++i) {
        bool constructed = row->args.size() == 2 && row->kind == expr::ExprKind::kCall;
        parts.push_back(constructed ? row->args[static_cast<size_t>(i)]
                                    : expr::MakeFieldAccess(row, i));
      }
    }
    return Call("OVERLAPS", std::move(parts), e.span);
  }
  if (e.syntax == ast::CallSyntax::kFunction && expr::FindScalarFunction(upper) == nullptr) {
    return UnknownFunction(e, args);
  }
  // A rowtime moved by an interval is still a rowtime, as in Flink.
  data::TimeAttribute attribute = data::TimeAttribute::kNone;
  if ((upper == "+" || upper == "-") && args.size() == 2) {
    for (size_t i = 0; i < 2; ++i) {
      if (args[i]->type.time_attribute() == data::TimeAttribute::kRowtime &&
          args[1 - i]->type.is_interval()) {
        attribute = data::TimeAttribute::kRowtime;
      }
    }
  }
  TW_ASSIGN_OR_RETURN(ExprPtr result, Call(upper, std::move(args), e.span));
  if (attribute != data::TimeAttribute::kNone && result->type.is_timestamp()) {
    return WithType(result, result->type.WithTimeAttribute(attribute));
  }
  if (upper == "PROCTIME") {
    return WithType(result, result->type.WithTimeAttribute(data::TimeAttribute::kProctime));
  }
  return result;
}

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
