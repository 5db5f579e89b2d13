// Group window functions (GROUP BY TUMBLE(..)) and what tells aggregates from scalars.
#include <fmt/format.h>

#include "expr/registry.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/literal.h"

namespace thalweg::sql {
namespace {

bool AnyContains(const std::vector<ast::ExprPtr>& list) {
  for (const ast::ExprPtr& e : list) {
    if (ContainsAggregate(*e)) return true;
  }
  return false;
}

}  // namespace

bool ContainsAggregate(const ast::Expr& e) {
  switch (e.kind) {
    case ast::ExprKind::kCall: {
      const auto& call = ast::As<ast::Call>(e);
      if (call.over != nullptr) return false;
      if (call.syntax == ast::CallSyntax::kFunction) {
        std::string upper = UpperCase(call.name);
        if (expr::FindAggregateFunction(upper) != nullptr || upper == "GROUPING" ||
            upper == "GROUPING_ID" || upper == "GROUP_ID") {
          return true;
        }
      }
      return AnyContains(call.args);
    }
    case ast::ExprKind::kCase: {
      const auto& c = ast::As<ast::Case>(e);
      if (c.operand != nullptr && ContainsAggregate(*c.operand)) return true;
      if (c.otherwise != nullptr && ContainsAggregate(*c.otherwise)) return true;
      for (const auto& [when, then] : c.branches) {
        if (ContainsAggregate(*when) || ContainsAggregate(*then)) return true;
      }
      return false;
    }
    case ast::ExprKind::kCast:
      return ContainsAggregate(*ast::As<ast::Cast>(e).operand);
    case ast::ExprKind::kIn: {
      const auto& in = ast::As<ast::In>(e);
      return ContainsAggregate(*in.operand) || AnyContains(in.list);
    }
    case ast::ExprKind::kFieldAccess:
      return ContainsAggregate(*ast::As<ast::FieldAccess>(e).base);
    default:
      return false;
  }
}

bool IsGroupWindowCall(const ast::Expr& e) {
  if (e.kind != ast::ExprKind::kCall) return false;
  const auto& call = ast::As<ast::Call>(e);
  if (call.syntax != ast::CallSyntax::kFunction) return false;
  std::string upper = UpperCase(call.name);
  return upper == "TUMBLE" || upper == "HOP" || upper == "SESSION";
}

Result<int64_t> ConstantIntervalMs(const ast::Expr& e, std::string_view what, bool positive) {
  const ast::Expr* inner = &e;
  bool negative = false;
  if (e.kind == ast::ExprKind::kCall) {
    const auto& call = ast::As<ast::Call>(e);
    if (call.name == "-" && call.args.size() == 1) {
      negative = true;
      inner = call.args[0].get();
    }
  }
  bool interval = inner->kind == ast::ExprKind::kLiteral &&
                  ast::As<ast::Literal>(*inner).literal == ast::LiteralKind::kInterval;
  if (!interval) {
    return Status::InvalidSql(e.span, fmt::format("{} must be an interval literal such as INTERVAL "
                                                  "'1' MINUTE",
                                                  what));
  }
  const auto& literal = ast::As<ast::Literal>(*inner);
  if (literal.interval_type.root() != data::TypeRoot::kIntervalDayTime) {
    return Status::InvalidSql(e.span, fmt::format("{} must be of days or smaller units: months and "
                                                  "years differ in length",
                                                  what));
  }
  TW_ASSIGN_OR_RETURN(int64_t ms, IntervalValue(literal));
  if (negative) ms = -ms;
  if (positive && ms <= 0) {
    return Status::InvalidSql(e.span, fmt::format("{} must be positive", what));
  }
  return ms;
}

Result<GroupWindow> BindGroupWindow(const ast::Call& e, std::string_view kind,
                                    ExpressionBinder* binder) {
  GroupWindow window;
  size_t intervals = kind == "HOP" ? 2 : 1;
  if (e.args.size() < 1 + intervals || e.args.size() > 2 + intervals ||
      (kind == "SESSION" && e.args.size() > 2)) {
    return Status::InvalidSql(
        e.span, fmt::format("{} in GROUP BY takes a time attribute and {}", kind,
                            kind == "HOP" ? "two intervals: slide and size" : "one interval"));
  }
  TW_ASSIGN_OR_RETURN(window.time, binder->Bind(*e.args[0]));
  data::TimeAttribute attribute = window.time->type.time_attribute();
  bool batch_time = !binder->streaming() && window.time->type.is_timestamp();
  if (attribute == data::TimeAttribute::kNone && !batch_time) {
    return Status::InvalidSql(
        e.args[0]->span,
        fmt::format("Window can only be defined over a time attribute column, and this is {}; "
                    "declare it with WATERMARK FOR, or use PROCTIME()",
                    window.time->type.ToSummary()));
  }
  window.spec.event_time = attribute != data::TimeAttribute::kProctime;
  window.spec.ltz = window.time->type.root() == data::TypeRoot::kTimestampLtz;
  if (kind == "SESSION") {
    window.spec.kind = graph::WindowKind::kSession;
    TW_ASSIGN_OR_RETURN(window.spec.gap_ms, ConstantIntervalMs(*e.args[1], "the gap", true));
    return window;
  }
  if (kind == "HOP") {
    window.spec.kind = graph::WindowKind::kHop;
    TW_ASSIGN_OR_RETURN(window.spec.slide_ms, ConstantIntervalMs(*e.args[1], "the slide", true));
  }
  TW_ASSIGN_OR_RETURN(window.spec.size_ms,
                      ConstantIntervalMs(*e.args[intervals], "the size", true));
  if (e.args.size() > 1 + intervals) {
    TW_ASSIGN_OR_RETURN(window.spec.offset_ms,
                        ConstantIntervalMs(*e.args[1 + intervals], "the offset", false));
  }
  return window;
}

}  // namespace thalweg::sql
