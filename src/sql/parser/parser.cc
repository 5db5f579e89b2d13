#include "sql/parser/parser.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "sql/lexer/keywords.h"
#include "sql/lexer/lexer.h"

namespace thalweg::sql {
namespace {

constexpr int kMaxDepth = 400;
constexpr uint32_t kMaxHeight = 1500;

std::string Describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end of the statement";
    case TokenKind::kString:
      return "a string";
    case TokenKind::kBinary:
      return "a binary literal";
    default: {
      std::string text = token.text.size() > 40 ? token.text.substr(0, 37) + "..." : token.text;
      return "'" + text + "'";
    }
  }
}

}  // namespace

std::string ast::Name::ToString() const {
  std::string s;
  for (const Identifier& part : parts) {
    if (!s.empty()) s += ".";
    s += part.name;
  }
  return s;
}

Result<ast::StatementPtr> ParseStatement(std::string_view text, SqlSpan range) {
  TW_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text, range));
  return Parser(text, std::move(tokens)).ParseStatementToEnd();
}

Result<ast::ExprPtr> ParseExpression(std::string_view text) {
  TW_ASSIGN_OR_RETURN(std::vector<Token> tokens,
                      Tokenize(text, {0, static_cast<uint32_t>(text.size())}));
  return Parser(text, std::move(tokens)).ParseExpressionToEnd();
}

Parser::Parser(std::string_view text, std::vector<Token> tokens)
    : text_(text), tokens_(std::move(tokens)), closing_(tokens_.size(), 0) {
  std::vector<uint32_t> open;
  for (uint32_t i = 0; i < tokens_.size(); ++i) {
    closing_[i] = static_cast<uint32_t>(tokens_.size() - 1);
    if (tokens_[i].kind != TokenKind::kSymbol) continue;
    if (tokens_[i].text == "(") {
      open.push_back(i);
    } else if (tokens_[i].text == ")" && !open.empty()) {
      closing_[open.back()] = i;
      open.pop_back();
    }
  }
}

Result<ast::StatementPtr> Parser::ParseStatementToEnd() {
  TW_ASSIGN_OR_RETURN(ast::StatementPtr statement, ParseOneStatement());
  TakeSymbol(";");
  if (Peek().kind != TokenKind::kEnd) return Unexpected("the end of the statement");
  return statement;
}

Result<ast::ExprPtr> Parser::ParseExpressionToEnd() {
  TW_ASSIGN_OR_RETURN(ast::ExprPtr expr, ParseExpr());
  if (Peek().kind != TokenKind::kEnd) return Unexpected("the end of the expression");
  return expr;
}

Status Parser::CheckDepth() {
  if (depth_ <= kMaxDepth) return Status::OK();
  return Status::InvalidSql(
      Peek().span, "this is nested more than " + std::to_string(kMaxDepth) + " levels deep");
}

Status Parser::CheckHeight(uint32_t height, SqlSpan span) {
  if (height <= kMaxHeight) return Status::OK();
  return Status::InvalidSql(span, "this expression is a chain of more than " +
                                      std::to_string(kMaxHeight) +
                                      " operations; put parts of it in parentheses");
}

bool Parser::AtWord(std::string_view upper, size_t ahead) {
  const Token& token = Peek(ahead);
  if (token.kind == TokenKind::kWord && token.upper == upper) return true;
  if (ahead == 0) {
    if (tried_at_ != position_) {
      if (tried_at_ + 1 == position_) {
        tried_before_.swap(tried_);
        tried_before_at_ = tried_at_;
      }
      tried_.clear();
      tried_at_ = position_;
    }
    tried_.emplace_back(upper);
  }
  return false;
}

bool Parser::AtSymbol(std::string_view symbol, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kSymbol && token.text == symbol;
}

bool Parser::TakeWord(std::string_view upper) {
  if (!AtWord(upper)) return false;
  Take();
  return true;
}

bool Parser::AtWords(std::initializer_list<std::string_view> words) {
  size_t ahead = 0;
  for (std::string_view word : words) {
    if (!AtWord(word, ahead++)) return false;
  }
  return true;
}

bool Parser::TakeWords(std::initializer_list<std::string_view> words) {
  if (!AtWords(words)) return false;
  position_ += words.size();
  return true;
}

bool Parser::TakeSymbol(std::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  Take();
  return true;
}

Status Parser::ExpectWord(std::string_view upper) {
  if (TakeWord(upper)) return Status::OK();
  return Unexpected(upper);
}

Status Parser::ExpectSymbol(std::string_view symbol) {
  if (TakeSymbol(symbol)) return Status::OK();
  return Unexpected("'" + std::string(symbol) + "'");
}

Status Parser::Unexpected(std::string_view expected) {
  const Token& token = Peek();
  std::string message = "expected " + std::string(expected) + ", found " + Describe(token);
  SqlSpan span = token.span;
  std::string near;
  if (token.kind == TokenKind::kWord && tried_at_ == position_) {
    near = NearestName(token.upper, tried_);
  }
  // A misspelt keyword is often taken for an alias first: SELECT a FORM t.
  if (near.empty() && position_ > 0 && tokens_[position_ - 1].kind == TokenKind::kWord) {
    const Token& last = tokens_[position_ - 1];
    const std::vector<std::string_view>* tried = nullptr;
    if (tried_at_ == position_ - 1) tried = &tried_;
    if (tried_before_at_ == position_ - 1) tried = &tried_before_;
    if (tried != nullptr && !IsReservedWord(last.upper)) near = NearestName(last.upper, *tried);
    if (!near.empty()) {
      return Status::InvalidSql(
          last.span, message + "; did you mean " + near + " instead of '" + last.text + "'?");
    }
  }
  if (!near.empty()) {
    message += "; did you mean " + near + "?";
  } else if (token.kind == TokenKind::kWord && IsReservedWord(token.upper) &&
             expected.find("name") != std::string_view::npos) {
    message += "; " + token.upper + " is a reserved word: write `" + token.text +
               "` in backticks to use it as a name";
  }
  return Status::InvalidSql(span, std::move(message));
}

SqlSpan Parser::SpanFrom(uint32_t begin) const {
  uint32_t end = position_ > 0 ? tokens_[position_ - 1].span.end : begin;
  return {begin, std::max(begin, end)};
}

bool Parser::AtName(size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kQuotedIdentifier ||
         (token.kind == TokenKind::kWord && !IsReservedWord(token.upper));
}

Result<ast::Identifier> Parser::ParseIdentifier(std::string_view what) {
  if (!AtName()) return Unexpected(what);
  const Token& token = Take();
  return ast::Identifier{token.text, token.span, token.kind == TokenKind::kQuotedIdentifier};
}

Result<ast::Name> Parser::ParseName(std::string_view what) {
  uint32_t begin = Peek().span.begin;
  ast::Name name;
  do {
    TW_ASSIGN_OR_RETURN(ast::Identifier part, ParseIdentifier(what));
    name.parts.push_back(std::move(part));
  } while (TakeSymbol("."));
  name.span = SpanFrom(begin);
  if (name.parts.size() > 3) {
    return Status::InvalidSql(name.span, "a name has at most three parts: catalog.database.name");
  }
  return name;
}

Result<std::vector<ast::Identifier>> Parser::ParseNameList(std::string_view what) {
  std::vector<ast::Identifier> names;
  TW_RETURN_IF_ERROR(ExpectSymbol("("));
  do {
    TW_ASSIGN_OR_RETURN(ast::Identifier name, ParseIdentifier(what));
    names.push_back(std::move(name));
  } while (TakeSymbol(","));
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  return names;
}

Result<std::string> Parser::ParseString(std::string_view what, SqlSpan* span) {
  if (Peek().kind != TokenKind::kString) return Unexpected(what);
  if (span != nullptr) *span = Peek().span;
  std::string value = Take().text;
  // 'a' and 'b' on two lines are one string, as in the standard.
  while (Peek().kind == TokenKind::kString &&
         text_.substr(tokens_[position_ - 1].span.end,
                      Peek().span.begin - tokens_[position_ - 1].span.end)
                 .find('\n') != std::string_view::npos) {
    value += Take().text;
  }
  return value;
}

Result<int32_t> Parser::ParseSmallInteger(std::string_view what, int32_t low, int32_t high) {
  if (Peek().kind != TokenKind::kInteger) return Unexpected(what);
  const Token& token = Take();
  int64_t value = 0;
  for (char c : token.text) {
    value = std::min<int64_t>(value * 10 + (c - '0'), int64_t{1} << 40);
  }
  if (value < low || value > high) {
    return Status::InvalidSql(token.span, std::string(what) + " must be between " +
                                              std::to_string(low) + " and " + std::to_string(high) +
                                              ", not " + token.text);
  }
  return static_cast<int32_t>(value);
}

bool Parser::QueryAhead(size_t ahead) {
  size_t first = position_ + ahead;
  size_t at = first;
  while (at < tokens_.size() && tokens_[at].kind == TokenKind::kSymbol && tokens_[at].text == "(") {
    if (++at - first > kMaxDepth) return false;
  }
  if (at >= tokens_.size() || tokens_[at].kind != TokenKind::kWord) return false;
  const std::string& word = tokens_[at].upper;
  bool table = word == "TABLE" && at + 1 < tokens_.size() &&
               !(tokens_[at + 1].kind == TokenKind::kSymbol && tokens_[at + 1].text == "(");
  if (word != "SELECT" && word != "WITH" && word != "VALUES" && !table) return false;
  // Every parenthesis passed on the way must close before something that goes on with a query.
  for (size_t open = first; open < at; ++open) {
    const Token& after = tokens_[std::min<size_t>(closing_[open] + 1, tokens_.size() - 1)];
    bool query = after.kind == TokenKind::kEnd ||
                 (after.kind == TokenKind::kSymbol && (after.text == ")" || after.text == ";"));
    for (std::string_view next :
         {"UNION", "EXCEPT", "INTERSECT", "MINUS", "ORDER", "LIMIT", "OFFSET", "FETCH"}) {
      query = query || (after.kind == TokenKind::kWord && after.upper == next);
    }
    if (!query) return false;
  }
  return true;
}

}  // namespace thalweg::sql
