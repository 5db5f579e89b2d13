// Token: one lexical unit of SQL text, with the bytes it came from.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace thalweg::sql {

enum class TokenKind : uint8_t {
  kEnd,               ///< after the last token; its span is empty
  kWord,              ///< an unquoted identifier or keyword; `text` as written
  kQuotedIdentifier,  ///< `name`; `text` without backticks, doubled ones undone
  kInteger,           ///< 42
  kDecimal,           ///< 4.2, .5
  kApproximate,       ///< 4.2e1
  kString,            ///< '..', U&'..', E'..', N'..', decoded to UTF-8
  kBinary,            ///< X'0aff'; `text` holds the raw bytes
  kSymbol,            ///< operator or punctuation, `text` as written
  kHintBegin,         ///< the start of a hint comment
  kHintEnd,           ///< the end of a hint comment
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  SqlSpan span;
  std::string text;
  /// kWord only: `text` in upper case, for comparison with keywords.
  std::string upper;
};

}  // namespace thalweg::sql
