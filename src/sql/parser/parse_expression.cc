// Operators, predicates, names and access to parts of values.
//
// Precedence, from loose to tight, is Calcite's: OR 22, AND 24, NOT 26, IS 28, comparison 30,
// LIKE/IN/BETWEEN 32, + - 40, * / % || 60, unary 80.
#include <algorithm>

#include "sql/lexer/keywords.h"
#include "sql/parser/parser.h"

namespace thalweg::sql {
namespace {

constexpr int kOr = 22;
constexpr int kAnd = 24;
constexpr int kNot = 26;
constexpr int kIs = 28;
constexpr int kComparison = 30;
constexpr int kPredicate = 32;
constexpr int kAdditive = 40;
constexpr int kMultiplicative = 60;

int SymbolPrecedence(std::string_view symbol) {
  if (symbol == "=" || symbol == "<>" || symbol == "!=" || symbol == "<" || symbol == "<=" ||
      symbol == ">" || symbol == ">=") {
    return kComparison;
  }
  if (symbol == "+" || symbol == "-") return kAdditive;
  if (symbol == "*" || symbol == "/" || symbol == "%" || symbol == "||") return kMultiplicative;
  return 0;
}

uint32_t HeightOf(const ast::ExprPtr& e) { return e == nullptr ? 0 : e->height; }

}  // namespace

std::shared_ptr<ast::Call> Parser::NewOperator(std::string name, std::vector<ast::ExprPtr> args) {
  auto call = std::make_shared<ast::Call>();
  call->syntax = ast::CallSyntax::kOperator;
  call->name = std::move(name);
  call->args = std::move(args);
  call->span = SpanFrom(call->args.empty() ? 0 : call->args[0]->span.begin);
  call->name_span = call->span;
  return call;
}

Result<ast::ExprPtr> Parser::Finish(std::shared_ptr<ast::Call> call) {
  uint32_t height = HeightOf(call->filter);
  for (const ast::ExprPtr& arg : call->args) height = std::max(height, HeightOf(arg));
  call->height = height + 1;
  TW_RETURN_IF_ERROR(CheckHeight(call->height, call->span));
  return ast::ExprPtr(std::move(call));
}

ast::ExprPtr Parser::Symbol(std::string text, SqlSpan span) {
  auto literal = std::make_shared<ast::Literal>();
  literal->literal = ast::LiteralKind::kSymbol;
  literal->text = std::move(text);
  literal->span = span;
  return literal;
}

Result<ast::ExprPtr> Parser::ParseExpr() { return ParseBinary(0); }

Result<ast::ExprPtr> Parser::ParseBinary(int min_precedence) {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  TW_ASSIGN_OR_RETURN(ast::ExprPtr left, ParseUnary());
  while (true) {
    if (Peek().kind == TokenKind::kSymbol) {
      int precedence = SymbolPrecedence(Peek().text);
      if (precedence == 0 || precedence <= min_precedence) return left;
      std::string op = Take().text;
      if (op == "!=") {
        return Status::InvalidSql(tokens_[position_ - 1].span,
                                  "'!=' is not part of Flink SQL; write '<>'");
      }
      if (precedence == kComparison && AtSymbol("(", 1) &&
          (AtWord("ANY") || AtWord("SOME") || AtWord("ALL"))) {
        TW_ASSIGN_OR_RETURN(left, ParseQuantified(std::move(left), std::move(op)));
        continue;
      }
      TW_ASSIGN_OR_RETURN(ast::ExprPtr right, ParseBinary(precedence));
      TW_ASSIGN_OR_RETURN(left, Finish(NewOperator(std::move(op), {left, right})));
      continue;
    }
    if (Peek().kind != TokenKind::kWord) return left;
    if (min_precedence < kOr && AtWord("OR")) {
      std::vector<ast::ExprPtr> terms = {left};
      while (TakeWord("OR")) {
        TW_ASSIGN_OR_RETURN(ast::ExprPtr term, ParseBinary(kOr));
        terms.push_back(std::move(term));
      }
      TW_ASSIGN_OR_RETURN(left, Finish(NewOperator("OR", std::move(terms))));
      continue;
    }
    if (min_precedence < kAnd && AtWord("AND")) {
      std::vector<ast::ExprPtr> terms = {left};
      while (TakeWord("AND")) {
        TW_ASSIGN_OR_RETURN(ast::ExprPtr term, ParseBinary(kAnd));
        terms.push_back(std::move(term));
      }
      TW_ASSIGN_OR_RETURN(left, Finish(NewOperator("AND", std::move(terms))));
      continue;
    }
    if (min_precedence < kIs && AtWord("IS")) {
      TW_ASSIGN_OR_RETURN(left, ParseIsSuffix(std::move(left)));
      continue;
    }
    if (min_precedence < kComparison && AtWord("OVERLAPS")) {
      Take();
      TW_ASSIGN_OR_RETURN(ast::ExprPtr right, ParseBinary(kComparison));
      TW_ASSIGN_OR_RETURN(left, Finish(NewOperator("OVERLAPS", {left, right})));
      continue;
    }
    if (min_precedence < kPredicate) {
      size_t skip = AtWord("NOT") ? 1 : 0;
      bool predicate = AtWord("LIKE", skip) || AtWord("IN", skip) || AtWord("BETWEEN", skip) ||
                       AtWord("SIMILAR", skip) || AtWord("ILIKE", skip) || AtWord("RLIKE", skip);
      if (predicate) {
        if (skip == 1) Take();
        TW_ASSIGN_OR_RETURN(left, ParsePredicateSuffix(std::move(left), skip == 1));
        continue;
      }
    }
    return left;
  }
}

Result<ast::ExprPtr> Parser::ParsePredicateSuffix(ast::ExprPtr left, bool negated) {
  if (AtWord("IN")) return ParseInSuffix(std::move(left), negated);
  if (AtWord("ILIKE") || AtWord("RLIKE")) {
    return Status::NotSupported(Peek().span, Peek().upper + " is not part of Flink SQL; use LIKE " +
                                                 "with LOWER(..), or REGEXP(..)");
  }
  std::string op;
  std::vector<ast::ExprPtr> args = {left};
  if (TakeWord("BETWEEN")) {
    op = TakeWord("SYMMETRIC") ? "BETWEEN SYMMETRIC" : "BETWEEN";
    if (op == "BETWEEN") TakeWord("ASYMMETRIC");
    TW_ASSIGN_OR_RETURN(ast::ExprPtr low, ParseBinary(kPredicate));
    TW_RETURN_IF_ERROR(ExpectWord("AND"));
    TW_ASSIGN_OR_RETURN(ast::ExprPtr high, ParseBinary(kPredicate));
    args.push_back(std::move(low));
    args.push_back(std::move(high));
  } else {
    op = TakeWord("SIMILAR") ? "SIMILAR TO" : "LIKE";
    TW_RETURN_IF_ERROR(ExpectWord(op == "LIKE" ? "LIKE" : "TO"));
    TW_ASSIGN_OR_RETURN(ast::ExprPtr pattern, ParseBinary(kPredicate));
    args.push_back(std::move(pattern));
    if (TakeWord("ESCAPE")) {
      TW_ASSIGN_OR_RETURN(ast::ExprPtr escape, ParseBinary(kPredicate));
      args.push_back(std::move(escape));
    }
  }
  TW_ASSIGN_OR_RETURN(ast::ExprPtr result, Finish(NewOperator(std::move(op), std::move(args))));
  if (!negated) return result;
  return Finish(NewOperator("NOT", {result}));
}

// left op ANY|SOME|ALL (a, b): left op a OR left op b, or AND for ALL.
Result<ast::ExprPtr> Parser::ParseQuantified(ast::ExprPtr left, std::string op) {
  const Token quantifier = Take();
  if (QueryAhead(1)) {
    return Status::NotSupported(
        quantifier.span, op + " " + quantifier.upper + " (query), a join, is not supported yet");
  }
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  std::vector<ast::ExprPtr> list;
  TW_RETURN_IF_ERROR(ParseExprList(&list));
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  for (ast::ExprPtr& e : list) {
    TW_ASSIGN_OR_RETURN(e, Finish(NewOperator(op, {left, e})));
  }
  if (list.size() == 1) return list[0];
  return Finish(NewOperator(quantifier.upper == "ALL" ? "AND" : "OR", std::move(list)));
}

Result<ast::ExprPtr> Parser::ParseInSuffix(ast::ExprPtr left, bool negated) {
  TW_RETURN_IF_ERROR(ExpectWord("IN"));
  auto in = std::make_shared<ast::In>();
  in->operand = left;
  in->negated = negated;
  uint32_t height = left->height;
  if (!AtSymbol("(")) return Unexpected("'(' with a list of values or a query");
  if (QueryAhead(1)) {
    Take();
    TW_ASSIGN_OR_RETURN(in->query, ParseQuery());
  } else {
    Take();
    TW_RETURN_IF_ERROR(ParseExprList(&in->list));
    for (const ast::ExprPtr& e : in->list) height = std::max(height, e->height);
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  in->span = SpanFrom(left->span.begin);
  in->height = height + 1;
  TW_RETURN_IF_ERROR(CheckHeight(in->height, in->span));
  return ast::ExprPtr(std::move(in));
}

Result<ast::ExprPtr> Parser::ParseIsSuffix(ast::ExprPtr left) {
  TW_RETURN_IF_ERROR(ExpectWord("IS"));
  bool negated = TakeWord("NOT");
  std::string prefix = negated ? "IS NOT " : "IS ";
  for (std::string_view word : {"NULL", "TRUE", "FALSE", "UNKNOWN"}) {
    if (TakeWord(word)) return Finish(NewOperator(prefix + std::string(word), {left}));
  }
  if (TakeWord("DISTINCT")) {
    TW_RETURN_IF_ERROR(ExpectWord("FROM"));
    TW_ASSIGN_OR_RETURN(ast::ExprPtr right, ParseBinary(kComparison));
    return Finish(NewOperator(prefix + "DISTINCT FROM", {left, right}));
  }
  if (TakeWord("JSON")) {
    std::string name = prefix + "JSON";
    for (std::string_view word : {"VALUE", "OBJECT", "ARRAY", "SCALAR"}) {
      if (TakeWord(word)) return Finish(NewOperator(name + " " + std::string(word), {left}));
    }
    return Finish(NewOperator(std::move(name), {left}));
  }
  return Unexpected("NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM or JSON after " +
                    prefix.substr(0, prefix.size() - 1));
}

Result<ast::ExprPtr> Parser::ParseUnary() {
  uint32_t begin = Peek().span.begin;
  if (TakeWord("NOT")) {
    TW_ASSIGN_OR_RETURN(ast::ExprPtr operand, ParseBinary(kNot));
    auto call = NewOperator("NOT", {operand});
    call->span.begin = begin;
    return Finish(std::move(call));
  }
  if (AtSymbol("-") || AtSymbol("+")) {
    DepthGuard guard(this);
    TW_RETURN_IF_ERROR(CheckDepth());
    bool minus = Take().text == "-";
    TW_ASSIGN_OR_RETURN(ast::ExprPtr operand, ParseUnary());
    if (!minus) return operand;
    auto call = NewOperator("-", {operand});
    call->span.begin = begin;
    return Finish(std::move(call));
  }
  TW_ASSIGN_OR_RETURN(ast::ExprPtr primary, ParsePrimary());
  return ParsePostfix(std::move(primary));
}

Result<ast::ExprPtr> Parser::ParsePostfix(ast::ExprPtr base) {
  while (true) {
    if (TakeSymbol("[")) {
      TW_ASSIGN_OR_RETURN(ast::ExprPtr index, ParseExpr());
      TW_RETURN_IF_ERROR(ExpectSymbol("]"));
      TW_ASSIGN_OR_RETURN(base, Finish(NewOperator("ITEM", {base, index})));
    } else if (AtSymbol(".") && AtSymbol("*", 1)) {
      position_ += 2;
      auto star = std::make_shared<ast::Star>();
      star->base = base;
      star->height = base->height + 1;
      star->span = SpanFrom(base->span.begin);
      return ast::ExprPtr(std::move(star));
    } else if (TakeSymbol(".")) {
      auto access = std::make_shared<ast::FieldAccess>();
      TW_ASSIGN_OR_RETURN(access->field, ParseIdentifier("a field name"));
      access->base = base;
      access->height = base->height + 1;
      access->span = SpanFrom(base->span.begin);
      TW_RETURN_IF_ERROR(CheckHeight(access->height, access->span));
      base = std::move(access);
    } else {
      return base;
    }
  }
}

Result<ast::ExprPtr> Parser::ParsePrimary() {
  const Token& token = Peek();
  if (token.kind == TokenKind::kSymbol) {
    if (token.text == "(") {
      TW_ASSIGN_OR_RETURN(ast::ExprPtr inner, ParseParenthesized());
      return ParseDifferenceUnit(std::move(inner));
    }
    if (token.text == "*") {
      auto star = std::make_shared<ast::Star>();
      star->span = Take().span;
      return ast::ExprPtr(std::move(star));
    }
    return Unexpected("an expression");
  }
  if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedIdentifier) {
    TW_ASSIGN_OR_RETURN(ast::ExprPtr literal, ParseLiteralOrNull());
    if (literal != nullptr) return literal;
    return Unexpected("an expression");
  }
  if (token.kind == TokenKind::kWord) {
    TW_ASSIGN_OR_RETURN(ast::ExprPtr literal, ParseLiteralOrNull());
    if (literal != nullptr) return literal;
    TW_ASSIGN_OR_RETURN(ast::ExprPtr special, ParseSpecialCall());
    if (special != nullptr) return special;
  }
  return ParseNameExpression();
}

Result<ast::ExprPtr> Parser::ParseDifferenceUnit(ast::ExprPtr difference) {
  const auto* minus = dynamic_cast<const ast::Call*>(difference.get());
  if (minus == nullptr || minus->syntax != ast::CallSyntax::kOperator || minus->name != "-" ||
      minus->args.size() != 2 || Peek().kind != TokenKind::kWord) {
    return difference;
  }
  bool unit = false;
  for (std::string_view word : {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}) {
    unit |= Peek().upper == word;
  }
  if (!unit) return difference;
  const SqlSpan begin = Peek().span;
  std::string qualifier;
  data::Type type;
  TW_RETURN_IF_ERROR(ParseIntervalQualifier(&qualifier, &type));
  auto call = std::make_shared<ast::Call>();
  call->syntax = ast::CallSyntax::kFunction;
  call->name = "DATETIME_MINUS";
  const bool months = type.root() == data::TypeRoot::kIntervalYearMonth;
  call->args = {minus->args[0], minus->args[1], Symbol(months ? "MONTH" : "SECOND", begin)};
  call->span = SpanFrom(difference->span.begin);
  return Finish(std::move(call));
}

Result<ast::ExprPtr> Parser::ParseParenthesized() {
  uint32_t begin = Peek().span.begin;
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  if (QueryAhead(1)) {
    Take();
    auto subquery = std::make_shared<ast::Subquery>();
    TW_ASSIGN_OR_RETURN(subquery->query, ParseQuery());
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    subquery->span = SpanFrom(begin);
    return ast::ExprPtr(std::move(subquery));
  }
  Take();
  TW_ASSIGN_OR_RETURN(ast::ExprPtr first, ParseExpr());
  if (TakeSymbol(")")) return first;
  if (!AtSymbol(",")) return Unexpected("')'");
  // (a, b) is a row.
  auto row = std::make_shared<ast::Call>();
  row->syntax = ast::CallSyntax::kConstructor;
  row->name = "ROW";
  row->args.push_back(std::move(first));
  while (TakeSymbol(",")) {
    TW_ASSIGN_OR_RETURN(ast::ExprPtr next, ParseExpr());
    row->args.push_back(std::move(next));
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  row->span = SpanFrom(begin);
  row->name_span = row->span;
  return Finish(std::move(row));
}

Result<ast::ExprPtr> Parser::ParseNameExpression() {
  const Token& first = Peek();
  uint32_t begin = first.span.begin;
  if (!AtName()) {
    // Some reserved words are functions: COUNT(..), LEFT(..), CURRENT_DATE.
    if (first.kind != TokenKind::kWord || !AtSymbol("(", 1)) return Unexpected("an expression");
    static constexpr std::string_view kNever[] = {
        "SELECT", "FROM", "WHERE", "GROUP",  "ORDER", "HAVING", "BY",   "AND",
        "OR",     "ON",   "UNION", "USING",  "AS",    "IN",     "LIKE", "JOIN",
        "WHEN",   "THEN", "ELSE",  "VALUES", "TABLE", "WITH",   "INTO", "INSERT"};
    for (std::string_view word : kNever) {
      if (first.upper == word) return Unexpected("an expression");
    }
    ast::Name name;
    name.parts.push_back({first.text, first.span, false});
    name.span = first.span;
    Take();
    return ParseFunction(std::move(name));
  }
  ast::Name name;
  while (true) {
    TW_ASSIGN_OR_RETURN(ast::Identifier part, ParseIdentifier("a name"));
    name.parts.push_back(std::move(part));
    if (!AtSymbol(".") || AtSymbol("*", 1)) break;
    Take();
  }
  name.span = SpanFrom(begin);
  if (AtSymbol("(")) return ParseFunction(std::move(name));
  if (AtSymbol(".") && AtSymbol("*", 1)) {
    position_ += 2;
    auto star = std::make_shared<ast::Star>();
    star->qualifier = std::move(name.parts);
    star->span = SpanFrom(begin);
    return ast::ExprPtr(std::move(star));
  }
  auto column = std::make_shared<ast::ColumnRef>();
  column->parts = std::move(name.parts);
  column->span = name.span;
  return ast::ExprPtr(std::move(column));
}

}  // namespace thalweg::sql
