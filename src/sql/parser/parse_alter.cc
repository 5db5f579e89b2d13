// ALTER TABLE, VIEW, DATABASE and CATALOG.
#include "sql/parser/parser.h"

namespace thalweg::sql {

Result<ast::StatementPtr> Parser::ParseAlter() {
  auto alter = std::make_shared<ast::AlterTable>();
  uint32_t begin = Take().span.begin;
  if (!AtWord("TABLE") && !AtWord("VIEW")) {
    if (AtWord("DATABASE") || AtWord("CATALOG")) return ParseAlterCatalog(begin);
    for (std::string_view word : {"FUNCTION", "MODEL", "MATERIALIZED"}) {
      if (AtWord(word)) {
        return RefuseStatement(word == "MATERIALIZED" ? "ALTER MATERIALIZED TABLE"
                                                      : "ALTER " + std::string(word));
      }
    }
    return Unexpected("TABLE or VIEW after ALTER");
  }
  alter->view = Take().upper == "VIEW";
  alter->if_exists = TakeWords({"IF", "EXISTS"});
  TW_ASSIGN_OR_RETURN(alter->name, ParseName("a table name"));
  TW_RETURN_IF_ERROR(alter->view ? ParseViewChange(alter.get()) : ParseTableChange(alter.get()));
  alter->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(alter));
}

Result<ast::StatementPtr> Parser::ParseAlterCatalog(uint32_t begin) {
  auto alter = std::make_shared<ast::AlterCatalog>();
  alter->database = Take().upper == "DATABASE";
  TW_ASSIGN_OR_RETURN(alter->name, ParseName("a name"));
  if (TakeWord("SET")) {
    TW_RETURN_IF_ERROR(ParseOptions(&alter->options));
  } else if (!alter->database && TakeWord("RESET")) {
    TW_RETURN_IF_ERROR(ParseKeys(&alter->keys));
  } else if (!alter->database && TakeWord("COMMENT")) {
    TW_ASSIGN_OR_RETURN(std::string comment, ParseString("a comment in quotes"));
    alter->comment = std::move(comment);
  } else {
    return Unexpected(alter->database ? "SET" : "SET, RESET or COMMENT");
  }
  alter->span = SpanFrom(begin);
  return ast::StatementPtr(std::move(alter));
}

/// ('key', ..) of RESET
Status Parser::ParseKeys(std::vector<std::string>* keys) {
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  if (AtSymbol(")")) {
    return Status::InvalidSql(Peek().span, "RESET does not support empty key");
  }
  do {
    TW_ASSIGN_OR_RETURN(std::string key, ParseString("a key in quotes"));
    keys->push_back(std::move(key));
  } while (TakeSymbol(","));
  return ExpectSymbol(")");
}

Status Parser::ParseViewChange(ast::AlterTable* alter) {
  using Action = ast::AlterTable::Action;
  if (TakeWords({"RENAME", "TO"})) {
    alter->action = Action::kRename;
    TW_ASSIGN_OR_RETURN(alter->new_name, ParseName("a new name"));
    return Status::OK();
  }
  if (!TakeWord("AS")) return Unexpected("RENAME TO or AS");
  alter->action = Action::kAs;
  TW_ASSIGN_OR_RETURN(alter->query, ParseQuery());
  return Status::OK();
}

Status Parser::ParseTableChange(ast::AlterTable* alter) {
  using Action = ast::AlterTable::Action;
  if (TakeWords({"RENAME", "TO"})) {
    alter->action = Action::kRename;
    TW_ASSIGN_OR_RETURN(alter->new_name, ParseName("a new name"));
  } else if (TakeWord("RENAME")) {
    alter->action = Action::kRenameColumn;
    TW_ASSIGN_OR_RETURN(ast::Identifier from, ParseIdentifier("a column name"));
    TW_RETURN_IF_ERROR(ExpectWord("TO"));
    TW_ASSIGN_OR_RETURN(alter->new_column, ParseIdentifier("a new name"));
    alter->columns.push_back(std::move(from));
  } else if (TakeWord("SET")) {
    alter->action = Action::kSet;
    return ParseOptions(&alter->options);
  } else if (TakeWord("RESET")) {
    alter->action = Action::kReset;
    return ParseKeys(&alter->keys);
  } else if (AtWord("ADD") || AtWord("MODIFY")) {
    alter->action = Take().upper == "ADD" ? Action::kAdd : Action::kModify;
    if (AtWord("DISTRIBUTION") || AtWord("PARTITION")) {
      return Status::NotSupported(Peek().span,
                                  "ALTER TABLE .. " + Peek().upper + " is not supported yet");
    }
    if (!TakeSymbol("(")) return ParseChangedElement(&alter->elements);
    do {
      TW_RETURN_IF_ERROR(ParseChangedElement(&alter->elements));
    } while (TakeSymbol(","));
    return ExpectSymbol(")");
  } else if (TakeWord("DROP")) {
    return ParseTableDrop(alter);
  } else {
    return Unexpected("RENAME, SET, RESET, ADD, MODIFY or DROP");
  }
  return Status::OK();
}

// A column, which may say where it stands, or a watermark or key.
Status Parser::ParseChangedElement(ast::CreateTable* elements) {
  const size_t columns = elements->columns.size();
  TW_RETURN_IF_ERROR(ParseTableElement(elements));
  if (!elements->identifier_columns.empty()) return Unexpected("a type or AS");
  if (elements->columns.size() == columns) return Status::OK();
  ast::ColumnDefinition& column = elements->columns.back();
  if (TakeWord("FIRST")) {
    column.first = true;
  } else if (TakeWord("AFTER")) {
    TW_ASSIGN_OR_RETURN(column.after, ParseIdentifier("a column name"));
  }
  return Status::OK();
}

Status Parser::ParseTableDrop(ast::AlterTable* alter) {
  using Action = ast::AlterTable::Action;
  if (TakeWord("WATERMARK")) {
    alter->action = Action::kDropWatermark;
  } else if (TakeWords({"PRIMARY", "KEY"})) {
    alter->action = Action::kDropPrimaryKey;
  } else if (TakeWord("CONSTRAINT")) {
    alter->action = Action::kDropPrimaryKey;
    TW_ASSIGN_OR_RETURN(alter->constraint, ParseIdentifier("a constraint's name"));
  } else if (AtWord("DISTRIBUTION") || AtWord("PARTITION")) {
    return Status::NotSupported(Peek().span,
                                "ALTER TABLE DROP " + Peek().upper + " is not supported yet");
  } else {
    alter->action = Action::kDropColumns;
    if (AtSymbol("(")) {
      TW_ASSIGN_OR_RETURN(alter->columns, ParseNameList("a column name"));
    } else {
      TW_ASSIGN_OR_RETURN(ast::Identifier column, ParseIdentifier("a column name"));
      alter->columns.push_back(std::move(column));
    }
  }
  return Status::OK();
}

}  // namespace thalweg::sql
