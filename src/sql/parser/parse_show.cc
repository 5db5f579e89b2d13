// SHOW and DESCRIBE.
#include "sql/parser/parser.h"

namespace thalweg::sql {

using ast::ShowKind;

Status Parser::ParseShowFilter(ast::Show* show) {
  bool negated = AtWord("NOT") && (AtWord("LIKE", 1) || AtWord("ILIKE", 1));
  if (negated) Take();
  if (!AtWord("LIKE") && !AtWord("ILIKE")) return Status::OK();
  show->has_like = true;
  show->not_like = negated;
  show->ignore_case = Take().upper == "ILIKE";
  TW_ASSIGN_OR_RETURN(show->pattern, ParseString("a pattern in quotes"));
  return Status::OK();
}

Result<ast::StatementPtr> Parser::ParseShow() {
  auto show = std::make_shared<ast::Show>();
  uint32_t begin = Take().span.begin;
  if (TakeWord("CREATE")) {
    if (TakeWord("TABLE")) {
      show->show = ShowKind::kCreateTable;
    } else if (TakeWord("VIEW")) {
      show->show = ShowKind::kCreateView;
    } else if (TakeWord("CATALOG")) {
      show->show = ShowKind::kCreateCatalog;
    } else if (TakeWord("MODEL")) {
      show->show = ShowKind::kCreateModel;
    } else if (TakeWords({"MATERIALIZED", "TABLE"})) {
      show->show = ShowKind::kCreateMaterializedTable;
    } else {
      return Unexpected("TABLE, VIEW or CATALOG");
    }
    TW_ASSIGN_OR_RETURN(ast::Name name, ParseName("a name"));
    show->name = std::move(name);
    show->span = SpanFrom(begin);
    return ast::StatementPtr(std::move(show));
  }
  if (TakeWord("CURRENT")) {
    if (TakeWord("CATALOG")) {
      show->show = ShowKind::kCurrentCatalog;
    } else {
      TW_RETURN_IF_ERROR(ExpectWord("DATABASE"));
      show->show = ShowKind::kCurrentDatabase;
    }
    show->span = SpanFrom(begin);
    return ast::StatementPtr(std::move(show));
  }
  struct Entry {
    std::string_view word;
    ShowKind kind;
  };
  static constexpr Entry kEntries[] = {{"CATALOGS", ShowKind::kCatalogs},
                                       {"DATABASES", ShowKind::kDatabases},
                                       {"TABLES", ShowKind::kTables},
                                       {"VIEWS", ShowKind::kViews},
                                       {"COLUMNS", ShowKind::kColumns},
                                       {"PARTITIONS", ShowKind::kPartitions},
                                       {"PROCEDURES", ShowKind::kProcedures},
                                       {"FUNCTIONS", ShowKind::kFunctions},
                                       {"MODULES", ShowKind::kModules},
                                       {"JARS", ShowKind::kJars},
                                       {"JOBS", ShowKind::kJobs},
                                       {"MODELS", ShowKind::kModels}};
  bool found = false;
  for (const Entry& entry : kEntries) {
    if (!TakeWord(entry.word)) continue;
    show->show = entry.kind;
    found = true;
    break;
  }
  if (!found && TakeWord("USER")) {
    TW_RETURN_IF_ERROR(ExpectWord("FUNCTIONS"));
    show->show = ShowKind::kUserFunctions;
  } else if (!found && TakeWord("FULL")) {
    TW_RETURN_IF_ERROR(ExpectWord("MODULES"));
    show->show = ShowKind::kFullModules;
  } else if (!found && TakeWord("MATERIALIZED")) {
    TW_RETURN_IF_ERROR(ExpectWord("TABLES"));
    show->show = ShowKind::kMaterializedTables;
  } else if (!found) {
    return Unexpected("TABLES, VIEWS, COLUMNS, FUNCTIONS, CREATE TABLE .. after SHOW");
  }
  bool named = TakeWord("FROM") || TakeWord("IN");
  if (show->show == ShowKind::kPartitions || named) {
    TW_ASSIGN_OR_RETURN(ast::Name name, ParseName("a name"));
    show->name = std::move(name);
  }
  if (show->show == ShowKind::kColumns && !show->name) return Unexpected("FROM");
  if (show->show == ShowKind::kPartitions && TakeWord("PARTITION")) {
    while (Peek().kind != TokenKind::kEnd && !AtSymbol(";")) Take();
  }
  TW_RETURN_IF_ERROR(ParseShowFilter(show.get()));
  show->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(show));
}

Result<ast::StatementPtr> Parser::ParseDescribe() {
  auto describe = std::make_shared<ast::Describe>();
  uint32_t begin = Take().span.begin;
  if (AtWord("CATALOG") && (AtName(1) || AtWord("EXTENDED", 1))) {
    describe->object = ast::ObjectKind::kCatalog;
    Take();
  } else if (AtWord("DATABASE") && (AtName(1) || AtWord("EXTENDED", 1))) {
    describe->object = ast::ObjectKind::kDatabase;
    Take();
  } else if (TakeWord("FUNCTION")) {
    describe->object = ast::ObjectKind::kFunction;
  } else if (AtWord("JOB") && Peek(1).kind == TokenKind::kString) {
    return RefuseStatement("DESCRIBE JOB");
  } else if (AtWord("MODEL") && AtName(1)) {
    return RefuseStatement("DESCRIBE MODEL");
  }
  describe->extended = TakeWord("EXTENDED");
  if (describe->object == ast::ObjectKind::kFunction && Peek().kind == TokenKind::kWord &&
      !AtName()) {
    const Token& token = Take();  // a function's name may be a reserved word: LEFT
    describe->name.parts.push_back({token.text, token.span, false});
    describe->name.span = token.span;
  } else {
    TW_ASSIGN_OR_RETURN(describe->name, ParseName("a name"));
  }
  describe->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(describe));
}

}  // namespace thalweg::sql
