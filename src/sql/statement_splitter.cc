#include "sql/statement_splitter.h"

#include "sql/lexer/lexer.h"

namespace thalweg::sql {

Result<std::optional<SqlSpan>> StatementSplitter::Next() {
  // A byte order mark is not SQL.
  if (position_ == 0 && script_.substr(0, 3) == "\xEF\xBB\xBF") position_ = 3;
  if (script_.size() > 0x7fffffff) return Status::InvalidSql("a script is at most 2 GB long");
  Lexer lexer(script_, {static_cast<uint32_t>(position_), static_cast<uint32_t>(script_.size())},
              /*lenient=*/true);
  SqlSpan span;
  bool any = false;
  bool in_set = false;
  int set_words = 0;  // how much of STATEMENT SET was seen
  bool set_ended = false;
  bool inner_start = false;  // behind a ';' of a statement set
  std::string first;
  while (true) {
    Result<Token> next = lexer.Next();
    if (!next.ok()) {
      position_ = script_.size();
      return next.status();
    }
    const Token& token = *next;
    bool end = token.kind == TokenKind::kEnd;
    bool semicolon = token.kind == TokenKind::kSymbol && token.text == ";";
    if (end || (semicolon && (!in_set || set_ended))) {
      position_ = token.span.end;
      if (any) return std::optional<SqlSpan>(span);
      if (end) return std::optional<SqlSpan>();
      continue;
    }
    if (!any) {
      span.begin = token.span.begin;
      first = token.upper;
    }
    any = true;
    span.end = token.span.end;
    if (token.kind == TokenKind::kWord && set_words < 2) {
      if (token.upper == "STATEMENT" && (first == "EXECUTE" || first == "EXPLAIN")) {
        set_words = 1;
      } else if (set_words == 1 && token.upper == "SET") {
        set_words = 2;
        in_set = true;
      } else {
        set_words = 0;
      }
    }
    // END of a set stands where a statement would: CASE .. END does not.
    if (in_set && inner_start && token.upper == "END") set_ended = true;
    inner_start = semicolon || token.upper == "BEGIN";
  }
}

}  // namespace thalweg::sql
