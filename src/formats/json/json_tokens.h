// JsonTokens: Jackson's tokens of one line, and where its parser stands after each error.
//
// Flink goes on behind a value that does not fit ('json.ignore-parse-errors'), so that the tokens
// of an object in a number's place count as the fields that follow. What becomes of such a line
// depends on when strings are read, and how far an error reads. JsonCursor is for all other lines.
//
// UTF-8 has been checked by the caller.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::formats::json {

class JsonTokens {
 public:
  enum class Token : uint8_t {
    kNone,  ///< the end, or what an error has left
    kStartObject,
    kEndObject,
    kStartArray,
    kEndArray,
    kName,
    kString,
    kInteger,
    kFloat,
    kTrue,
    kFalse,
    kNull,
  };

  explicit JsonTokens(std::string_view text) : text_(text) {}

  Token token() const { return token_; }
  /// The next token; false where Jackson throws, and the token stays.
  bool Next();
  /// The token's text: a string's value, "{", "true". False at a wrong escape.
  bool Text(std::string_view* out);
  /// The bytes of a string in base64.
  bool Binary(std::string* out);
  /// On kStartObject or kStartArray: reads to its end; see AppendJsonText.
  bool ContainerText(bool exact_decimals, std::string* out);

 private:
  struct Container {
    bool object;
    bool first = true;  // no comma is due yet
  };

  bool AtEnd() const { return p_ >= text_.size(); }
  bool SkipBlanks();
  bool Value(char first, Token* token);
  bool Number(char first, Token* token);
  bool Word(std::string_view word);
  bool Unexpected(char c);
  void SkipIdentifier();
  bool Escape(std::string* out);
  bool ReadString(std::string* out);
  bool Base64Char(int position, int* bits);
  bool Enter(Token token);

  std::string_view text_;
  size_t p_ = 0;
  Token token_ = Token::kNone;
  Token value_ = Token::kNone;  // kName: the token of its value
  bool unread_ = false;         // a string's text is still to be read, from p_ on
  std::string string_;          // a name, or a string that was read
  std::string_view number_;
  size_t container_at_ = 0;  // where the latest container began
  std::vector<Container> containers_;
};

}  // namespace thalweg::formats::json
