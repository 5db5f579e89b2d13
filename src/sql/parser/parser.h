// Parser: one SQL statement to its syntax tree, by recursive descent with a precedence-climbing
// core for expressions.
//
// Depth-limited: neither the parser's recursion nor the height of what it returns exceeds fixed
// bounds, so hostile text ends in an error. Errors carry the span of the token that was not
// understood, what was expected there, and the nearest word when the token looks like a slip.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sql/lexer/token.h"
#include "sql/parser/ast/statement.h"

namespace thalweg::sql {

/// Parses the statement in `range` of `text` (a trailing ';' is allowed).
Result<ast::StatementPtr> ParseStatement(std::string_view text, SqlSpan range);
/// Parses a scalar expression alone; for computed columns read back from a catalog, and tests.
Result<ast::ExprPtr> ParseExpression(std::string_view text);

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens);

  Result<ast::StatementPtr> ParseStatementToEnd();
  Result<ast::ExprPtr> ParseExpressionToEnd();

 private:
  /// Bounds recursion: every function that can contain itself holds one.
  class DepthGuard {
   public:
    explicit DepthGuard(Parser* parser) : parser_(parser) { ++parser_->depth_; }
    ~DepthGuard() { --parser_->depth_; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;

   private:
    Parser* parser_;
  };
  Status CheckDepth();
  Status CheckHeight(uint32_t height, SqlSpan span);

  // --- tokens (parser.cc) ---
  const Token& Peek(size_t ahead = 0) const {
    size_t i = position_ + ahead;
    return i < tokens_.size() ? tokens_[i] : tokens_.back();
  }
  const Token& Take() { return tokens_[position_ + 1 < tokens_.size() ? position_++ : position_]; }
  bool AtWord(std::string_view upper, size_t ahead = 0);
  bool AtSymbol(std::string_view symbol, size_t ahead = 0) const;
  bool TakeWord(std::string_view upper);
  bool TakeWords(std::initializer_list<std::string_view> words);
  bool AtWords(std::initializer_list<std::string_view> words);
  bool TakeSymbol(std::string_view symbol);
  Status ExpectWord(std::string_view upper);
  Status ExpectSymbol(std::string_view symbol);
  Status Unexpected(std::string_view expected);
  SqlSpan SpanFrom(uint32_t begin) const;
  bool AtName(size_t ahead = 0) const;
  Result<ast::Identifier> ParseIdentifier(std::string_view what);
  Result<ast::Name> ParseName(std::string_view what);
  Result<std::vector<ast::Identifier>> ParseNameList(std::string_view what);
  Result<std::string> ParseString(std::string_view what, SqlSpan* span = nullptr);
  Result<int32_t> ParseSmallInteger(std::string_view what, int32_t low, int32_t high);
  bool QueryAhead(size_t ahead);

  // --- expressions (parse_expression.cc, parse_call.cc, parse_literal.cc) ---
  Result<ast::ExprPtr> ParseExpr();
  Result<ast::ExprPtr> ParseBinary(int min_precedence);
  Result<ast::ExprPtr> ParseUnary();
  Result<ast::ExprPtr> ParsePostfix(ast::ExprPtr base);
  Result<ast::ExprPtr> ParsePrimary();
  /// (a - b) DAY: the interval between two datetimes, the function DATETIME_MINUS.
  Result<ast::ExprPtr> ParseDifferenceUnit(ast::ExprPtr difference);
  Result<ast::ExprPtr> ParseParenthesized();
  Result<ast::ExprPtr> ParseNameExpression();
  Result<ast::ExprPtr> ParsePredicateSuffix(ast::ExprPtr left, bool negated);
  Result<ast::ExprPtr> ParseInSuffix(ast::ExprPtr left, bool negated);
  Result<ast::ExprPtr> ParseQuantified(ast::ExprPtr left, std::string op);
  Result<ast::ExprPtr> ParseIsSuffix(ast::ExprPtr left);
  Result<ast::ExprPtr> ParseCase();
  Result<ast::ExprPtr> ParseCast(bool is_try);
  Result<ast::ExprPtr> ParseLiteralOrNull();
  Result<ast::ExprPtr> ParseInterval();
  /// `fraction`: the digits of the seconds' fraction, if they are written.
  Status ParseIntervalQualifier(std::string* qualifier, data::Type* type,
                                std::optional<int32_t>* fraction = nullptr);
  Result<std::string> ParseTimeUnit();
  Result<ast::ExprPtr> ParseSpecialCall();
  Result<ast::ExprPtr> ParseJsonCall(std::shared_ptr<ast::Call> call);
  Status ParseJsonBehaviour(ast::Call* call);
  Result<ast::ExprPtr> ParseFunction(ast::Name name);
  Status ParseCallSuffixes(ast::Call* call);
  Result<ast::ExprPtr> ParseArgument();
  Result<ast::ExprPtr> ParseTableArgument();
  Result<ast::ExprPtr> ParseDescriptor();
  Status ParseExprList(std::vector<ast::ExprPtr>* list);
  Status ParseOrderItems(std::vector<ast::OrderItem>* items);
  Result<std::shared_ptr<const ast::WindowSpec>> ParseWindowSpec();
  Result<ast::FrameBound> ParseFrameBound();
  std::shared_ptr<ast::Call> NewOperator(std::string name, std::vector<ast::ExprPtr> args);
  Result<ast::ExprPtr> Finish(std::shared_ptr<ast::Call> call);
  ast::ExprPtr Symbol(std::string text, SqlSpan span);

  // --- types (parse_type.cc) ---
  Result<data::Type> ParseType();
  Result<data::Type> ParseTypeName();
  Result<data::Type> ParseRowType();
  Result<data::Type> ParseTimestampType();
  Status ParsePrecision(int32_t low, int32_t high, std::string_view what, int32_t* value);

  // --- queries (parse_query.cc, parse_table_ref.cc) ---
  Result<ast::QueryPtr> ParseQuery();
  Result<ast::QueryBodyPtr> ParseSetOperations(int min_precedence);
  Result<ast::QueryBodyPtr> ParseQueryTerm();
  Result<ast::QueryBodyPtr> ParseSelect();
  Result<ast::QueryBodyPtr> ParseValues();
  Status ParseSelectItems(ast::Select* select);
  Status ParseGroupItems(std::vector<ast::GroupItem>* items);
  Result<ast::GroupItem> ParseGroupItem();
  Status ParseHints(std::vector<ast::Hint>* hints);
  Result<ast::TableRefPtr> ParseFrom();
  Result<ast::TableRefPtr> ParseJoins();
  Result<ast::TableRefPtr> ParseTablePrimary();
  Result<ast::TableRefPtr> ParseTableSuffixes(std::shared_ptr<ast::TableRef> table);
  Result<ast::TableRefPtr> ParseMatchRecognize(ast::TableRefPtr input);
  Status ParseTableAlias(ast::TableRef* table);
  bool AtImplicitAlias();

  // --- statements (parse_statement.cc, parse_create.cc, parse_show.cc) ---
  Result<ast::StatementPtr> ParseOneStatement();
  Result<ast::StatementPtr> ParseCreate();
  Result<ast::StatementPtr> ParseCreateTable(bool temporary, bool replace, bool must_exist);
  Status ParseTableElements(ast::CreateTable* table);
  Status ParseTableElement(ast::CreateTable* table);
  Status ParseColumn(ast::CreateTable* table);
  Status ParseWatermark(ast::CreateTable* table);
  Status ParsePrimaryKey(ast::CreateTable* table, std::string constraint);
  Status ParseLike(ast::CreateTable* table);
  Status ParseDistribution(ast::CreateTable* table);
  Status ParseOptions(std::vector<ast::Option>* options);
  Result<ast::StatementPtr> ParseCreateView(bool temporary);
  Result<ast::StatementPtr> ParseDrop();
  Result<ast::StatementPtr> ParseAlter();
  Status ParseViewChange(ast::AlterTable* alter);
  Status ParseTableChange(ast::AlterTable* alter);
  Status ParseChangedElement(ast::CreateTable* elements);
  Status ParseTableDrop(ast::AlterTable* alter);
  Result<ast::StatementPtr> ParseAlterCatalog(uint32_t begin);
  Status ParseKeys(std::vector<std::string>* keys);
  Result<ast::StatementPtr> ParseSet();
  Result<ast::StatementPtr> ParseReset();
  Result<ast::StatementPtr> ParseUse();
  Result<ast::StatementPtr> ParseShow();
  Status ParseShowFilter(ast::Show* show);
  Result<ast::StatementPtr> ParseDescribe();
  Result<ast::StatementPtr> ParseExplain();
  Result<ast::StatementPtr> ParseInsert();
  Result<ast::StatementPtr> ParseStatementSetBody();
  Result<ast::StatementPtr> RefuseStatement(std::string what);

  std::string_view text_;
  std::vector<Token> tokens_;
  /// For each '(' the index of its ')', or of the last token.
  std::vector<uint32_t> closing_;
  size_t position_ = 0;
  int depth_ = 0;
  /// Keywords that were looked for at the token `tried_at_`, for suggestions.
  std::vector<std::string_view> tried_;
  size_t tried_at_ = 0;
  /// The same for the last token that was taken as a name.
  std::vector<std::string_view> tried_before_;
  size_t tried_before_at_ = 0;
};

}  // namespace thalweg::sql
