#include "sql/parser/ast/unparser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "sql/parser/ast/printer.h"

namespace thalweg::sql::ast {
namespace {

constexpr int kAtom = 100;

bool IsOperator(const Expr& e, std::string_view name) {
  if (e.kind != ExprKind::kCall) return false;
  const auto& call = As<Call>(e);
  return call.syntax == CallSyntax::kOperator && call.name == name;
}

bool IsLike(const std::string& name) {
  return name == "LIKE" || name == "SIMILAR TO" || name.starts_with("BETWEEN");
}

/// NOT around LIKE and its kin is written inside: a NOT LIKE b.
bool IsNegatedLike(const Expr& e) {
  if (!IsOperator(e, "NOT")) return false;
  const Expr& inner = *As<Call>(e).args[0];
  return inner.kind == ExprKind::kCall && As<Call>(inner).syntax == CallSyntax::kOperator &&
         IsLike(As<Call>(inner).name);
}

int Precedence(const Expr& e) {
  if (e.kind != ExprKind::kCall) return e.kind == ExprKind::kIn ? 32 : kAtom;
  const auto& call = As<Call>(e);
  if (call.syntax != CallSyntax::kOperator || call.name == "ITEM") return kAtom;
  const std::string& n = call.name;
  if (n == "OR") return 22;
  if (n == "AND") return 24;
  if (n == "NOT") return IsNegatedLike(e) ? 32 : 26;
  if (n.starts_with("IS ") && call.args.size() == 1) return 28;
  if (IsLike(n)) return 32;
  if (n == "+" || n == "-") return call.args.size() == 1 ? 80 : 40;
  if (n == "*" || n == "/" || n == "%" || n == "||") return 60;
  return 30;
}

/// A string; one beyond ASCII by its UTF-16 units.
std::string Text(std::string_view value) {
  const bool ascii = std::all_of(value.begin(), value.end(),
                                 [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  std::string out = ascii ? "'" : "u&'";
  for (size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<uint8_t>(value[i]);
    if (c < 0x80) {
      if (c == '\'' || (c == '\\' && !ascii)) out += static_cast<char>(c);
      out += static_cast<char>(c);
      continue;
    }
    const int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    uint32_t unit = c & (0x3Fu >> more);
    for (int k = 0; k < more && i + 1 < value.size(); ++k) {
      unit = unit << 6 | (static_cast<uint8_t>(value[++i]) & 0x3F);
    }
    if (unit >= 0x10000) {
      unit -= 0x10000;
      out += fmt::format("\\{:04x}", 0xD800 + (unit >> 10));
      unit = 0xDC00 + (unit & 0x3FF);
    }
    out += fmt::format("\\{:04x}", unit);
  }
  return out + "'";
}

std::string LiteralText(const Literal& literal) {
  std::string out;
  switch (literal.literal) {
    case LiteralKind::kString:
      return Text(literal.text);
    case LiteralKind::kBinary:
      for (const char c : literal.text) out += fmt::format("{:02X}", static_cast<uint8_t>(c));
      return "X'" + out + "'";
    case LiteralKind::kApproximate:
      for (const char c : literal.text) out += c == 'e' ? 'E' : c;
      return out;
    default:
      return ToString(literal);
  }
}

std::string TypeText(const data::Type& type) {
  const bool longest = type.length() == data::Type::String().length();
  if (longest && type.root() == data::TypeRoot::kVarchar) return "STRING";
  if (longest && type.root() == data::TypeRoot::kVarbinary) return "BYTES";
  if (type.root() == data::TypeRoot::kInt) return type.nullable() ? "INTEGER" : "INTEGER NOT NULL";
  return type.ToString();
}

class Writer {
 public:
  explicit Writer(NameWriter* names) : names_(names) {}

  std::string Write(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kLiteral:
        return LiteralText(As<Literal>(expr));
      case ExprKind::kColumn:
        return names_ != nullptr ? names_->Column(As<ColumnRef>(expr))
                                 : Backticked(As<ColumnRef>(expr).parts);
      case ExprKind::kCall:
        return WriteCall(As<Call>(expr));
      case ExprKind::kCase:
        return WriteCase(As<Case>(expr));
      case ExprKind::kCast: {
        const auto& c = As<Cast>(expr);
        return std::string(c.is_try ? "TRY_CAST(" : "CAST(") + Write(*c.operand) + " AS " +
               TypeText(c.type) + ")";
      }
      case ExprKind::kIn: {
        const auto& in = As<In>(expr);
        if (in.query != nullptr) return Cannot(expr);
        return Operand(*in.operand, 32) + (in.negated ? " NOT IN (" : " IN (") + List(in.list) +
               ")";
      }
      case ExprKind::kFieldAccess: {
        const auto& access = As<FieldAccess>(expr);
        return Operand(*access.base, kAtom) + "." + Backticked(access.field.name);
      }
      case ExprKind::kNamedArgument: {
        const auto& argument = As<NamedArgument>(expr);
        return Backticked(argument.name.name) + " => " + Write(*argument.value);
      }
      default:
        return Cannot(expr);
    }
  }

 private:
  std::string Cannot(const Expr& expr) {
    if (names_ != nullptr) names_->CannotWrite();
    return ToString(expr);
  }

  std::string Operand(const Expr& e, int above) {
    std::string text = Write(e);
    return Precedence(e) < above ? "(" + text + ")" : text;
  }

  std::string List(const std::vector<ExprPtr>& list) {
    std::string out;
    for (const ExprPtr& e : list) out += (out.empty() ? "" : ", ") + Write(*e);
    return out;
  }

  std::string WriteCase(const Case& c) {
    std::string out = "CASE";
    for (const auto& [when, then] : c.branches) {
      out += " WHEN ";
      if (c.operand != nullptr) {
        out += Operand(*c.operand, 30) + " = " + Operand(*when, 31);
      } else {
        out += Write(*when);
      }
      out += " THEN " + Write(*then);
    }
    return out + " ELSE " + (c.otherwise != nullptr ? Write(*c.otherwise) : "NULL") + " END";
  }

  std::string WriteOperator(const Call& call, bool negated = false) {
    const int mine = Precedence(call);
    const std::string& n = call.name;
    if (n == "ITEM") return Operand(*call.args[0], kAtom) + "[" + Write(*call.args[1]) + "]";
    if (IsNegatedLike(call)) return WriteOperator(As<Call>(*call.args[0]), true);
    if (call.args.size() == 1) {
      if (n == "NOT" || n == "-" || n == "+") return n + " " + Operand(*call.args[0], mine);
      return Operand(*call.args[0], mine) + " " + n;
    }
    const std::string word = (negated ? "NOT " : "") + (n == "BETWEEN" ? "BETWEEN ASYMMETRIC" : n);
    std::string out = Operand(*call.args[0], mine);
    for (size_t i = 1; i < call.args.size(); ++i) {
      const bool second = i == 2 && IsLike(n);
      out += " " +
             (!second                    ? word
              : n.starts_with("BETWEEN") ? "AND"
                                         : "ESCAPE") +
             " " + Operand(*call.args[i], mine + 1);
    }
    return out;
  }

  std::string WriteCall(const Call& call) {
    if (call.syntax == CallSyntax::kOperator) return WriteOperator(call);
    if (call.syntax == CallSyntax::kConstructor && call.name != "ROW") {
      return call.name + "[" + List(call.args) + "]";
    }
    if (call.over != nullptr || !call.within_group.empty() || call.ignore_nulls ||
        !call.clauses.empty()) {
      return Cannot(call);
    }
    std::string name = call.name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    std::string out = name + "(" + (call.distinct ? "DISTINCT " : "") +
                      (call.star ? "*" : Arguments(name, call.args)) + ")";
    static constexpr std::string_view kWithoutParentheses[] = {
        "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"};
    if (call.args.empty() &&
        std::find(std::begin(kWithoutParentheses), std::end(kWithoutParentheses), name) !=
            std::end(kWithoutParentheses)) {
      out = name;
    }
    if (call.filter != nullptr) out += " FILTER (WHERE " + Write(*call.filter) + ")";
    return out;
  }

  /// Some functions have words between their arguments.
  std::string Arguments(const std::string& name, const std::vector<ExprPtr>& args) {
    struct Form {
      std::string_view name;
      size_t count;
      std::array<std::string_view, 3> words;
    };
    static constexpr Form kForms[] = {{"EXTRACT", 2, {" FROM "}},
                                      {"FLOOR", 2, {" TO "}},
                                      {"CEIL", 2, {" TO "}},
                                      {"POSITION", 2, {" IN "}},
                                      {"TRIM", 3, {" ", " FROM "}},
                                      {"OVERLAY", 3, {" PLACING ", " FROM "}},
                                      {"OVERLAY", 4, {" PLACING ", " FROM ", " FOR "}}};
    for (const Form& form : kForms) {
      if (form.name != name || form.count != args.size()) continue;
      std::string out = Write(*args[0]);
      for (size_t i = 1; i < args.size(); ++i) out.append(form.words[i - 1]) += Write(*args[i]);
      return out;
    }
    return List(args);
  }

  NameWriter* names_;
};

}  // namespace

std::string Backticked(std::string_view name) {
  std::string out = "`";
  for (char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

std::string Backticked(const std::vector<Identifier>& parts) {
  std::string out;
  for (const Identifier& part : parts) out += (out.empty() ? "" : ".") + Backticked(part.name);
  return out;
}

std::string ToSql(const Expr& expr, NameWriter* names) { return Writer(names).Write(expr); }

}  // namespace thalweg::sql::ast
