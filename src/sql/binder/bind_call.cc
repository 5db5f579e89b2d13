// Calls of functions and operators, but for aggregates.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/nearest_name.h"
#include "expr/registry.h"
#include "sql/binder/expression_binder.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

using data::Type;
using data::TypeRoot;
using expr::ExprPtr;

namespace {

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

}  // namespace

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

}  // namespace thalweg::sql
