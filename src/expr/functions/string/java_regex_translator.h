// Translates one Java regular expression (java_regex.h), from left to right.
//
// Groups, quantifiers and atoms are in java_regex.cc, escapes in java_regex_escapes.cc, character
// classes in java_regex_class.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::expr {

class JavaRegexTranslator {
 public:
  explicit JavaRegexTranslator(std::string_view pattern) : p_(pattern) {}

  Result<std::string> Run();

 private:
  static constexpr int kMaxDepth = 250;

  struct Flags {
    bool ignore_case = false;   // i
    bool unicode_case = false;  // u
    bool multiline = false;     // m
    bool dotall = false;        // s
    bool unix_lines = false;    // d
    bool comments = false;      // x
  };

  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }
  static bool IsLetter(char c) { return static_cast<uint8_t>((c | 0x20) - 'a') < 26; }
  /// As PCRE2 writes it.
  static std::string CodePoint(char32_t c);

  Status Error(std::string_view what) const;
  Status NotSupported(std::string_view what) const;
  bool done() const { return at_ >= p_.size(); }
  char peek(size_t ahead = 0) const { return at_ + ahead < p_.size() ? p_[at_ + ahead] : '\0'; }
  bool Take(char c);

  /// Up to ')' or the end. Flags set inside hold until the end of the group.
  Status Alternatives(Flags flags, int depth);
  bool SkipComment();
  Status Group(Flags* flags, int depth);
  Status TakeFlags(Flags* f);
  /// After an atom that has been written: *, +, ?, {n,m} with ? or +.
  Status Quantifier(const Flags& flags);
  int64_t Number();
  Status Atom(const Flags& flags);
  void Dollar(const Flags& flags);
  void Literal(const Flags& flags);
  void LiteralCodePoint(char32_t c, const Flags& flags);

  Status Escape(const Flags& flags);
  /// An escape that stands for one character; at_ is behind the '\'.
  Status CharacterEscape(char32_t* code);
  Status HexEscape(char32_t* code);
  Status Hex4(char32_t* code);
  /// \p{..} or \P{..} at the letter: what stands inside a class, and whether it is negated.
  Status Property(std::string* content, bool* negated);

  /// Behind the '['. Writes an expression that matches one character.
  Status Class(const Flags& flags, int depth, std::string* out);
  Status ClassCharacter(char32_t* c);
  void AddRange(char32_t low, char32_t high, const Flags& flags, std::string* items);

  std::string_view p_;
  size_t at_ = 0;
  std::string out_;
  int groups_ = 0;
  bool ucp_ = false;
};

}  // namespace thalweg::expr
