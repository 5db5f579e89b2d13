#include "sql/binder/expression_binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest_name.h"
#include "sql/binder/literal.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

using data::Type;
using data::TypeRoot;
using expr::ExprPtr;

namespace {

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
        const auto same = [&](const ScopeColumn& c) { return c.name == table.columns[i].name; };
        if (std::count_if(table.columns.begin(), table.columns.end(), same) > 1) {
          return Status::InvalidSql(star.span,
                                    fmt::format("Column '{}' is ambiguous", table.columns[i].name));
        }
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

}  // namespace thalweg::sql
