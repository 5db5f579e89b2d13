#include "sql/parser/ast/printer.h"

namespace thalweg::sql::ast {
namespace {

std::string Join(const std::vector<ExprPtr>& list) {
  std::string out;
  for (const ExprPtr& e : list) out += (out.empty() ? "" : ", ") + ToString(*e);
  return out;
}

std::string Path(const std::vector<Identifier>& parts) {
  std::string out;
  for (const Identifier& part : parts) out += (out.empty() ? "" : ".") + part.name;
  return out;
}

std::string LiteralText(const Literal& l) {
  switch (l.literal) {
    case LiteralKind::kNull:
      return "NULL";
    case LiteralKind::kTrue:
      return "TRUE";
    case LiteralKind::kFalse:
      return "FALSE";
    case LiteralKind::kUnknown:
      return "UNKNOWN";
    case LiteralKind::kString:
      return "'" + l.text + "'";
    case LiteralKind::kBinary:
      return "X'..'";
    case LiteralKind::kDate:
      return "DATE '" + l.text + "'";
    case LiteralKind::kTime:
      return "TIME '" + l.text + "'";
    case LiteralKind::kTimestamp:
      return "TIMESTAMP '" + l.text + "'";
    case LiteralKind::kInterval:
      return std::string("INTERVAL ") + (l.negative ? "-" : "") + "'" + l.text + "' " + l.qualifier;
    case LiteralKind::kDefault:
      return "DEFAULT";
    default:
      return l.text;
  }
}

}  // namespace

std::string ToString(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return LiteralText(As<Literal>(expr));
    case ExprKind::kColumn:
      return Path(As<ColumnRef>(expr).parts);
    case ExprKind::kStar: {
      const auto& star = As<Star>(expr);
      if (star.base != nullptr) return ToString(*star.base) + ".*";
      return star.qualifier.empty() ? "*" : Path(star.qualifier) + ".*";
    }
    case ExprKind::kCall: {
      const auto& call = As<Call>(expr);
      std::string out = call.name + "(" + (call.distinct ? "DISTINCT " : "") +
                        (call.star ? "*" : Join(call.args)) + ")";
      if (call.filter != nullptr) out += " FILTER(" + ToString(*call.filter) + ")";
      if (call.over != nullptr) out += " OVER";
      return out;
    }
    case ExprKind::kCase: {
      const auto& c = As<Case>(expr);
      std::string out = "CASE(";
      if (c.operand != nullptr) out += ToString(*c.operand) + ", ";
      for (const auto& [when, then] : c.branches) {
        out += ToString(*when) + ", " + ToString(*then) + ", ";
      }
      return out + (c.otherwise != nullptr ? ToString(*c.otherwise) : "NULL") + ")";
    }
    case ExprKind::kCast: {
      const auto& c = As<Cast>(expr);
      return std::string(c.is_try ? "TRY_CAST(" : "CAST(") + ToString(*c.operand) + " AS " +
             c.type.ToString() + ")";
    }
    case ExprKind::kIn: {
      const auto& in = As<In>(expr);
      return std::string(in.negated ? "NOT IN(" : "IN(") + ToString(*in.operand) + ", " +
             (in.query != nullptr ? "(query)" : Join(in.list)) + ")";
    }
    case ExprKind::kSubquery:
      return As<Subquery>(expr).exists ? "EXISTS(query)" : "(query)";
    case ExprKind::kFieldAccess: {
      const auto& access = As<FieldAccess>(expr);
      return ToString(*access.base) + "." + access.field.name;
    }
    case ExprKind::kNamedArgument: {
      const auto& argument = As<NamedArgument>(expr);
      return argument.name.name + " => " + ToString(*argument.value);
    }
    case ExprKind::kTableArgument: {
      const auto& argument = As<TableArgument>(expr);
      return argument.query != nullptr ? "TABLE (query)" : "TABLE " + argument.table.ToString();
    }
  }
  return "";
}

}  // namespace thalweg::sql::ast
