#include "sql/lexer/lexer.h"

#include <cstdlib>

#include "data/utf8_repair.h"

namespace thalweg::sql {
namespace {

bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c); }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool AppendUtf8(uint32_t code_point, std::string* out) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) return false;
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code_point >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code_point >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code_point >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
  }
  return true;
}

// Reads `digits` hexadecimal digits at `at`; false when they are not there.
bool ReadHex(std::string_view text, size_t at, int digits, uint32_t* value) {
  if (at + digits > text.size()) return false;
  *value = 0;
  for (int i = 0; i < digits; ++i) {
    int v = HexValue(text[at + i]);
    if (v < 0) return false;
    *value = *value * 16 + static_cast<uint32_t>(v);
  }
  return true;
}

}  // namespace

Token Lexer::Make(TokenKind kind, size_t begin, std::string text) const {
  Token token;
  token.kind = kind;
  token.span = From(begin);
  token.text = std::move(text);
  return token;
}

Status Lexer::SkipBlanks(bool* hint) {
  *hint = false;
  while (position_ < end_) {
    char c = Peek();
    if (IsBlank(c)) {
      ++position_;
    } else if (c == '-' && Peek(1) == '-') {
      while (position_ < end_ && Peek() != '\n') ++position_;
    } else if (c == '/' && Peek(1) == '/') {
      while (position_ < end_ && Peek() != '\n') ++position_;
    } else if (c == '/' && Peek(1) == '*') {
      if (Peek(2) == '+' && !in_hint_) {
        *hint = true;
        return Status::OK();
      }
      size_t begin = position_;
      position_ += 2;
      while (position_ < end_ && !(Peek() == '*' && Peek(1) == '/')) ++position_;
      if (position_ >= end_) {
        position_ = begin + 2;
        return Status::InvalidSql(From(begin), "this comment is never closed; expected '*/'");
      }
      position_ += 2;
    } else {
      break;
    }
  }
  return Status::OK();
}

Result<Token> Lexer::Next() {
  TW_ASSIGN_OR_RETURN(Token token, Scan());
  const SqlSpan at = token.span;
  if (!lenient_ && !data::IsValidUtf8(text_.substr(at.begin, at.end - at.begin))) {
    return Status::InvalidSql(at, "this is not UTF-8; save the script as UTF-8");
  }
  return token;
}

Result<Token> Lexer::Scan() {
  bool hint = false;
  TW_RETURN_IF_ERROR(SkipBlanks(&hint));
  size_t begin = position_;
  if (hint) {
    position_ += 3;
    in_hint_ = true;
    return Make(TokenKind::kHintBegin, begin, "/*+");
  }
  if (position_ >= end_) return Make(TokenKind::kEnd, begin, "");
  char c = Peek();
  if (in_hint_ && c == '*' && Peek(1) == '/') {
    position_ += 2;
    in_hint_ = false;
    return Make(TokenKind::kHintEnd, begin, "*/");
  }
  if (c == '\'') return String(0);
  if ((c == 'X' || c == 'x') && Peek(1) == '\'') return Binary();
  if ((c == 'N' || c == 'n') && Peek(1) == '\'') return String(1);
  if ((c == 'E' || c == 'e') && Peek(1) == '\'') return EscapeString();
  if ((c == 'U' || c == 'u') && Peek(1) == '&' && Peek(2) == '\'') return UnicodeString();
  if (c == '_') {
    // _UTF8'text': the character set changes nothing.
    size_t quote = position_;
    while (quote < end_ && IsWordPart(text_[quote])) ++quote;
    if (quote < end_ && text_[quote] == '\'') return String(quote - position_);
  }
  if (IsWordStart(c)) return Word();
  if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
  if (c == '`') return QuotedIdentifier();
  static constexpr std::string_view kTwo[] = {"<>", "<=", ">=", "!=", "||", "=>", "->"};
  for (std::string_view two : kTwo) {
    if (c == two[0] && Peek(1) == two[1]) {
      position_ += 2;
      return Make(TokenKind::kSymbol, begin, std::string(two));
    }
  }
  static constexpr std::string_view kOne = "()[]{},.;:=<>+-*/%?|^";
  ++position_;
  if (kOne.find(c) != std::string_view::npos) {
    return Make(TokenKind::kSymbol, begin, std::string(1, c));
  }
  if (lenient_) return Make(TokenKind::kSymbol, begin, "?");
  if (c == '"') {
    return Status::InvalidSql(From(begin),
                              "unexpected '\"': write names in `backticks`, strings in 'quotes'");
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string code = {kHex[(c >> 4) & 15], kHex[c & 15]};
    return Status::InvalidSql(From(begin), "unexpected byte 0x" + code + " in SQL text");
  }
  return Status::InvalidSql(From(begin), std::string("unexpected character '") + c + "'");
}

Result<Token> Lexer::Word() {
  size_t begin = position_;
  while (position_ < end_ && IsWordPart(Peek())) ++position_;
  Token token = Make(TokenKind::kWord, begin, std::string(text_.substr(begin, position_ - begin)));
  token.upper = token.text;
  for (char& c : token.upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return token;
}

Result<Token> Lexer::Number() {
  size_t begin = position_;
  TokenKind kind = TokenKind::kInteger;
  while (IsDigit(Peek())) ++position_;
  if (Peek() == '.') {
    kind = TokenKind::kDecimal;
    ++position_;
    while (IsDigit(Peek())) ++position_;
  }
  if (Peek() == 'e' || Peek() == 'E') {
    size_t sign = (Peek(1) == '+' || Peek(1) == '-') ? 1 : 0;
    if (IsDigit(Peek(1 + sign))) {
      kind = TokenKind::kApproximate;
      position_ += 1 + sign;
      while (IsDigit(Peek())) ++position_;
    }
  }
  return Make(kind, begin, std::string(text_.substr(begin, position_ - begin)));
}

Result<Token> Lexer::QuotedIdentifier() {
  size_t begin = position_++;
  std::string name;
  while (true) {
    if (position_ >= end_ || Peek() == '\n') {
      return Status::InvalidSql(From(begin), "this name is never closed; expected '`'");
    }
    char c = Peek();
    ++position_;
    if (c != '`') {
      name.push_back(c);
    } else if (Peek() == '`') {
      name.push_back('`');
      ++position_;
    } else {
      break;
    }
  }
  if (name.empty()) return Status::InvalidSql(From(begin), "an empty name");
  return Make(TokenKind::kQuotedIdentifier, begin, std::move(name));
}

Result<Token> Lexer::String(size_t prefix_length) {
  size_t begin = position_;
  position_ += prefix_length + 1;
  std::string value;
  while (true) {
    if (position_ >= end_) {
      position_ = begin + 1;
      return Status::InvalidSql(From(begin), "this string is never closed; expected \"'\"");
    }
    char c = text_[position_++];
    if (c != '\'') {
      value.push_back(c);
    } else if (Peek() == '\'') {
      value.push_back('\'');
      ++position_;
    } else {
      break;
    }
  }
  return Make(TokenKind::kString, begin, std::move(value));
}

Result<Token> Lexer::Binary() {
  size_t begin = position_;
  TW_ASSIGN_OR_RETURN(Token digits, String(1));
  if (digits.text.size() % 2 != 0) {
    return Status::InvalidSql(From(begin), "a binary literal needs an even number of digits");
  }
  std::string bytes;
  for (size_t i = 0; i < digits.text.size(); i += 2) {
    uint32_t value = 0;
    if (!ReadHex(digits.text, i, 2, &value)) {
      return Status::InvalidSql(From(begin), "a binary literal holds hexadecimal digits only");
    }
    bytes.push_back(static_cast<char>(value));
  }
  return Make(TokenKind::kBinary, begin, std::move(bytes));
}

Result<Token> Lexer::EscapeString() {
  size_t begin = position_;
  position_ += 2;
  std::string value;
  while (true) {
    if (position_ >= end_) {
      position_ = begin + 2;
      return Status::InvalidSql(From(begin), "this string is never closed; expected \"'\"");
    }
    char c = text_[position_++];
    if (c == '\'') {
      if (Peek() != '\'') break;
      value.push_back('\'');
      ++position_;
      continue;
    }
    if (c != '\\') {
      value.push_back(c);
      continue;
    }
    char escape = position_ < end_ ? text_[position_++] : '\0';
    uint32_t code = 0;
    std::string_view body = text_.substr(0, end_);
    switch (escape) {
      case 'b':
        value.push_back('\b');
        break;
      case 'f':
        value.push_back('\f');
        break;
      case 'n':
        value.push_back('\n');
        break;
      case 'r':
        value.push_back('\r');
        break;
      case 't':
        value.push_back('\t');
        break;
      case 'u':
      case 'U': {
        int digits = escape == 'u' ? 4 : 8;
        if (!ReadHex(body, position_, digits, &code) || !AppendUtf8(code, &value)) {
          return Status::InvalidSql(From(position_ - 2), "a malformed unicode escape");
        }
        position_ += digits;
        break;
      }
      case 'x':
        if (!ReadHex(body, position_, 2, &code)) {
          return Status::InvalidSql(From(position_ - 2), "expected two hexadecimal digits");
        }
        position_ += 2;
        AppendUtf8(code, &value);
        break;
      default:
        if (escape >= '0' && escape <= '7') {
          code = static_cast<uint32_t>(escape - '0');
          for (int i = 0; i < 2 && Peek() >= '0' && Peek() <= '7'; ++i) {
            code = code * 8 + static_cast<uint32_t>(text_[position_++] - '0');
          }
          AppendUtf8(code, &value);
        } else if (escape != '\0') {
          value.push_back(escape);
        }
    }
  }
  return Make(TokenKind::kString, begin, std::move(value));
}

Result<Token> Lexer::UnicodeString() {
  size_t begin = position_;
  TW_ASSIGN_OR_RETURN(Token raw, String(2));
  char escape = '\\';
  size_t after = position_;
  bool hint = false;
  TW_RETURN_IF_ERROR(SkipBlanks(&hint));
  if (!hint && IsWordStart(Peek())) {
    TW_ASSIGN_OR_RETURN(Token word, Word());
    if (word.upper == "UESCAPE") {
      TW_RETURN_IF_ERROR(SkipBlanks(&hint));
      if (Peek() != '\'') {
        return Status::InvalidSql(From(begin), "expected a string of one character after UESCAPE");
      }
      TW_ASSIGN_OR_RETURN(Token character, String(0));
      if (character.text.size() != 1) {
        return Status::InvalidSql(character.span, "UESCAPE takes exactly one character");
      }
      escape = character.text[0];
      after = position_;
    }
  }
  position_ = after;
  std::string value;
  for (size_t i = 0; i < raw.text.size(); ++i) {
    if (raw.text[i] != escape) {
      value.push_back(raw.text[i]);
      continue;
    }
    if (i + 1 < raw.text.size() && raw.text[i + 1] == escape) {
      value.push_back(escape);
      ++i;
      continue;
    }
    bool six = i + 1 < raw.text.size() && raw.text[i + 1] == '+';
    uint32_t code = 0;
    if (!ReadHex(raw.text, i + (six ? 2 : 1), six ? 6 : 4, &code) || !AppendUtf8(code, &value)) {
      return Status::InvalidSql(raw.span, "a malformed unicode escape in this string");
    }
    i += six ? 7 : 4;
  }
  return Make(TokenKind::kString, begin, std::move(value));
}

Result<std::vector<Token>> Tokenize(std::string_view text, SqlSpan range) {
  Lexer lexer(text, range);
  std::vector<Token> tokens;
  while (true) {
    TW_ASSIGN_OR_RETURN(Token token, lexer.Next());
    bool end = token.kind == TokenKind::kEnd;
    tokens.push_back(std::move(token));
    if (end) return tokens;
  }
}

}  // namespace thalweg::sql
