// Lexer: SQL text to tokens.
//
// Comments (`--`, `/* */`) vanish; hint comments become kHintBegin, their tokens, kHintEnd. Spans
// are byte offsets in the text that was given. Never throws; malformed text (an open string, a
// stray character, a bad escape) gives Status::InvalidSql with its span.
#pragma once

#include <string_view>
#include <vector>

#include "base/status.h"
#include "sql/lexer/token.h"

namespace thalweg::sql {

class Lexer {
 public:
  /// `text` must outlive the lexer; `begin`, `end` bound the part to read.
  /// `lenient`: what is no token of SQL becomes a symbol, so that the reader can go on behind it;
  /// only open strings, names and comments are errors then.
  Lexer(std::string_view text, SqlSpan range, bool lenient = false)
      : text_(text), position_(range.begin), end_(range.end), lenient_(lenient) {}

  /// The next token; kEnd at the end, again and again.
  Result<Token> Next();

 private:
  char Peek(size_t ahead = 0) const {
    return position_ + ahead < end_ ? text_[position_ + ahead] : '\0';
  }
  Result<Token> Scan();
  Status SkipBlanks(bool* hint);
  Result<Token> Word();
  Result<Token> Number();
  Result<Token> QuotedIdentifier();
  Result<Token> String(size_t prefix_length);
  Result<Token> Binary();
  Result<Token> EscapeString();
  Result<Token> UnicodeString();
  Token Make(TokenKind kind, size_t begin, std::string text) const;
  SqlSpan From(size_t begin) const {
    return {static_cast<uint32_t>(begin), static_cast<uint32_t>(position_)};
  }

  std::string_view text_;
  size_t position_;
  size_t end_;
  bool lenient_;
  bool in_hint_ = false;
};

/// All tokens of `range`, ending with kEnd.
Result<std::vector<Token>> Tokenize(std::string_view text, SqlSpan range);

}  // namespace thalweg::sql
