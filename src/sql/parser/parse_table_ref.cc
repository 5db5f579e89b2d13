// FROM: tables, subqueries, table functions, joins, MATCH_RECOGNIZE.
#include <algorithm>

#include "sql/parser/parser.h"

namespace thalweg::sql {

Result<ast::TableRefPtr> Parser::ParseFrom() {
  TW_ASSIGN_OR_RETURN(ast::TableRefPtr left, ParseJoins());
  while (TakeSymbol(",")) {
    auto join = std::make_shared<ast::Join>();
    join->join = ast::JoinKind::kCross;
    join->comma = true;
    TW_ASSIGN_OR_RETURN(join->right, ParseJoins());
    join->left = left;
    join->height = std::max(join->left->height, join->right->height) + 1;
    join->span = SpanFrom(left->span.begin);
    TW_RETURN_IF_ERROR(CheckHeight(join->height, join->span));
    left = std::move(join);
  }
  return left;
}

Result<ast::TableRefPtr> Parser::ParseJoins() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  TW_ASSIGN_OR_RETURN(ast::TableRefPtr left, ParseTablePrimary());
  while (true) {
    auto join = std::make_shared<ast::Join>();
    size_t saved = position_;
    join->natural = TakeWord("NATURAL");
    if (TakeWord("CROSS")) {
      join->join = ast::JoinKind::kCross;
    } else if (AtWord("LEFT") || AtWord("RIGHT") || AtWord("FULL")) {
      const std::string& word = Take().upper;
      join->join = word == "LEFT"    ? ast::JoinKind::kLeft
                   : word == "RIGHT" ? ast::JoinKind::kRight
                                     : ast::JoinKind::kFull;
      TakeWord("OUTER");
    } else {
      TakeWord("INNER");
    }
    if (!TakeWord("JOIN")) {
      if (position_ != saved) return Unexpected("JOIN");
      return left;
    }
    TW_ASSIGN_OR_RETURN(join->right, ParseTablePrimary());
    if (TakeWord("ON")) {
      TW_ASSIGN_OR_RETURN(join->on, ParseExpr());
    } else if (TakeWord("USING")) {
      TW_ASSIGN_OR_RETURN(join->using_columns, ParseNameList("a column name"));
    }
    join->left = left;
    join->height = std::max(join->left->height, join->right->height) + 1;
    join->span = SpanFrom(left->span.begin);
    TW_RETURN_IF_ERROR(CheckHeight(join->height, join->span));
    left = std::move(join);
  }
}

Result<ast::TableRefPtr> Parser::ParseTablePrimary() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  uint32_t begin = Peek().span.begin;
  bool lateral = TakeWord("LATERAL");
  if (AtSymbol("(")) {
    if (!QueryAhead(1)) {
      Take();
      TW_ASSIGN_OR_RETURN(ast::TableRefPtr inner, ParseFrom());
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
      if (inner->kind != ast::TableKind::kJoin) {
        return Status::InvalidSql(inner->span, "expected a query or a join in parentheses");
      }
      return inner;
    }
    Take();
    auto derived = std::make_shared<ast::DerivedTable>();
    derived->lateral = lateral;
    TW_ASSIGN_OR_RETURN(derived->query, ParseQuery());
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    derived->span = SpanFrom(begin);
    return ParseTableSuffixes(std::move(derived));
  }
  if (AtWord("UNNEST") && AtSymbol("(", 1)) {
    position_ += 2;
    auto unnest = std::make_shared<ast::UnnestTable>();
    TW_RETURN_IF_ERROR(ParseExprList(&unnest->args));
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    unnest->with_ordinality = TakeWords({"WITH", "ORDINALITY"});
    unnest->span = SpanFrom(begin);
    return ParseTableSuffixes(std::move(unnest));
  }
  if (AtWord("TABLE") && AtSymbol("(", 1)) {
    position_ += 2;
    auto function = std::make_shared<ast::FunctionTable>();
    function->lateral = lateral;
    TW_ASSIGN_OR_RETURN(function->call, ParseNameExpression());
    if (function->call->kind != ast::ExprKind::kCall) {
      return Status::InvalidSql(function->call->span, "TABLE(..) takes a call of a table function");
    }
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    function->span = SpanFrom(begin);
    return ParseTableSuffixes(std::move(function));
  }
  if (TakeWord("TABLE")) {
    auto table = std::make_shared<ast::NamedTable>();
    TW_ASSIGN_OR_RETURN(table->name, ParseName("a table name"));
    table->span = SpanFrom(begin);
    return ParseTableSuffixes(std::move(table));
  }
  // name, or a call of a table function without TABLE(..).
  TW_ASSIGN_OR_RETURN(ast::Name name, ParseName("a table name"));
  if (AtSymbol("(")) {
    auto function = std::make_shared<ast::FunctionTable>();
    function->lateral = lateral;
    TW_ASSIGN_OR_RETURN(function->call, ParseFunction(std::move(name)));
    function->span = SpanFrom(begin);
    return ParseTableSuffixes(std::move(function));
  }
  auto table = std::make_shared<ast::NamedTable>();
  table->lateral = lateral;
  table->name = std::move(name);
  TW_RETURN_IF_ERROR(ParseHints(&table->hints));
  if (AtWord("FOR") && AtWord("SYSTEM_TIME", 1)) {
    position_ += 2;
    TW_RETURN_IF_ERROR(ExpectWord("AS"));
    TW_RETURN_IF_ERROR(ExpectWord("OF"));
    TW_ASSIGN_OR_RETURN(table->system_time, ParseExpr());
  }
  table->span = SpanFrom(begin);
  return ParseTableSuffixes(std::move(table));
}

bool Parser::AtImplicitAlias() {
  if (!AtName()) return false;
  for (std::string_view keyword : {"WHERE", "GROUP", "JOIN", "ON", "ORDER", "LIMIT", "HAVING",
                                   "UNION", "LEFT", "INNER", "CROSS", "WINDOW"}) {
    AtWord(keyword);  // for the suggestion
  }
  return true;
}

Status Parser::ParseTableAlias(ast::TableRef* table) {
  if (TakeWord("AS") || AtImplicitAlias()) {
    TW_ASSIGN_OR_RETURN(ast::Identifier alias, ParseIdentifier("an alias name"));
    table->alias = std::move(alias);
    if (AtSymbol("(")) {
      TW_ASSIGN_OR_RETURN(table->column_aliases, ParseNameList("a column name"));
    }
  }
  return Status::OK();
}

Result<ast::TableRefPtr> Parser::ParseTableSuffixes(std::shared_ptr<ast::TableRef> table) {
  uint32_t begin = table->span.begin;
  if (AtWord("PIVOT") || AtWord("UNPIVOT")) {
    return Status::NotSupported(Peek().span, Peek().upper + " is not supported");
  }
  if (AtWord("TABLESAMPLE")) {
    return Status::NotSupported(Peek().span, "TABLESAMPLE is not supported");
  }
  if (AtWord("MATCH_RECOGNIZE")) {
    TW_ASSIGN_OR_RETURN(ast::TableRefPtr match, ParseMatchRecognize(std::move(table)));
    return match;
  }
  TW_RETURN_IF_ERROR(ParseTableAlias(table.get()));
  table->span = SpanFrom(begin);
  if (AtWord("MATCH_RECOGNIZE")) return ParseMatchRecognize(std::move(table));
  return ast::TableRefPtr(std::move(table));
}

Result<ast::TableRefPtr> Parser::ParseMatchRecognize(ast::TableRefPtr input) {
  auto match = std::make_shared<ast::MatchRecognize>();
  uint32_t begin = input->span.begin;
  match->height = input->height + 1;
  match->input = std::move(input);
  TW_RETURN_IF_ERROR(ExpectWord("MATCH_RECOGNIZE"));
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  if (TakeWords({"PARTITION", "BY"})) TW_RETURN_IF_ERROR(ParseExprList(&match->partition_by));
  if (TakeWords({"ORDER", "BY"})) TW_RETURN_IF_ERROR(ParseOrderItems(&match->order_by));
  if (TakeWord("MEASURES")) {
    do {
      if (!TakeWord("FINAL")) TakeWord("RUNNING");
      TW_ASSIGN_OR_RETURN(ast::ExprPtr expr, ParseExpr());
      TW_RETURN_IF_ERROR(ExpectWord("AS"));
      TW_ASSIGN_OR_RETURN(ast::Identifier name, ParseIdentifier("a column name"));
      match->measures.emplace_back(std::move(expr), std::move(name));
    } while (TakeSymbol(","));
  }
  if (TakeWords({"ONE", "ROW", "PER", "MATCH"})) {
    match->all_rows = false;
  } else if (TakeWords({"ALL", "ROWS", "PER", "MATCH"})) {
    match->all_rows = true;
  }
  auto text_until = [&](std::initializer_list<std::string_view> words) {
    uint32_t from = Peek().span.begin;
    auto stop = [&] {
      for (std::string_view word : words) {
        if (AtWord(word)) return true;
      }
      return AtSymbol(")") || Peek().kind == TokenKind::kEnd;
    };
    while (!stop()) Take();
    return std::string(text_.substr(from, SpanFrom(from).end - from));
  };
  if (TakeWords({"AFTER", "MATCH"})) match->after_match = text_until({"PATTERN"});
  TW_RETURN_IF_ERROR(ExpectWord("PATTERN"));
  if (!AtSymbol("(")) return Unexpected("'('");
  uint32_t pattern_begin = Peek().span.end;
  size_t close = closing_[position_];
  match->pattern = std::string(text_.substr(
      pattern_begin, std::max(pattern_begin, tokens_[close].span.begin) - pattern_begin));
  position_ = close;
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  if (TakeWord("WITHIN")) {
    TW_ASSIGN_OR_RETURN(match->within, ParseExpr());
  }
  if (AtWord("SUBSET")) {
    return Status::NotSupported(Peek().span, "SUBSET in MATCH_RECOGNIZE is not supported");
  }
  if (TakeWord("DEFINE")) {
    do {
      TW_ASSIGN_OR_RETURN(ast::Identifier name, ParseIdentifier("a pattern variable's name"));
      TW_RETURN_IF_ERROR(ExpectWord("AS"));
      TW_ASSIGN_OR_RETURN(ast::ExprPtr expr, ParseExpr());
      match->define.emplace_back(std::move(name), std::move(expr));
    } while (TakeSymbol(","));
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  TW_RETURN_IF_ERROR(ParseTableAlias(match.get()));
  match->span = SpanFrom(begin);
  return ast::TableRefPtr(std::move(match));
}

}  // namespace thalweg::sql
