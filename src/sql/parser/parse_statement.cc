// The statement's first words, and the short statements.
#include "sql/parser/parser.h"

namespace thalweg::sql {

Result<ast::StatementPtr> Parser::RefuseStatement(std::string what) {
  auto statement = std::make_shared<ast::Unsupported>();
  statement->what = std::move(what);
  uint32_t begin = Peek().span.begin;
  while (Peek().kind != TokenKind::kEnd) Take();
  statement->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(statement));
}

Result<ast::StatementPtr> Parser::ParseOneStatement() {
  if (Peek().kind == TokenKind::kEnd) return Unexpected("a statement");
  if (AtSymbol("(") || AtWord("SELECT") || AtWord("WITH") || AtWord("VALUES") ||
      (AtWord("TABLE") && !AtSymbol("(", 1))) {
    auto statement = std::make_shared<ast::QueryStatement>();
    TW_ASSIGN_OR_RETURN(statement->query, ParseQuery());
    statement->span = statement->query->span;
    return ast::StatementPtr(std::move(statement));
  }
  if (AtWord("CREATE") || AtWord("REPLACE")) return ParseCreate();
  if (AtWord("DROP")) return ParseDrop();
  if (AtWord("ALTER")) return ParseAlter();
  if (AtWord("SET")) return ParseSet();
  if (AtWord("RESET")) return ParseReset();
  if (AtWord("USE")) return ParseUse();
  if (AtWord("SHOW")) return ParseShow();
  if (AtWord("DESCRIBE") || AtWord("DESC")) return ParseDescribe();
  if (AtWord("EXPLAIN")) return ParseExplain();
  if (AtWord("INSERT") || AtWord("UPSERT")) return ParseInsert();
  if (AtWord("EXECUTE")) {
    Take();
    if (AtWord("STATEMENT")) return ParseStatementSetBody();
    if (AtWord("INSERT")) return ParseInsert();
    if (AtWord("PLAN")) return RefuseStatement("EXECUTE PLAN");
    if (AtWord("SELECT") || AtWord("WITH") || AtWord("VALUES") || AtSymbol("(")) {
      return ParseOneStatement();
    }
    return Unexpected("STATEMENT SET or INSERT");
  }
  if (AtWord("BEGIN")) {
    auto begin = std::make_shared<ast::BeginStatementSet>();
    begin->span = Take().span;
    TW_RETURN_IF_ERROR(ExpectWord("STATEMENT"));
    TW_RETURN_IF_ERROR(ExpectWord("SET"));
    return ast::StatementPtr(std::move(begin));
  }
  if (AtWord("END")) {
    auto end = std::make_shared<ast::EndStatementSet>();
    end->span = Take().span;
    return ast::StatementPtr(std::move(end));
  }
  struct Refused {
    std::string_view word;
    std::string_view what;
  };
  static constexpr Refused kRefused[] = {
      {"LOAD", "LOAD MODULE"},      {"UNLOAD", "UNLOAD MODULE"},    {"ADD", "ADD JAR"},
      {"REMOVE", "REMOVE JAR"},     {"STOP", "STOP JOB"},           {"CALL", "CALL"},
      {"ANALYZE", "ANALYZE TABLE"}, {"TRUNCATE", "TRUNCATE TABLE"}, {"DELETE", "DELETE"},
      {"UPDATE", "UPDATE"},         {"COMPILE", "COMPILE PLAN"},    {"MERGE", "MERGE"},
  };
  for (const Refused& refused : kRefused) {
    if (AtWord(refused.word)) return RefuseStatement(std::string(refused.what));
  }
  return Unexpected("a statement such as SELECT, INSERT, CREATE or SET");
}

Result<ast::StatementPtr> Parser::ParseSet() {
  auto statement = std::make_shared<ast::Set>();
  uint32_t begin = Take().span.begin;
  if (Peek().kind == TokenKind::kEnd || AtSymbol(";")) {
    statement->span = SpanFrom(begin);
    return ast::StatementPtr(std::move(statement));
  }
  ast::Option option;
  if (Peek().kind == TokenKind::kString) {
    TW_ASSIGN_OR_RETURN(option.key, ParseString("a key in quotes", &option.key_span));
    TW_RETURN_IF_ERROR(ExpectSymbol("="));
    TW_ASSIGN_OR_RETURN(option.value, ParseString("a value in quotes", &option.value_span));
  } else {
    // The form of older clients: SET a.b.c = value;
    uint32_t key_begin = Peek().span.begin;
    while (Peek().kind == TokenKind::kWord || AtSymbol(".") || AtSymbol("-") ||
           Peek().kind == TokenKind::kQuotedIdentifier) {
      option.key += Take().text;
    }
    option.key_span = SpanFrom(key_begin);
    if (option.key.empty()) return Unexpected("a key in quotes: SET 'key' = 'value'");
    TW_RETURN_IF_ERROR(ExpectSymbol("="));
    uint32_t value_begin = Peek().span.begin;
    if (Peek().kind == TokenKind::kString) {
      TW_ASSIGN_OR_RETURN(option.value, ParseString("a value"));
    } else {
      while (Peek().kind != TokenKind::kEnd && !AtSymbol(";")) Take();
      uint32_t value_end = SpanFrom(value_begin).end;
      option.value = std::string(text_.substr(value_begin, value_end - value_begin));
    }
    option.value_span = SpanFrom(value_begin);
  }
  statement->option = std::move(option);
  statement->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(statement));
}

Result<ast::StatementPtr> Parser::ParseReset() {
  auto statement = std::make_shared<ast::Reset>();
  uint32_t begin = Take().span.begin;
  if (Peek().kind == TokenKind::kString) {
    TW_ASSIGN_OR_RETURN(std::string key, ParseString("a key in quotes", &statement->key_span));
    statement->key = std::move(key);
  } else if (Peek().kind != TokenKind::kEnd && !AtSymbol(";")) {
    std::string key;
    uint32_t key_begin = Peek().span.begin;
    while (Peek().kind == TokenKind::kWord || AtSymbol(".") || AtSymbol("-")) key += Take().text;
    if (key.empty()) return Unexpected("a key in quotes: RESET 'key'");
    statement->key = std::move(key);
    statement->key_span = SpanFrom(key_begin);
  }
  statement->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(statement));
}

Result<ast::StatementPtr> Parser::ParseUse() {
  auto statement = std::make_shared<ast::Use>();
  uint32_t begin = Take().span.begin;
  if (AtWord("MODULES")) return RefuseStatement("USE MODULES");
  statement->catalog = AtWord("CATALOG") && AtName(1) && (Take(), true);
  TW_ASSIGN_OR_RETURN(statement->name, ParseName("the name of a database"));
  statement->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(statement));
}

Result<ast::StatementPtr> Parser::ParseExplain() {
  auto statement = std::make_shared<ast::Explain>();
  uint32_t begin = Take().span.begin;
  if (AtWord("PLAN") && AtWord("FOR", 1)) {
    position_ += 2;
  } else {
    const std::pair<std::string_view, bool*> details[] = {
        {"ESTIMATED_COST", &statement->estimated_cost},
        {"CHANGELOG_MODE", &statement->changelog_mode},
        {"PLAN_ADVICE", &statement->plan_advice},
        {"JSON_EXECUTION_PLAN", &statement->json_execution_plan}};
    do {
      for (const auto& [word, wanted] : details) {
        if (!AtWord(word)) continue;
        if (*wanted) {
          return Status::InvalidSql(Peek().span, "Duplicate EXPLAIN DETAIL is not allowed.");
        }
        *wanted = true;
        Take();
        break;
      }
    } while (TakeSymbol(","));
  }
  if (AtWord("STATEMENT") && AtWord("SET", 1)) {
    TW_ASSIGN_OR_RETURN(statement->statement, ParseStatementSetBody());
  } else {
    TakeWord("EXECUTE");
    if (AtWord("STATEMENT")) {
      TW_ASSIGN_OR_RETURN(statement->statement, ParseStatementSetBody());
    } else if (AtWord("INSERT")) {
      TW_ASSIGN_OR_RETURN(statement->statement, ParseInsert());
    } else if (AtSymbol("(") || AtWord("SELECT") || AtWord("WITH") || AtWord("VALUES") ||
               AtWord("TABLE")) {
      TW_ASSIGN_OR_RETURN(statement->statement, ParseOneStatement());
    } else if (AtWord("CREATE")) {
      SqlSpan create = Peek().span;
      TW_ASSIGN_OR_RETURN(statement->statement, ParseCreate());
      const ast::Statement& inner = *statement->statement;
      if (inner.kind != ast::StatementKind::kCreateTable ||
          ast::As<ast::CreateTable>(inner).query == nullptr) {
        return Status::InvalidSql(create, "of CREATE statements, EXPLAIN takes CREATE TABLE .. AS");
      }
    } else {
      return Unexpected("a query, INSERT or STATEMENT SET after EXPLAIN");
    }
  }
  statement->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(statement));
}

Result<ast::StatementPtr> Parser::ParseStatementSetBody() {
  auto set = std::make_shared<ast::StatementSet>();
  uint32_t begin = Peek().span.begin;
  TW_RETURN_IF_ERROR(ExpectWord("STATEMENT"));
  TW_RETURN_IF_ERROR(ExpectWord("SET"));
  TW_RETURN_IF_ERROR(ExpectWord("BEGIN"));
  while (!AtWord("END")) {
    if (!AtWord("INSERT") && !AtWord("EXECUTE")) return Unexpected("INSERT or END");
    TakeWord("EXECUTE");
    TW_ASSIGN_OR_RETURN(ast::StatementPtr insert, ParseInsert());
    set->inserts.push_back(std::static_pointer_cast<const ast::Insert>(insert));
    if (!TakeSymbol(";") && !AtWord("END")) return Unexpected("';'");
  }
  SqlSpan end_span = Take().span;
  if (set->inserts.empty()) {
    return Status::InvalidSql(end_span, "a statement set holds at least one INSERT");
  }
  set->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(set));
}

Result<ast::StatementPtr> Parser::ParseInsert() {
  auto insert = std::make_shared<ast::Insert>();
  uint32_t begin = Peek().span.begin;
  if (AtWord("UPSERT")) return RefuseStatement("UPSERT");
  TW_RETURN_IF_ERROR(ExpectWord("INSERT"));
  if (TakeWord("OVERWRITE")) {
    insert->overwrite = true;
    TakeWord("TABLE");
  } else {
    TW_RETURN_IF_ERROR(ExpectWord("INTO"));
    TakeWord("TABLE");
  }
  TW_ASSIGN_OR_RETURN(insert->table, ParseName("a table name"));
  TW_RETURN_IF_ERROR(ParseHints(&insert->hints));
  if (TakeWord("PARTITION")) {
    TW_RETURN_IF_ERROR(ExpectSymbol("("));
    do {
      TW_ASSIGN_OR_RETURN(ast::Identifier column, ParseIdentifier("a partition column's name"));
      TW_RETURN_IF_ERROR(ExpectSymbol("="));
      TW_ASSIGN_OR_RETURN(ast::ExprPtr value, ParseExpr());
      insert->partition.emplace_back(std::move(column), std::move(value));
    } while (TakeSymbol(","));
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  }
  if (AtSymbol("(") && !QueryAhead(0)) {
    TW_ASSIGN_OR_RETURN(insert->columns, ParseNameList("a column name"));
  }
  TW_ASSIGN_OR_RETURN(insert->query, ParseQuery());
  if (TakeWords({"ON", "CONFLICT"})) {
    TW_RETURN_IF_ERROR(ExpectWord("DO"));
    if (!AtWord("NOTHING") && !AtWord("ERROR") && !AtWord("DEDUPLICATE")) {
      return Unexpected("NOTHING, ERROR or DEDUPLICATE");
    }
    insert->on_conflict = "DO " + Take().upper;
  }
  insert->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(insert));
}

Result<ast::StatementPtr> Parser::ParseDrop() {
  auto drop = std::make_shared<ast::Drop>();
  uint32_t begin = Take().span.begin;
  drop->temporary = TakeWord("TEMPORARY");
  if (drop->temporary && AtWord("SYSTEM") && AtWord("FUNCTION", 1)) Take();
  if (AtWord("MATERIALIZED")) return RefuseStatement("DROP MATERIALIZED TABLE");
  struct Entry {
    std::string_view word;
    ast::ObjectKind kind;
  };
  static constexpr Entry kEntries[] = {
      {"TABLE", ast::ObjectKind::kTable},       {"VIEW", ast::ObjectKind::kView},
      {"DATABASE", ast::ObjectKind::kDatabase}, {"CATALOG", ast::ObjectKind::kCatalog},
      {"FUNCTION", ast::ObjectKind::kFunction}, {"MODEL", ast::ObjectKind::kModel}};
  bool found = false;
  for (const Entry& entry : kEntries) {
    if (!TakeWord(entry.word)) continue;
    drop->object = entry.kind;
    found = true;
    break;
  }
  if (!found) return Unexpected("TABLE or VIEW after DROP");
  drop->if_exists = TakeWords({"IF", "EXISTS"});
  TW_ASSIGN_OR_RETURN(drop->name, ParseName("the name to drop"));
  drop->cascade = TakeWord("CASCADE");
  if (!drop->cascade) TakeWord("RESTRICT");
  drop->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(drop));
}

}  // namespace thalweg::sql
