// WITH, SELECT, VALUES, set operations, ORDER BY and LIMIT.
#include <algorithm>

#include "sql/parser/parser.h"

namespace thalweg::sql {

Result<ast::QueryPtr> Parser::ParseQuery() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  auto query = std::make_shared<ast::Query>();
  uint32_t begin = Peek().span.begin;
  if (TakeWord("WITH")) {
    query->recursive = TakeWord("RECURSIVE");
    do {
      ast::CommonTable table;
      TW_ASSIGN_OR_RETURN(table.name, ParseIdentifier("a name after WITH"));
      if (AtSymbol("(")) {
        TW_ASSIGN_OR_RETURN(table.columns, ParseNameList("a column name"));
      }
      TW_RETURN_IF_ERROR(ExpectWord("AS"));
      TW_RETURN_IF_ERROR(ExpectSymbol("("));
      TW_ASSIGN_OR_RETURN(table.query, ParseQuery());
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
      query->with.push_back(std::move(table));
    } while (TakeSymbol(","));
  }
  TW_ASSIGN_OR_RETURN(query->body, ParseSetOperations(0));
  if (TakeWords({"ORDER", "BY"})) TW_RETURN_IF_ERROR(ParseOrderItems(&query->order_by));
  while (true) {
    if (AtWord("LIMIT")) {
      SqlSpan span = Take().span;
      if (query->fetch != nullptr) return Status::InvalidSql(span, "LIMIT is given twice");
      if (TakeWord("ALL")) continue;
      TW_ASSIGN_OR_RETURN(query->fetch, ParseExpr());
      if (AtSymbol(",")) {
        return Status::InvalidSql(Peek().span,
                                  "LIMIT start, count is not part of Flink SQL; use LIMIT count "
                                  "OFFSET start");
      }
    } else if (TakeWord("OFFSET")) {
      TW_ASSIGN_OR_RETURN(query->offset, ParseExpr());
      if (!TakeWord("ROWS")) TakeWord("ROW");
    } else if (TakeWord("FETCH")) {
      if (!TakeWord("FIRST")) TW_RETURN_IF_ERROR(ExpectWord("NEXT"));
      TW_ASSIGN_OR_RETURN(query->fetch, ParseExpr());
      if (!TakeWord("ROWS")) TW_RETURN_IF_ERROR(ExpectWord("ROW"));
      TW_RETURN_IF_ERROR(ExpectWord("ONLY"));
    } else {
      break;
    }
  }
  query->span = SpanFrom(begin);
  return ast::QueryPtr(std::move(query));
}

Result<ast::QueryBodyPtr> Parser::ParseSetOperations(int min_precedence) {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  TW_ASSIGN_OR_RETURN(ast::QueryBodyPtr left, ParseQueryTerm());
  while (true) {
    ast::SetOperator op;
    int precedence = 1;
    if (AtWord("UNION")) {
      op = ast::SetOperator::kUnion;
    } else if (AtWord("EXCEPT") || AtWord("MINUS")) {
      op = ast::SetOperator::kExcept;
    } else if (AtWord("INTERSECT")) {
      op = ast::SetOperator::kIntersect;
      precedence = 2;
    } else {
      return left;
    }
    if (precedence <= min_precedence) return left;
    Take();
    auto node = std::make_shared<ast::SetOperation>();
    node->op = op;
    node->all = TakeWord("ALL");
    if (!node->all) TakeWord("DISTINCT");
    TW_ASSIGN_OR_RETURN(node->right, ParseSetOperations(precedence));
    node->left = left;
    node->height = std::max(node->left->height, node->right->height) + 1;
    node->span = SpanFrom(left->span.begin);
    TW_RETURN_IF_ERROR(CheckHeight(node->height, node->span));
    left = std::move(node);
  }
}

Result<ast::QueryBodyPtr> Parser::ParseQueryTerm() {
  uint32_t begin = Peek().span.begin;
  if (TakeSymbol("(")) {
    auto nested = std::make_shared<ast::NestedQuery>();
    TW_ASSIGN_OR_RETURN(nested->query, ParseQuery());
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    nested->span = SpanFrom(begin);
    return ast::QueryBodyPtr(std::move(nested));
  }
  if (AtWord("SELECT")) return ParseSelect();
  if (AtWord("VALUES")) return ParseValues();
  if (TakeWord("TABLE")) {
    auto body = std::make_shared<ast::TableBody>();
    TW_ASSIGN_OR_RETURN(body->table, ParseName("a table name"));
    body->span = SpanFrom(begin);
    return ast::QueryBodyPtr(std::move(body));
  }
  return Unexpected("a query (SELECT, VALUES, TABLE or WITH)");
}

Result<ast::QueryBodyPtr> Parser::ParseValues() {
  auto values = std::make_shared<ast::Values>();
  uint32_t begin = Peek().span.begin;
  TW_RETURN_IF_ERROR(ExpectWord("VALUES"));
  do {
    uint32_t row_begin = Peek().span.begin;
    std::vector<ast::ExprPtr> row;
    if ((AtWord("ROW") && AtSymbol("(", 1)) || AtSymbol("(")) {
      TakeWord("ROW");
      Take();
      TW_RETURN_IF_ERROR(ParseExprList(&row));
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    } else {
      TW_ASSIGN_OR_RETURN(ast::ExprPtr single, ParseExpr());
      row.push_back(std::move(single));
    }
    values->rows.push_back(std::move(row));
    values->row_spans.push_back(SpanFrom(row_begin));
  } while (TakeSymbol(","));
  values->span = SpanFrom(begin);
  return ast::QueryBodyPtr(std::move(values));
}

Status Parser::ParseHints(std::vector<ast::Hint>* hints) {
  while (Peek().kind == TokenKind::kHintBegin) {
    Take();
    while (Peek().kind != TokenKind::kHintEnd) {
      ast::Hint hint;
      hint.span = Peek().span;
      if (Peek().kind != TokenKind::kWord) return Unexpected("a hint's name");
      hint.name = Take().upper;
      if (TakeSymbol("(") && !TakeSymbol(")")) {
        do {
          bool string = Peek().kind == TokenKind::kString;
          if (!string && Peek().kind != TokenKind::kWord &&
              Peek().kind != TokenKind::kQuotedIdentifier && Peek().kind != TokenKind::kInteger) {
            return Unexpected("an argument of the hint");
          }
          std::string first = Take().text;
          while (TakeSymbol(".")) first += "." + Take().text;
          if (TakeSymbol("=")) {
            TW_ASSIGN_OR_RETURN(std::string value, ParseString("a string"));
            hint.options.emplace_back(std::move(first), std::move(value));
          } else {
            hint.arguments.push_back(std::move(first));
          }
        } while (TakeSymbol(","));
        TW_RETURN_IF_ERROR(ExpectSymbol(")"));
      }
      hints->push_back(std::move(hint));
      if (!TakeSymbol(",") && Peek().kind != TokenKind::kHintEnd) return Unexpected("'*/'");
    }
    Take();
  }
  return Status::OK();
}

Result<ast::QueryBodyPtr> Parser::ParseSelect() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  auto select = std::make_shared<ast::Select>();
  uint32_t begin = Peek().span.begin;
  TW_RETURN_IF_ERROR(ExpectWord("SELECT"));
  TW_RETURN_IF_ERROR(ParseHints(&select->hints));
  if (AtWord("STREAM")) {
    return Status::NotSupported(Peek().span, "SELECT STREAM is not part of Flink SQL");
  }
  select->distinct = TakeWord("DISTINCT");
  if (!select->distinct) TakeWord("ALL");
  TW_RETURN_IF_ERROR(ParseSelectItems(select.get()));
  if (TakeWord("FROM")) {
    TW_ASSIGN_OR_RETURN(select->from, ParseFrom());
  }
  if (select->from == nullptr && (AtWord("WHERE") || AtWord("GROUP") || AtWord("HAVING"))) {
    return Unexpected("FROM");
  }
  if (TakeWord("WHERE")) {
    TW_ASSIGN_OR_RETURN(select->where, ParseExpr());
  }
  if (TakeWords({"GROUP", "BY"})) {
    select->has_group_by = true;
    select->group_by_distinct = TakeWord("DISTINCT");
    if (!select->group_by_distinct) TakeWord("ALL");
    TW_RETURN_IF_ERROR(ParseGroupItems(&select->group_by));
  }
  if (TakeWord("HAVING")) {
    TW_ASSIGN_OR_RETURN(select->having, ParseExpr());
  }
  if (TakeWord("WINDOW")) {
    do {
      TW_ASSIGN_OR_RETURN(ast::Identifier name, ParseIdentifier("a window's name"));
      TW_RETURN_IF_ERROR(ExpectWord("AS"));
      TW_ASSIGN_OR_RETURN(std::shared_ptr<const ast::WindowSpec> spec, ParseWindowSpec());
      select->windows.emplace_back(std::move(name), std::move(spec));
    } while (TakeSymbol(","));
  }
  if (TakeWord("QUALIFY")) {
    TW_ASSIGN_OR_RETURN(select->qualify, ParseExpr());
  }
  select->span = SpanFrom(begin);
  return ast::QueryBodyPtr(std::move(select));
}

Status Parser::ParseSelectItems(ast::Select* select) {
  do {
    ast::SelectItem item;
    TW_ASSIGN_OR_RETURN(item.expr, ParseExpr());
    if (TakeWord("AS")) {
      TW_ASSIGN_OR_RETURN(ast::Identifier alias, ParseIdentifier("a column name"));
      item.alias = std::move(alias);
    } else if (AtName()) {
      for (std::string_view keyword : {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"}) {
        AtWord(keyword);  // for the suggestion
      }
      TW_ASSIGN_OR_RETURN(ast::Identifier alias, ParseIdentifier("a column name"));
      item.alias = std::move(alias);
    }
    select->items.push_back(std::move(item));
  } while (TakeSymbol(","));
  return Status::OK();
}

Status Parser::ParseGroupItems(std::vector<ast::GroupItem>* items) {
  do {
    TW_ASSIGN_OR_RETURN(ast::GroupItem item, ParseGroupItem());
    items->push_back(std::move(item));
  } while (TakeSymbol(","));
  return Status::OK();
}

Result<ast::GroupItem> Parser::ParseGroupItem() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  using Kind = ast::GroupItem::Kind;
  ast::GroupItem item;
  uint32_t begin = Peek().span.begin;
  if (TakeWords({"GROUPING", "SETS"})) {
    item.kind = Kind::kGroupingSets;
  } else if (AtWord("ROLLUP") && AtSymbol("(", 1)) {
    Take();
    item.kind = Kind::kRollup;
  } else if (AtWord("CUBE") && AtSymbol("(", 1)) {
    Take();
    item.kind = Kind::kCube;
  } else if (AtSymbol("(") && AtSymbol(")", 1)) {
    position_ += 2;
    item.kind = Kind::kEmpty;
    item.span = SpanFrom(begin);
    return item;
  } else {
    TW_ASSIGN_OR_RETURN(item.expr, ParseExpr());
    item.span = SpanFrom(begin);
    // (a, b) groups by a and b.
    if (item.expr->kind == ast::ExprKind::kCall) {
      const auto& call = ast::As<ast::Call>(*item.expr);
      bool bare = call.syntax == ast::CallSyntax::kConstructor && call.name == "ROW" &&
                  text_[call.span.begin] == '(';
      if (bare) {
        item.kind = Kind::kList;
        for (const ast::ExprPtr& arg : call.args) {
          ast::GroupItem part;
          part.expr = arg;
          part.span = arg->span;
          item.items.push_back(std::move(part));
        }
      }
    }
    return item;
  }
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  TW_RETURN_IF_ERROR(ParseGroupItems(&item.items));
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  item.span = SpanFrom(begin);
  return item;
}

}  // namespace thalweg::sql
