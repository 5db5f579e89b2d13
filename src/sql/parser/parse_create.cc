// CREATE TABLE and CREATE VIEW.
#include "sql/parser/parser.h"

namespace thalweg::sql {

Result<ast::StatementPtr> Parser::ParseCreate() {
  uint32_t begin = Peek().span.begin;
  bool replace = false;
  bool must_exist = false;
  if (TakeWord("CREATE")) {
    if (TakeWords({"OR", "REPLACE"})) {
      replace = true;
    } else if (AtWord("OR") && AtWord("ALTER", 1)) {
      return RefuseStatement("CREATE OR ALTER MATERIALIZED TABLE");
    }
  } else {
    TW_RETURN_IF_ERROR(ExpectWord("REPLACE"));
    replace = must_exist = true;
  }
  bool temporary = TakeWord("TEMPORARY");
  Result<ast::StatementPtr> result = ast::StatementPtr();
  if (AtWord("TABLE")) {
    result = ParseCreateTable(temporary, replace, must_exist);
  } else if (AtWord("VIEW") && !replace) {
    result = ParseCreateView(temporary);
  } else if (AtWord("SYSTEM") || AtWord("FUNCTION")) {
    return RefuseStatement("CREATE FUNCTION");
  } else {
    if (!replace && (AtWord("DATABASE") || AtWord("CATALOG"))) {
      auto create = std::make_shared<ast::CreateDatabase>();
      create->catalog = Take().upper == "CATALOG";
      create->if_not_exists = TakeWords({"IF", "NOT", "EXISTS"});
      TW_ASSIGN_OR_RETURN(create->name, ParseName("a name"));
      if (TakeWord("COMMENT")) {
        TW_ASSIGN_OR_RETURN(create->comment, ParseString("a comment in quotes"));
      }
      if (TakeWord("WITH")) TW_RETURN_IF_ERROR(ParseOptions(&create->options));
      create->span = SpanFrom(begin);
      return ast::StatementPtr(std::move(create));
    }
    for (std::string_view word : {"MODEL", "MATERIALIZED", "CONNECTION"}) {
      if (AtWord(word)) {
        return RefuseStatement(word == "MATERIALIZED" ? "CREATE MATERIALIZED TABLE"
                                                      : "CREATE " + std::string(word));
      }
    }
    return Unexpected("TABLE or VIEW");
  }
  if (!result.ok()) return result.status();
  const_cast<ast::Statement&>(**result).span = SpanFrom(begin);
  return result;
}

Result<ast::StatementPtr> Parser::ParseCreateTable(bool temporary, bool replace, bool must_exist) {
  auto table = std::make_shared<ast::CreateTable>();
  table->temporary = temporary;
  table->replace = replace;
  table->must_exist = must_exist;
  TW_RETURN_IF_ERROR(ExpectWord("TABLE"));
  table->if_not_exists = TakeWords({"IF", "NOT", "EXISTS"});
  TW_ASSIGN_OR_RETURN(table->name, ParseName("a table name"));
  if (AtSymbol("(")) TW_RETURN_IF_ERROR(ParseTableElements(table.get()));
  if (TakeWord("COMMENT")) {
    TW_ASSIGN_OR_RETURN(table->comment, ParseString("a comment in quotes"));
  }
  TW_RETURN_IF_ERROR(ParseDistribution(table.get()));
  if (TakeWords({"PARTITIONED", "BY"})) {
    TW_ASSIGN_OR_RETURN(table->partitioned_by, ParseNameList("a column name"));
  }
  if (TakeWord("WITH")) TW_RETURN_IF_ERROR(ParseOptions(&table->options));
  if (AtWord("LIKE")) {
    TW_RETURN_IF_ERROR(ParseLike(table.get()));
  } else if (TakeWord("AS")) {
    uint32_t query_begin = Peek().span.begin;
    TW_ASSIGN_OR_RETURN(table->query, ParseQuery());
    table->query_span = SpanFrom(query_begin);
  } else if (replace) {
    return Unexpected("AS with a query after REPLACE TABLE");
  }
  return ast::StatementPtr(std::move(table));
}

Status Parser::ParseTableElements(ast::CreateTable* table) {
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  if (TakeSymbol(")")) return Status::OK();
  do {
    TW_RETURN_IF_ERROR(ParseTableElement(table));
  } while (TakeSymbol(","));
  return ExpectSymbol(")");
}

Status Parser::ParseTableElement(ast::CreateTable* table) {
  if (AtWord("WATERMARK") && AtWord("FOR", 1)) return ParseWatermark(table);
  if (TakeWord("CONSTRAINT")) {
    TW_ASSIGN_OR_RETURN(ast::Identifier name, ParseIdentifier("a constraint's name"));
    return ParsePrimaryKey(table, std::move(name.name));
  }
  if (AtWord("PRIMARY") || (AtWord("UNIQUE") && AtSymbol("(", 1))) {
    return ParsePrimaryKey(table, "");
  }
  if (AtWord("PERIOD") && AtWord("FOR", 1)) {
    return Status::NotSupported(Peek().span, "PERIOD FOR is not supported");
  }
  return ParseColumn(table);
}

Status Parser::ParsePrimaryKey(ast::CreateTable* table, std::string constraint) {
  ast::PrimaryKey key;
  uint32_t begin = Peek().span.begin;
  key.constraint_name = std::move(constraint);
  if (AtWord("UNIQUE")) {
    return Status::NotSupported(Peek().span, "UNIQUE constraints are not supported");
  }
  TW_RETURN_IF_ERROR(ExpectWord("PRIMARY"));
  TW_RETURN_IF_ERROR(ExpectWord("KEY"));
  TW_ASSIGN_OR_RETURN(key.columns, ParseNameList("a column name"));
  key.span = SpanFrom(begin);
  if (!TakeWords({"NOT", "ENFORCED"})) {
    return Status::InvalidSql(key.span,
                              "a primary key must be declared PRIMARY KEY (..) NOT "
                              "ENFORCED: the engine does not own the data");
  }
  table->primary_keys.push_back(std::move(key));
  return Status::OK();
}

Status Parser::ParseWatermark(ast::CreateTable* table) {
  ast::WatermarkDefinition watermark;
  uint32_t begin = Take().span.begin;
  Take();
  TW_ASSIGN_OR_RETURN(watermark.column, ParseIdentifier("a column name"));
  while (TakeSymbol(".")) {
    TW_ASSIGN_OR_RETURN(ast::Identifier part, ParseIdentifier("a field name"));
    watermark.nested.push_back(std::move(part));
  }
  TW_RETURN_IF_ERROR(ExpectWord("AS"));
  TW_ASSIGN_OR_RETURN(watermark.expr, ParseExpr());
  watermark.span = SpanFrom(begin);
  table->watermarks.push_back(std::move(watermark));
  return Status::OK();
}

Status Parser::ParseColumn(ast::CreateTable* table) {
  using Kind = ast::ColumnDefinition::Kind;
  ast::ColumnDefinition column;
  uint32_t begin = Peek().span.begin;
  TW_ASSIGN_OR_RETURN(column.name, ParseIdentifier("a column name"));
  if (AtSymbol(",") || AtSymbol(")")) {
    table->identifier_columns.push_back(std::move(column.name));
    return Status::OK();
  }
  if (AtSymbol(".")) {
    return Status::NotSupported(Peek().span, "a column of a nested field is not supported");
  }
  if (TakeWord("AS")) {
    column.kind = Kind::kComputed;
    TW_ASSIGN_OR_RETURN(column.expr, ParseExpr());
  } else {
    SqlSpan type_span = Peek().span;
    TW_ASSIGN_OR_RETURN(column.type, ParseType());
    if (column.type.is_interval()) {
      return Status::InvalidSql(type_span, "INTERVAL is not a type of a table's column");
    }
    if (TakeWord("METADATA")) {
      column.kind = Kind::kMetadata;
      if (TakeWord("FROM")) {
        TW_ASSIGN_OR_RETURN(column.metadata_key, ParseString("a metadata key in quotes"));
      }
      column.is_virtual = TakeWord("VIRTUAL");
    } else {
      std::string constraint;
      if (TakeWord("CONSTRAINT")) {
        TW_ASSIGN_OR_RETURN(ast::Identifier name, ParseIdentifier("a constraint's name"));
        constraint = std::move(name.name);
      }
      SqlSpan key_span = Peek().span;
      if (TakeWords({"PRIMARY", "KEY"})) {
        column.primary_key = true;
        if (!TakeWords({"NOT", "ENFORCED"})) {
          return Status::InvalidSql(key_span,
                                    "a primary key must be declared PRIMARY KEY NOT "
                                    "ENFORCED: the engine does not own the data");
        }
        ast::PrimaryKey key;
        key.constraint_name = std::move(constraint);
        key.columns = {column.name};
        key.span = key_span;
        table->primary_keys.push_back(std::move(key));
      } else if (AtWord("UNIQUE")) {
        return Status::NotSupported(Peek().span, "UNIQUE constraints are not supported");
      }
    }
  }
  if (TakeWord("COMMENT")) {
    TW_ASSIGN_OR_RETURN(column.comment, ParseString("a comment in quotes"));
  }
  column.span = SpanFrom(begin);
  table->columns.push_back(std::move(column));
  return Status::OK();
}

Status Parser::ParseDistribution(ast::CreateTable* table) {
  if (!AtWord("DISTRIBUTED")) return Status::OK();
  Take();
  std::string text = "DISTRIBUTED";
  if (TakeWord("BY")) {
    text += " BY ";
    if (AtWord("HASH") || AtWord("RANGE")) text += Take().upper;
    TW_ASSIGN_OR_RETURN(std::vector<ast::Identifier> columns, ParseNameList("a column name"));
    std::string_view separator = "(";
    for (const ast::Identifier& column : columns) {
      text += std::string(separator) + "`" + column.name + "`";
      separator = ", ";
    }
    text += ")";
    if (!AtWord("INTO")) {
      table->distribution = std::move(text);
      return Status::OK();
    }
  }
  TW_RETURN_IF_ERROR(ExpectWord("INTO"));
  TW_ASSIGN_OR_RETURN(int32_t buckets, ParseSmallInteger("the number of buckets", 1, 1 << 20));
  table->distribution = text + " INTO " + std::to_string(buckets) + " BUCKETS";
  return ExpectWord("BUCKETS");
}

Status Parser::ParseOptions(std::vector<ast::Option>* options) {
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  if (TakeSymbol(")")) return Status::OK();
  do {
    ast::Option option;
    TW_ASSIGN_OR_RETURN(option.key, ParseString("an option's key in quotes", &option.key_span));
    TW_RETURN_IF_ERROR(ExpectSymbol("="));
    TW_ASSIGN_OR_RETURN(option.value, ParseString("a value in quotes", &option.value_span));
    options->push_back(std::move(option));
  } while (TakeSymbol(","));
  return ExpectSymbol(")");
}

Status Parser::ParseLike(ast::CreateTable* table) {
  TW_RETURN_IF_ERROR(ExpectWord("LIKE"));
  TW_ASSIGN_OR_RETURN(ast::Name source, ParseName("a table name"));
  table->like = std::move(source);
  if (!TakeSymbol("(")) return Status::OK();
  using Strategy = ast::LikeOption::Strategy;
  using Feature = ast::LikeOption::Feature;
  struct Entry {
    std::string_view word;
    Feature feature;
  };
  static constexpr Entry kFeatures[] = {{"ALL", Feature::kAll},
                                        {"CONSTRAINTS", Feature::kConstraints},
                                        {"DISTRIBUTION", Feature::kDistribution},
                                        {"PARTITIONS", Feature::kPartitions},
                                        {"GENERATED", Feature::kGenerated},
                                        {"METADATA", Feature::kMetadata},
                                        {"OPTIONS", Feature::kOptions},
                                        {"WATERMARKS", Feature::kWatermarks}};
  while (!TakeSymbol(")")) {
    ast::LikeOption option;
    uint32_t begin = Peek().span.begin;
    if (TakeWord("INCLUDING")) {
      option.strategy = Strategy::kIncluding;
    } else if (TakeWord("EXCLUDING")) {
      option.strategy = Strategy::kExcluding;
    } else if (TakeWord("OVERWRITING")) {
      option.strategy = Strategy::kOverwriting;
    } else {
      return Unexpected("INCLUDING, EXCLUDING, OVERWRITING or ')'");
    }
    bool found = false;
    for (const Entry& entry : kFeatures) {
      if (!TakeWord(entry.word)) continue;
      option.feature = entry.feature;
      found = true;
      break;
    }
    if (!found) {
      return Unexpected("ALL, CONSTRAINTS, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS");
    }
    option.span = SpanFrom(begin);
    if (option.strategy == Strategy::kOverwriting &&
        (option.feature == Feature::kAll || option.feature == Feature::kConstraints ||
         option.feature == Feature::kDistribution || option.feature == Feature::kPartitions)) {
      return Status::InvalidSql(option.span,
                                "only GENERATED, METADATA, OPTIONS and WATERMARKS "
                                "can be OVERWRITING");
    }
    table->like_options.push_back(option);
  }
  return Status::OK();
}

Result<ast::StatementPtr> Parser::ParseCreateView(bool temporary) {
  auto view = std::make_shared<ast::CreateView>();
  view->temporary = temporary;
  TW_RETURN_IF_ERROR(ExpectWord("VIEW"));
  view->if_not_exists = TakeWords({"IF", "NOT", "EXISTS"});
  TW_ASSIGN_OR_RETURN(view->name, ParseName("a view's name"));
  if (AtSymbol("(")) {
    TW_ASSIGN_OR_RETURN(view->columns, ParseNameList("a column name"));
  }
  if (TakeWord("COMMENT")) {
    TW_ASSIGN_OR_RETURN(view->comment, ParseString("a comment in quotes"));
  }
  TW_RETURN_IF_ERROR(ExpectWord("AS"));
  TW_ASSIGN_OR_RETURN(view->query, ParseQuery());
  return ast::StatementPtr(std::move(view));
}

}  // namespace thalweg::sql
