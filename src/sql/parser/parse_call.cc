// Functions: the plain form, and those with a syntax of their own.
#include <algorithm>

#include "sql/parser/parser.h"

namespace thalweg::sql {

Status Parser::ParseExprList(std::vector<ast::ExprPtr>* list) {
  do {
    TW_ASSIGN_OR_RETURN(ast::ExprPtr expr, ParseExpr());
    list->push_back(std::move(expr));
  } while (TakeSymbol(","));
  return Status::OK();
}

Result<ast::ExprPtr> Parser::ParseCase() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  auto node = std::make_shared<ast::Case>();
  uint32_t begin = Peek().span.begin;
  TW_RETURN_IF_ERROR(ExpectWord("CASE"));
  uint32_t height = 0;
  if (!AtWord("WHEN")) {
    TW_ASSIGN_OR_RETURN(node->operand, ParseExpr());
    height = node->operand->height;
  }
  while (TakeWord("WHEN")) {
    // WHEN 1, 2 THEN: either value.
    std::vector<ast::ExprPtr> conditions;
    do {
      TW_ASSIGN_OR_RETURN(ast::ExprPtr when, ParseExpr());
      conditions.push_back(std::move(when));
    } while (node->operand != nullptr && TakeSymbol(","));
    TW_RETURN_IF_ERROR(ExpectWord("THEN"));
    TW_ASSIGN_OR_RETURN(ast::ExprPtr then, ParseExpr());
    height = std::max(height, then->height);
    for (ast::ExprPtr& when : conditions) {
      height = std::max(height, when->height);
      node->branches.emplace_back(std::move(when), then);
    }
  }
  if (node->branches.empty()) return Unexpected("WHEN");
  if (TakeWord("ELSE")) {
    TW_ASSIGN_OR_RETURN(node->otherwise, ParseExpr());
    height = std::max(height, node->otherwise->height);
  }
  TW_RETURN_IF_ERROR(ExpectWord("END"));
  node->span = SpanFrom(begin);
  node->height = height + 1;
  TW_RETURN_IF_ERROR(CheckHeight(node->height, node->span));
  return ast::ExprPtr(std::move(node));
}

Result<ast::ExprPtr> Parser::ParseCast(bool is_try) {
  uint32_t begin = Take().span.begin;
  auto cast = std::make_shared<ast::Cast>();
  cast->is_try = is_try;
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  TW_ASSIGN_OR_RETURN(cast->operand, ParseExpr());
  TW_RETURN_IF_ERROR(ExpectWord("AS"));
  if (AtWord("INTERVAL")) {
    Take();
    std::string qualifier;
    TW_RETURN_IF_ERROR(ParseIntervalQualifier(&qualifier, &cast->type));
  } else {
    TW_ASSIGN_OR_RETURN(cast->type, ParseType());
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  cast->span = SpanFrom(begin);
  cast->height = cast->operand->height + 1;
  TW_RETURN_IF_ERROR(CheckHeight(cast->height, cast->span));
  return ast::ExprPtr(std::move(cast));
}

// The functions with keywords among their arguments, constructors, and functions without
// parentheses; null when the current word starts none of them.
Result<ast::ExprPtr> Parser::ParseSpecialCall() {
  const Token token = Peek();
  const std::string& word = token.upper;
  bool open = AtSymbol("(", 1);
  auto call = std::make_shared<ast::Call>();
  call->name = word;
  call->name_span = token.span;
  auto add = [&]() -> Status {
    TW_ASSIGN_OR_RETURN(ast::ExprPtr arg, ParseExpr());
    call->args.push_back(std::move(arg));
    return Status::OK();
  };
  auto close = [&]() -> Result<ast::ExprPtr> {
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    call->span = SpanFrom(token.span.begin);
    return Finish(call);
  };
  auto unit = [&]() -> Status {
    SqlSpan span = Peek().span;
    TW_ASSIGN_OR_RETURN(std::string name, ParseTimeUnit());
    call->args.push_back(Symbol(std::move(name), span));
    return Status::OK();
  };
  if (word == "CASE") return ParseCase();
  if ((word == "ARRAY" || word == "MAP" || word == "MULTISET") && AtSymbol("[", 1)) {
    position_ += 2;
    call->syntax = ast::CallSyntax::kConstructor;
    if (!AtSymbol("]")) TW_RETURN_IF_ERROR(ParseExprList(&call->args));
    TW_RETURN_IF_ERROR(ExpectSymbol("]"));
    call->span = SpanFrom(token.span.begin);
    return Finish(call);
  }
  if (!open) {
    for (std::string_view bare :
         {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP",
          "CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER", "CURRENT_CATALOG",
          "CURRENT_SCHEMA", "CURRENT_ROLE", "CURRENT_PATH"}) {
      if (word != bare) continue;
      Take();
      call->span = token.span;
      return Finish(call);
    }
    return ast::ExprPtr();
  }
  if (word == "CAST") return ParseCast(false);
  if (word == "TRY_CAST" || word == "SAFE_CAST") return ParseCast(true);
  if (word == "EXISTS" || word == "UNIQUE") {
    position_ += 2;
    if (word == "UNIQUE") {
      return Status::NotSupported(token.span, "UNIQUE (query) is not supported yet");
    }
    auto subquery = std::make_shared<ast::Subquery>();
    subquery->exists = true;
    TW_ASSIGN_OR_RETURN(subquery->query, ParseQuery());
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    subquery->span = SpanFrom(token.span.begin);
    return ast::ExprPtr(std::move(subquery));
  }
  if ((word == "ARRAY" || word == "MAP" || word == "MULTISET") && QueryAhead(2)) {
    return Status::NotSupported(token.span, word + " (query) is not supported yet");
  }
  if (word == "ROW") {
    position_ += 2;
    call->syntax = ast::CallSyntax::kConstructor;
    if (!AtSymbol(")")) TW_RETURN_IF_ERROR(ParseExprList(&call->args));
    return close();
  }
  if (word == "EXTRACT") {
    position_ += 2;
    TW_RETURN_IF_ERROR(unit());
    TW_RETURN_IF_ERROR(ExpectWord("FROM"));
    TW_RETURN_IF_ERROR(add());
    return close();
  }
  if (word == "FLOOR" || word == "CEIL" || word == "CEILING") {
    call->name = word == "FLOOR" ? "FLOOR" : "CEIL";
    position_ += 2;
    TW_RETURN_IF_ERROR(add());
    if (TakeWord("TO")) TW_RETURN_IF_ERROR(unit());
    return close();
  }
  if (word == "POSITION") {
    position_ += 2;
    TW_ASSIGN_OR_RETURN(ast::ExprPtr part, ParseBinary(32));
    call->args.push_back(std::move(part));
    TW_RETURN_IF_ERROR(ExpectWord("IN"));
    TW_RETURN_IF_ERROR(add());
    if (TakeWord("FROM")) TW_RETURN_IF_ERROR(add());
    return close();
  }
  if (word == "SUBSTRING") {
    position_ += 2;
    TW_RETURN_IF_ERROR(add());
    if (!TakeWord("FROM")) TW_RETURN_IF_ERROR(ExpectSymbol(","));
    TW_RETURN_IF_ERROR(add());
    if (TakeWord("FOR") || TakeSymbol(",")) TW_RETURN_IF_ERROR(add());
    return close();
  }
  if (word == "OVERLAY") {
    position_ += 2;
    TW_RETURN_IF_ERROR(add());
    TW_RETURN_IF_ERROR(ExpectWord("PLACING"));
    TW_RETURN_IF_ERROR(add());
    TW_RETURN_IF_ERROR(ExpectWord("FROM"));
    TW_RETURN_IF_ERROR(add());
    if (TakeWord("FOR")) TW_RETURN_IF_ERROR(add());
    return close();
  }
  if (word == "TRIM") {
    position_ += 2;
    SqlSpan where = Peek().span;
    std::string side = "BOTH";
    bool explicit_side = true;
    if (TakeWord("LEADING")) {
      side = "LEADING";
    } else if (TakeWord("TRAILING")) {
      side = "TRAILING";
    } else {
      explicit_side = TakeWord("BOTH");
    }
    call->args.push_back(Symbol(side, where));
    auto blank = std::make_shared<ast::Literal>();
    blank->literal = ast::LiteralKind::kString;
    blank->text = " ";
    blank->span = token.span;
    if (explicit_side && TakeWord("FROM")) {
      call->args.push_back(blank);
      TW_RETURN_IF_ERROR(add());
      return close();
    }
    TW_RETURN_IF_ERROR(add());
    if (TakeWord("FROM")) {
      TW_RETURN_IF_ERROR(add());
    } else {
      call->args.insert(call->args.begin() + 1, blank);
    }
    return close();
  }
  if (word == "TIMESTAMPADD" || word == "TIMESTAMPDIFF") {
    position_ += 2;
    TW_RETURN_IF_ERROR(unit());
    for (int i = 0; i < 2; ++i) {
      TW_RETURN_IF_ERROR(ExpectSymbol(","));
      TW_RETURN_IF_ERROR(add());
    }
    return close();
  }
  if (word == "DESCRIPTOR") return ParseDescriptor();
  if (word == "JSON_EXISTS" || word == "JSON_VALUE" || word == "JSON_QUERY" ||
      word == "JSON_OBJECT" || word == "JSON_ARRAY" || word == "JSON_OBJECTAGG" ||
      word == "JSON_ARRAYAGG") {
    position_ += 2;
    return ParseJsonCall(std::move(call));
  }
  return ast::ExprPtr();
}

Result<ast::ExprPtr> Parser::ParseDescriptor() {
  auto call = std::make_shared<ast::Call>();
  call->name = "DESCRIPTOR";
  call->name_span = Peek().span;
  position_ += 2;
  do {
    auto column = std::make_shared<ast::ColumnRef>();
    uint32_t begin = Peek().span.begin;
    do {
      TW_ASSIGN_OR_RETURN(ast::Identifier part, ParseIdentifier("a column name"));
      column->parts.push_back(std::move(part));
    } while (TakeSymbol("."));
    column->span = SpanFrom(begin);
    call->args.push_back(std::move(column));
  } while (TakeSymbol(","));
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  call->span = SpanFrom(call->name_span.begin);
  return Finish(std::move(call));
}

Result<ast::ExprPtr> Parser::ParseFunction(ast::Name name) {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  auto call = std::make_shared<ast::Call>();
  call->name = name.ToString();
  call->name_span = name.span;
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  if (TakeWord("DISTINCT")) {
    call->distinct = true;
  } else if (AtWord("ALL") && !AtSymbol(",", 1) && !AtSymbol(")", 1)) {
    Take();
  }
  if (AtSymbol("*") && AtSymbol(")", 1)) {
    Take();
    call->star = true;
  } else if (!AtSymbol(")")) {
    do {
      TW_ASSIGN_OR_RETURN(ast::ExprPtr arg, ParseArgument());
      call->args.push_back(std::move(arg));
    } while (TakeSymbol(","));
  }
  if ((AtWord("IGNORE") || AtWord("RESPECT")) && AtWord("NULLS", 1)) {
    call->ignore_nulls = Peek().upper == "IGNORE";
    position_ += 2;
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  TW_RETURN_IF_ERROR(ParseCallSuffixes(call.get()));
  call->span = SpanFrom(name.span.begin);
  return Finish(std::move(call));
}

Status Parser::ParseCallSuffixes(ast::Call* call) {
  if (AtWord("WITHIN") && AtWord("GROUP", 1)) {
    position_ += 2;
    TW_RETURN_IF_ERROR(ExpectSymbol("("));
    TW_RETURN_IF_ERROR(ExpectWord("ORDER"));
    TW_RETURN_IF_ERROR(ExpectWord("BY"));
    TW_RETURN_IF_ERROR(ParseOrderItems(&call->within_group));
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  }
  if (AtWord("FILTER") && AtSymbol("(", 1)) {
    position_ += 2;
    TW_RETURN_IF_ERROR(ExpectWord("WHERE"));
    TW_ASSIGN_OR_RETURN(call->filter, ParseExpr());
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  }
  if ((AtWord("IGNORE") || AtWord("RESPECT")) && AtWord("NULLS", 1)) {
    call->ignore_nulls = Peek().upper == "IGNORE";
    position_ += 2;
  }
  if (TakeWord("OVER")) {
    if (AtSymbol("(")) {
      TW_ASSIGN_OR_RETURN(call->over, ParseWindowSpec());
    } else {
      auto spec = std::make_shared<ast::WindowSpec>();
      TW_ASSIGN_OR_RETURN(ast::Identifier base, ParseIdentifier("a window's name or '('"));
      spec->span = base.span;
      spec->base = std::move(base);
      call->over = std::move(spec);
    }
  }
  return Status::OK();
}

Result<ast::ExprPtr> Parser::ParseArgument() {
  uint32_t begin = Peek().span.begin;
  if (AtSymbol("=>", 1) &&
      (Peek().kind == TokenKind::kWord || Peek().kind == TokenKind::kQuotedIdentifier)) {
    auto argument = std::make_shared<ast::NamedArgument>();
    const Token& token = Take();
    argument->name = {token.text, token.span, token.kind == TokenKind::kQuotedIdentifier};
    Take();
    if (TakeWord("DEFAULT")) {
      auto literal = std::make_shared<ast::Literal>();
      literal->literal = ast::LiteralKind::kDefault;
      literal->span = SpanFrom(begin);
      argument->value = std::move(literal);
    } else {
      TW_ASSIGN_OR_RETURN(argument->value, ParseArgument());
    }
    argument->span = SpanFrom(begin);
    argument->height = argument->value->height + 1;
    return ast::ExprPtr(std::move(argument));
  }
  if (AtWord("TABLE")) return ParseTableArgument();
  if (AtSymbol("(") && QueryAhead(1)) {
    // An input of a table function, or a scalar subquery that goes on as part of an expression.
    size_t after = closing_[position_] + 1 - position_;
    if (AtSymbol(",", after) || AtSymbol(")", after) || AtWord("PARTITION", after) ||
        AtWord("ORDER", after)) {
      return ParseTableArgument();
    }
  }
  if (AtWord("DEFAULT")) {
    auto literal = std::make_shared<ast::Literal>();
    literal->literal = ast::LiteralKind::kDefault;
    literal->span = Take().span;
    return ast::ExprPtr(std::move(literal));
  }
  return ParseExpr();
}

Result<ast::ExprPtr> Parser::ParseTableArgument() {
  uint32_t begin = Peek().span.begin;
  auto argument = std::make_shared<ast::TableArgument>();
  if (TakeWord("TABLE")) {
    if (AtSymbol("(") && QueryAhead(1)) {
      Take();
      TW_ASSIGN_OR_RETURN(argument->query, ParseQuery());
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    } else {
      bool open = TakeSymbol("(");
      TW_ASSIGN_OR_RETURN(argument->table, ParseName("a table name"));
      if (open) TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    }
  } else {
    TW_RETURN_IF_ERROR(ExpectSymbol("("));
    TW_ASSIGN_OR_RETURN(argument->query, ParseQuery());
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  }
  if (TakeWords({"PARTITION", "BY"})) {
    if (TakeSymbol("(")) {
      TW_RETURN_IF_ERROR(ParseExprList(&argument->partition_by));
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    } else {
      // A comma may end the argument: only a lone column belongs to PARTITION BY here.
      TW_ASSIGN_OR_RETURN(ast::ExprPtr column, ParseExpr());
      argument->partition_by.push_back(std::move(column));
      while (AtSymbol(",") && AtName(1) && !AtSymbol("(", 2) && !AtSymbol("=>", 2) &&
             (AtSymbol(",", 2) || AtSymbol(")", 2) || AtSymbol(".", 2))) {
        Take();
        TW_ASSIGN_OR_RETURN(column, ParseExpr());
        argument->partition_by.push_back(std::move(column));
      }
    }
  }
  if (TakeWords({"ORDER", "BY"})) {
    bool open = TakeSymbol("(");
    if (open) {
      TW_RETURN_IF_ERROR(ParseOrderItems(&argument->order_by));
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    } else {
      ast::OrderItem item;
      TW_ASSIGN_OR_RETURN(item.expr, ParseExpr());
      item.descending = TakeWord("DESC");
      if (!item.descending) TakeWord("ASC");
      argument->order_by.push_back(std::move(item));
    }
  }
  argument->span = SpanFrom(begin);
  return ast::ExprPtr(std::move(argument));
}

Status Parser::ParseOrderItems(std::vector<ast::OrderItem>* items) {
  do {
    ast::OrderItem item;
    TW_ASSIGN_OR_RETURN(item.expr, ParseExpr());
    if (TakeWord("DESC")) {
      item.descending = true;
    } else {
      TakeWord("ASC");
    }
    if (TakeWord("NULLS")) {
      if (TakeWord("FIRST")) {
        item.nulls_first = true;
      } else {
        TW_RETURN_IF_ERROR(ExpectWord("LAST"));
        item.nulls_first = false;
      }
    }
    items->push_back(std::move(item));
  } while (TakeSymbol(","));
  return Status::OK();
}

Result<std::shared_ptr<const ast::WindowSpec>> Parser::ParseWindowSpec() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  auto spec = std::make_shared<ast::WindowSpec>();
  uint32_t begin = Peek().span.begin;
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  if (AtName()) {
    TW_ASSIGN_OR_RETURN(ast::Identifier base, ParseIdentifier("a window's name"));
    spec->base = std::move(base);
  }
  if (TakeWords({"PARTITION", "BY"})) TW_RETURN_IF_ERROR(ParseExprList(&spec->partition_by));
  if (TakeWords({"ORDER", "BY"})) TW_RETURN_IF_ERROR(ParseOrderItems(&spec->order_by));
  if (AtWord("ROWS") || AtWord("RANGE")) {
    spec->has_frame = true;
    spec->rows = Take().upper == "ROWS";
    if (TakeWord("BETWEEN")) {
      TW_ASSIGN_OR_RETURN(spec->lower, ParseFrameBound());
      TW_RETURN_IF_ERROR(ExpectWord("AND"));
      TW_ASSIGN_OR_RETURN(spec->upper, ParseFrameBound());
    } else {
      TW_ASSIGN_OR_RETURN(spec->lower, ParseFrameBound());
    }
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  spec->span = SpanFrom(begin);
  return std::shared_ptr<const ast::WindowSpec>(std::move(spec));
}

Result<ast::FrameBound> Parser::ParseFrameBound() {
  using Kind = ast::FrameBound::Kind;
  ast::FrameBound bound;
  if (TakeWords({"CURRENT", "ROW"})) return bound;
  if (TakeWord("UNBOUNDED")) {
    if (TakeWord("PRECEDING")) {
      bound.kind = Kind::kUnboundedPreceding;
      return bound;
    }
    TW_RETURN_IF_ERROR(ExpectWord("FOLLOWING"));
    bound.kind = Kind::kUnboundedFollowing;
    return bound;
  }
  TW_ASSIGN_OR_RETURN(bound.offset, ParseExpr());
  if (TakeWord("PRECEDING")) {
    bound.kind = Kind::kPreceding;
    return bound;
  }
  TW_RETURN_IF_ERROR(ExpectWord("FOLLOWING"));
  bound.kind = Kind::kFollowing;
  return bound;
}

}  // namespace thalweg::sql
