#include "formats/json/json_tokens.h"

#include "formats/json/json_cursor.h"
#include "formats/json/json_text.h"
#include "formats/text/base64.h"
#include "formats/text/option_values.h"

namespace thalweg::formats::json {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsIdentifierStart(char c) {
  return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '$' ||
         static_cast<uint8_t>(c) >= 0x80;
}

}  // namespace

/// False at the end.
bool JsonTokens::SkipBlanks() {
  while (!AtEnd() &&
         (text_[p_] == ' ' || text_[p_] == '\t' || text_[p_] == '\n' || text_[p_] == '\r')) {
    ++p_;
  }
  return !AtEnd();
}

bool JsonTokens::Enter(Token token) {
  if (token != Token::kStartObject && token != Token::kStartArray) return true;
  if (containers_.size() >= kMaxDepth) return false;
  containers_.push_back({token == Token::kStartObject});
  return true;
}

bool JsonTokens::Next() {
  if (token_ == Token::kName) {
    token_ = value_;
    value_ = Token::kNone;
    return Enter(token_);
  }
  if (unread_) {
    unread_ = false;
    if (!ReadString(nullptr)) return false;
  }
  if (!SkipBlanks()) {
    if (!containers_.empty()) return false;
    token_ = Token::kNone;
    return true;
  }
  char c = text_[p_++];
  if (c == ']' || c == '}') {
    if (containers_.empty() || containers_.back().object != (c == '}')) return false;
    containers_.pop_back();
    token_ = c == '}' ? Token::kEndObject : Token::kEndArray;
    return true;
  }
  if (!containers_.empty()) {
    const bool first = containers_.back().first;
    containers_.back().first = false;
    if (!first) {
      if (c != ',' || !SkipBlanks()) return false;
      c = text_[p_++];
    }
  }
  if (containers_.empty() || !containers_.back().object) {
    Token token;
    if (!Value(c, &token)) return false;
    token_ = token;
    return Enter(token);
  }
  if (c != '"') return false;
  string_.clear();
  if (!ReadString(&string_)) return false;
  token_ = Token::kName;
  if (!SkipBlanks() || text_[p_++] != ':' || !SkipBlanks()) return false;
  c = text_[p_++];
  return Value(c, &value_);
}

/// `first` has been read. At an error *token stays.
bool JsonTokens::Value(char first, Token* token) {
  switch (first) {
    case '"':
      unread_ = true;
      *token = Token::kString;
      return true;
    case '{':
    case '[':
      container_at_ = p_ - 1;
      *token = first == '{' ? Token::kStartObject : Token::kStartArray;
      return true;
    case 't':
      if (!Word("true")) return false;
      *token = Token::kTrue;
      return true;
    case 'f':
      if (!Word("false")) return false;
      *token = Token::kFalse;
      return true;
    case 'n':
      if (!Word("null")) return false;
      *token = Token::kNull;
      return true;
    default:
      return first == '-' || IsDigit(first) ? Number(first, token) : Unexpected(first);
  }
}

bool JsonTokens::Number(char first, Token* token) {
  const size_t start = p_ - 1;
  if (first == '-') {
    if (AtEnd()) return false;
    first = text_[p_++];
    if (!IsDigit(first)) return false;
  }
  const auto digits = [&] {
    const size_t from = p_;
    while (!AtEnd() && IsDigit(text_[p_])) ++p_;
    return p_ > from;
  };
  // What stands where a digit must has been read, too.
  const auto fail = [&] {
    if (!AtEnd()) ++p_;
    return false;
  };
  *token = Token::kInteger;
  if (first != '0') {
    digits();
  } else if (!AtEnd() && IsDigit(text_[p_])) {
    *token = Token::kNone;
    return false;
  }
  bool is_float = false;
  if (!AtEnd() && text_[p_] == '.') {
    ++p_;
    is_float = true;
    if (!digits()) return *token = Token::kNone, fail();
  }
  if (!AtEnd() && (text_[p_] | 32) == 'e') {
    ++p_;
    is_float = true;
    if (!AtEnd() && (text_[p_] == '+' || text_[p_] == '-')) ++p_;
    if (!digits()) return *token = Token::kNone, fail();
  }
  if (is_float) *token = Token::kFloat;
  number_ = text_.substr(start, p_ - start);
  return true;
}

/// The rest of a word of which the first letter has been read.
bool JsonTokens::Word(std::string_view word) {
  for (size_t matched = 1; matched < word.size(); ++matched, ++p_) {
    if (AtEnd() || text_[p_] != word[matched]) {
      SkipIdentifier();
      return false;
    }
  }
  if (!AtEnd() && (IsIdentifierStart(text_[p_]) || IsDigit(text_[p_]))) {
    SkipIdentifier();
    return false;
  }
  return true;
}

bool JsonTokens::Unexpected(char c) {
  if (c == 'N') {
    Word("NaN");
  } else if (c == 'I') {
    Word("Infinity");
  } else if (c == '+') {
    if (!AtEnd()) ++p_;
  } else if (IsIdentifierStart(c)) {
    SkipIdentifier();
  }
  return false;
}

/// The letters that an error message shows, and the character behind them.
void JsonTokens::SkipIdentifier() {
  while (!AtEnd()) {
    const char c = text_[p_++];
    if (!IsIdentifierStart(c) && !IsDigit(c)) return;
  }
}

/// Behind the backslash.
bool JsonTokens::Escape(std::string* out) {
  const auto hex = [&](uint32_t* unit) {
    *unit = 0;
    for (int i = 0; i < 4; ++i) {
      if (AtEnd()) return false;
      const char c = text_[p_++];
      const int digit = IsDigit(c)                           ? c - '0'
                        : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                             : -1;
      if (digit < 0) return false;
      *unit = *unit << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  };
  if (AtEnd()) return false;
  const char c = text_[p_++];
  static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  const size_t k = kFrom.find(c);
  if (k != kFrom.npos) {
    if (out != nullptr) out->push_back(kTo[k]);
    return true;
  }
  uint32_t unit;
  if (c != 'u' || !hex(&unit)) return false;
  if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(p_).starts_with("\\u")) {
    const size_t before = p_;
    uint32_t low;
    p_ += 2;
    if (hex(&low) && low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else {
      p_ = before;
    }
  }
  if (out != nullptr) text::AppendUtf8(unit, out);
  return true;
}

/// From p_ to behind the closing quote; `out` may be null.
bool JsonTokens::ReadString(std::string* out) {
  // Malformed base64 may have ended inside a character.
  if (!AtEnd() && (static_cast<uint8_t>(text_[p_]) & 0xC0) == 0x80) return ++p_, false;
  while (!AtEnd()) {
    const char c = text_[p_++];
    if (c == '"') return true;
    if (c == '\\') {
      if (!Escape(out)) return false;
    } else if (out != nullptr) {
      out->push_back(c);
    }
  }
  return false;
}

bool JsonTokens::Text(std::string_view* out) {
  switch (token_) {
    case Token::kString:
      if (unread_) {
        unread_ = false;
        string_.clear();
        if (!ReadString(&string_)) return false;
      }
      *out = string_;
      return true;
    case Token::kName:
      *out = string_;
      return true;
    case Token::kInteger:
    case Token::kFloat:
      *out = number_;
      return true;
    default: {
      static constexpr std::string_view kTexts[] = {"", "{", "}", "[",    "]",     "",
                                                    "", "",  "",  "true", "false", "null"};
      *out = kTexts[static_cast<size_t>(token_)];
      return true;
    }
  }
}

/// The character at p_ of a group, read: its six bits, -1 for the padding, -2 for the closing
/// quote.
bool JsonTokens::Base64Char(int position, int* bits) {
  if (AtEnd()) return false;
  const char c = text_[p_++];
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto value = [&](std::string_view one) {
    const size_t k = one.size() == 1 ? kAlphabet.find(one[0]) : kAlphabet.npos;
    *bits = k == kAlphabet.npos ? -1 : static_cast<int>(k);
    return k != kAlphabet.npos || (one == "=" && position >= 2);
  };
  if (c == '"' && position != 1) {
    *bits = -2;
    return true;
  }
  if (c != '\\') return value({&c, 1});
  std::string one;
  return Escape(&one) && value(one);
}

bool JsonTokens::Binary(std::string* out) {
  if (token_ != Token::kString) return false;
  if (!unread_) return text::DecodeBase64(string_, out);
  // An error leaves the string unread: the rest of it, from there on, is skipped later.
  for (;;) {
    while (!AtEnd() && static_cast<uint8_t>(text_[p_]) <= ' ') ++p_;
    int bits[4];
    for (int i = 0; i < 4; ++i) {
      if (!Base64Char(i, &bits[i])) return false;
      if (bits[i] == -2) {
        if (i == 3 && bits[2] == -1) return false;
        if (i > 0) {  // the padding is missing
          --p_;
          return false;
        }
        unread_ = false;
        return true;
      }
      if (i == 3 && bits[2] == -1 && bits[3] != -1) return false;
    }
    out->push_back(static_cast<char>(bits[0] << 2 | bits[1] >> 4));
    if (bits[2] < 0) continue;
    out->push_back(static_cast<char>(bits[1] << 4 | bits[2] >> 2));
    if (bits[3] >= 0) out->push_back(static_cast<char>(bits[2] << 6 | bits[3]));
  }
}

bool JsonTokens::ContainerText(bool exact_decimals, std::string* out) {
  const std::string_view rest = text_.substr(container_at_);
  JsonCursor cursor(rest, rest.data() + rest.size());
  if (!AppendJsonText(&cursor, exact_decimals, out)) {
    std::string_view text;  // up to where Jackson throws
    while (Next() && token_ != Token::kNone && Text(&text)) continue;
    return false;
  }
  p_ = container_at_ + static_cast<size_t>(cursor.pointer() - rest.data());
  containers_.pop_back();
  token_ = Token::kNone;
  return true;
}

}  // namespace thalweg::formats::json
