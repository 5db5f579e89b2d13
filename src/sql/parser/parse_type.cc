// Data types, in Flink's spelling.
#include <algorithm>
#include <unordered_map>

#include "sql/parser/parser.h"

namespace thalweg::sql {

using data::Type;

Status Parser::ParsePrecision(int32_t low, int32_t high, std::string_view what, int32_t* value) {
  if (!TakeSymbol("(")) return Status::OK();
  TW_ASSIGN_OR_RETURN(*value, ParseSmallInteger(what, low, high));
  return ExpectSymbol(")");
}

Result<Type> Parser::ParseType() {
  DepthGuard guard(this);
  TW_RETURN_IF_ERROR(CheckDepth());
  TW_ASSIGN_OR_RETURN(Type type, ParseTypeName());
  // INT NOT NULL ARRAY: a postfix collection applies to all before it.
  for (int suffixes = 0;; ++suffixes) {
    if (suffixes > 100) return Unexpected("a simpler type");
    if (AtWord("NOT") && AtWord("NULL", 1)) {
      position_ += 2;
      type = type.WithNullable(false);
    } else if (AtWord("NULL") && !AtWord("ON", 1)) {
      Take();
      type = type.WithNullable(true);
    }
    if (TakeWord("ARRAY")) {
      type = Type::Array(type);
    } else if (TakeWord("MULTISET")) {
      type = Type::Multiset(type);
    } else {
      return type;
    }
  }
}

Result<Type> Parser::ParseTypeName() {
  const Token token = Peek();
  if (token.kind != TokenKind::kWord) {
    if (token.kind == TokenKind::kQuotedIdentifier) {
      return Status::NotSupported(token.span,
                                  "user-defined type '" + token.text + "' is not supported");
    }
    return Unexpected("a type");
  }
  const std::string& word = token.upper;
  int32_t precision = 0;
  static const std::unordered_map<std::string, Type> kSimple = {
      {"BOOLEAN", Type::Boolean()}, {"TINYINT", Type::Tinyint()}, {"SMALLINT", Type::Smallint()},
      {"INT", Type::Int()},         {"INTEGER", Type::Int()},     {"BIGINT", Type::Bigint()},
      {"FLOAT", Type::Float()},     {"STRING", Type::String()},   {"BYTES", Type::Bytes()},
      {"DATE", Type::Date()},       {"NULL", Type::Null()}};
  if (auto it = kSimple.find(word); it != kSimple.end()) {
    Take();
    return it->second;
  }
  if (TakeWord("DOUBLE")) {
    TakeWord("PRECISION");
    return Type::Double();
  }
  if (word == "DECIMAL" || word == "DEC" || word == "NUMERIC") {
    Take();
    precision = 10;
    int32_t scale = 0;
    if (TakeSymbol("(")) {
      TW_ASSIGN_OR_RETURN(precision, ParseSmallInteger("the precision of DECIMAL", 1, 1000));
      precision = std::min(precision, 38);  // as Flink does
      if (TakeSymbol(",")) {
        TW_ASSIGN_OR_RETURN(scale, ParseSmallInteger("the scale of DECIMAL", 0, precision));
      }
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    }
    return Type::Decimal(precision, scale);
  }
  if (word == "CHAR" || word == "CHARACTER" || word == "VARCHAR" || word == "BINARY" ||
      word == "VARBINARY") {
    Take();
    bool varying = word[0] == 'V' || TakeWord("VARYING");
    precision = varying ? Type::kMaxLength : 1;
    TW_RETURN_IF_ERROR(ParsePrecision(0, Type::kMaxLength, "the length of " + word, &precision));
    bool binary = word.find("BINARY") != std::string::npos;
    if (binary) return varying ? Type::Varbinary(precision) : Type::Binary(precision);
    return varying ? Type::Varchar(precision) : Type::Char(precision);
  }
  if (TakeWord("TIME")) {
    TW_RETURN_IF_ERROR(ParsePrecision(0, 1000, "the precision of TIME", &precision));
    if (TakeWord("WITHOUT")) {
      TW_RETURN_IF_ERROR(ExpectWord("TIME"));
      TW_RETURN_IF_ERROR(ExpectWord("ZONE"));
    }
    return Type::Time(0);  // whole seconds only, as in Flink
  }
  if (word == "TIMESTAMP" || word == "TIMESTAMP_LTZ") return ParseTimestampType();
  if (TakeWord("INTERVAL")) {
    std::string qualifier;
    Type type;
    TW_RETURN_IF_ERROR(ParseIntervalQualifier(&qualifier, &type));
    return type;
  }
  if (word == "ARRAY" || word == "MULTISET") {
    Take();
    TW_RETURN_IF_ERROR(ExpectSymbol("<"));
    TW_ASSIGN_OR_RETURN(Type element, ParseType());
    TW_RETURN_IF_ERROR(ExpectSymbol(">"));
    return word == "ARRAY" ? Type::Array(element) : Type::Multiset(element);
  }
  if (TakeWord("MAP")) {
    TW_RETURN_IF_ERROR(ExpectSymbol("<"));
    TW_ASSIGN_OR_RETURN(Type key, ParseType());
    TW_RETURN_IF_ERROR(ExpectSymbol(","));
    TW_ASSIGN_OR_RETURN(Type value, ParseType());
    TW_RETURN_IF_ERROR(ExpectSymbol(">"));
    return Type::Map(key, value);
  }
  if (TakeWord("ROW")) return ParseRowType();
  for (std::string_view name : {"RAW", "STRUCTURED", "VARIANT", "DESCRIPTOR", "ANY"}) {
    if (word == name) {
      return Status::NotSupported(token.span, "type " + word + " is not supported yet");
    }
  }
  for (std::string_view name : {"BOOLEAN", "TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT",
                                "FLOAT", "STRING", "BYTES", "DATE", "DOUBLE", "DECIMAL", "VARCHAR",
                                "CHAR", "VARBINARY", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ"}) {
    AtWord(name);  // for the suggestion
  }
  return Unexpected("a type");
}

Result<Type> Parser::ParseTimestampType() {
  bool ltz = Take().upper == "TIMESTAMP_LTZ";
  int32_t precision = 6;
  TW_RETURN_IF_ERROR(ParsePrecision(0, 1000, "the precision of TIMESTAMP", &precision));
  precision = std::min(precision, 9);  // as Flink does
  if (!ltz && AtWord("WITHOUT") && AtWord("TIME", 1)) {
    position_ += 2;
    TW_RETURN_IF_ERROR(ExpectWord("ZONE"));
  } else if (!ltz && AtWord("WITH") && (AtWord("LOCAL", 1) || AtWord("TIME", 1))) {
    SqlSpan span = Take().span;
    if (!TakeWord("LOCAL")) {
      return Status::NotSupported(span,
                                  "TIMESTAMP WITH TIME ZONE is not supported; use TIMESTAMP "
                                  "WITH LOCAL TIME ZONE");
    }
    TW_RETURN_IF_ERROR(ExpectWord("TIME"));
    TW_RETURN_IF_ERROR(ExpectWord("ZONE"));
    ltz = true;
  }
  return ltz ? Type::TimestampLtz(precision) : Type::Timestamp(precision);
}

Result<Type> Parser::ParseRowType() {
  std::vector<data::Field> fields;
  std::string_view close;
  if (TakeSymbol("<>")) return Type::Row({});
  if (TakeSymbol("<")) {
    close = ">";
  } else if (TakeSymbol("(")) {
    close = ")";
  } else {
    return Unexpected("'<'");
  }
  if (!AtSymbol(close)) {
    do {
      data::Field field;
      TW_ASSIGN_OR_RETURN(ast::Identifier name, ParseIdentifier("a field name"));
      field.name = std::move(name.name);
      TW_ASSIGN_OR_RETURN(field.type, ParseType());
      if (Peek().kind == TokenKind::kString) Take();  // a comment; rows do not carry it
      for (const data::Field& other : fields) {
        if (other.name == field.name) {
          return Status::InvalidSql(name.span, "field '" + field.name + "' appears twice");
        }
      }
      fields.push_back(std::move(field));
    } while (TakeSymbol(","));
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(close));
  return Type::Row(std::move(fields));
}

}  // namespace thalweg::sql
