#include "sql/parser/ast/unparser.h"

#include "sql/parser/ast/printer.h"

namespace thalweg::sql::ast {
namespace {

int Precedence(const Expr& e) {
  if (e.kind != ExprKind::kCall) return e.kind == ExprKind::kIn ? 32 : 100;
  const auto& call = As<Call>(e);
  if (call.syntax != CallSyntax::kOperator || call.name == "ITEM") return 100;
  const std::string& n = call.name;
  if (n == "OR") return 22;
  if (n == "AND") return 24;
  if (n == "NOT") return 26;
  if (n.compare(0, 3, "IS ") == 0 && call.args.size() == 1) return 28;
  if (n == "LIKE" || n == "SIMILAR TO" || n.compare(0, 7, "BETWEEN") == 0) return 32;
  if (n == "+" || n == "-") return call.args.size() == 1 ? 80 : 40;
  if (n == "*" || n == "/" || n == "%" || n == "||") return 60;
  return 30;
}

std::string Operand(const Expr& e, int above) {
  std::string text = ToSql(e);
  return Precedence(e) < above ? "(" + text + ")" : text;
}

std::string Quoted(const std::vector<Identifier>& parts) {
  std::string out;
  for (const Identifier& part : parts) out += (out.empty() ? "" : ".") + Backticked(part.name);
  return out;
}

std::string List(const std::vector<ExprPtr>& list) {
  std::string out;
  for (const ExprPtr& e : list) out += (out.empty() ? "" : ", ") + ToSql(*e);
  return out;
}

std::string Operator(const Call& call) {
  int mine = Precedence(call);
  const std::string& n = call.name;
  if (n == "ITEM") return Operand(*call.args[0], 100) + "[" + ToSql(*call.args[1]) + "]";
  if (call.args.size() == 1) {
    if (n == "NOT" || n == "-") {
      return (n == "-" ? "-" : "NOT ") + Operand(*call.args[0], mine);
    }
    return Operand(*call.args[0], mine) + " " + n;
  }
  if (n.compare(0, 7, "BETWEEN") == 0) {
    std::string word = n == "BETWEEN" ? "BETWEEN ASYMMETRIC" : n;
    return Operand(*call.args[0], mine + 1) + " " + word + " " + Operand(*call.args[1], mine + 1) +
           " AND " + Operand(*call.args[2], mine + 1);
  }
  std::string out = Operand(*call.args[0], mine);
  for (size_t i = 1; i < call.args.size(); ++i) {
    bool escape = i == 2 && (n == "LIKE" || n == "SIMILAR TO");
    out += " " + (escape ? "ESCAPE" : n) + " " + Operand(*call.args[i], mine + 1);
  }
  return out;
}

std::string Text(const std::string& value) {
  std::string out = "'";
  for (char c : value) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string TypeText(const data::Type& type) {
  const bool longest = type.length() == data::Type::String().length();
  if (longest && type.root() == data::TypeRoot::kVarchar) return "STRING";
  if (longest && type.root() == data::TypeRoot::kVarbinary) return "BYTES";
  return type.ToString();
}

}  // namespace

std::string Backticked(std::string_view name) {
  std::string out = "`";
  for (char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

std::string ToSql(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral: {
      const auto& literal = As<Literal>(expr);
      return literal.literal == LiteralKind::kString ? Text(literal.text) : ToString(expr);
    }
    case ExprKind::kColumn:
      return Quoted(As<ColumnRef>(expr).parts);
    case ExprKind::kCall: {
      const auto& call = As<Call>(expr);
      if (call.syntax == CallSyntax::kOperator) return Operator(call);
      if (call.syntax == CallSyntax::kConstructor && call.name != "ROW") {
        return call.name + "[" + List(call.args) + "]";
      }
      if (call.name == "EXTRACT" && call.args.size() == 2) {
        return "EXTRACT(" + ToSql(*call.args[0]) + " FROM " + ToSql(*call.args[1]) + ")";
      }
      return call.name + "(" + (call.distinct ? "DISTINCT " : "") +
             (call.star ? "*" : List(call.args)) + ")";
    }
    case ExprKind::kCase: {
      const auto& c = As<Case>(expr);
      std::string out = "CASE";
      if (c.operand != nullptr) out += " " + ToSql(*c.operand);
      for (const auto& [when, then] : c.branches) {
        out += " WHEN " + ToSql(*when) + " THEN " + ToSql(*then);
      }
      return out + " ELSE " + (c.otherwise != nullptr ? ToSql(*c.otherwise) : "NULL") + " END";
    }
    case ExprKind::kCast: {
      const auto& c = As<Cast>(expr);
      return std::string(c.is_try ? "TRY_CAST(" : "CAST(") + ToSql(*c.operand) + " AS " +
             TypeText(c.type) + ")";
    }
    case ExprKind::kIn: {
      const auto& in = As<In>(expr);
      return Operand(*in.operand, 32) + (in.negated ? " NOT IN (" : " IN (") + List(in.list) + ")";
    }
    case ExprKind::kFieldAccess: {
      const auto& access = As<FieldAccess>(expr);
      return Operand(*access.base, 100) + "." + Backticked(access.field.name);
    }
    default:
      return ToString(expr);
  }
}

}  // namespace thalweg::sql::ast
