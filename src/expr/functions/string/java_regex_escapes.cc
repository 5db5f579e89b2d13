// Escapes of Java's regular expressions: \t, \x{..}, \p{..}, \Q..\E and their like.
#include <cstring>

#include "expr/functions/string/java_regex_translator.h"
#include "expr/functions/string/utf8.h"

namespace thalweg::expr {

namespace {

constexpr std::string_view kWord = R"([\p{L}\p{Nd}_])";

bool IsHex(char c) { return (c >= '0' && c <= '9') || static_cast<uint8_t>((c | 0x20) - 'a') < 6; }
int HexValue(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

/// POSIX names of Java: ASCII only. The content of a class.
std::string_view PosixClass(std::string_view name) {
  static constexpr struct {
    std::string_view name, content;
  } kClasses[] = {
      {"Lower", "a-z"},
      {"Upper", "A-Z"},
      {"ASCII", "\\x00-\\x7f"},
      {"Alpha", "a-zA-Z"},
      {"Digit", "0-9"},
      {"Alnum", "a-zA-Z0-9"},
      {"Punct", "!-\\/:-@\\[-`{-~"},
      {"Graph", "!-~"},
      {"Print", " -~"},
      {"Blank", " \\t"},
      {"Cntrl", "\\x00-\\x1f\\x7f"},
      {"XDigit", "0-9a-fA-F"},
      {"Space", " \\t\\n\\x0b\\f\\r"},
      {"javaLowerCase", "\\p{Ll}"},
      {"javaUpperCase", "\\p{Lu}"},
      {"javaLetter", "\\p{L}"},
      {"javaDigit", "\\p{Nd}"},
      {"javaLetterOrDigit", "\\p{L}\\p{Nd}"},
      {"javaWhitespace",
       "\\t-\\r\\x1c-\\x20\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200a}"
       "\\x{2028}\\x{2029}\\x{205f}\\x{3000}"},
      {"IsAlphabetic", "\\p{Alphabetic}"},
      {"IsLetter", "\\p{L}"},
      {"IsDigit", "\\p{Nd}"},
      {"IsPunctuation", "\\p{P}"},
      {"IsUppercase", "\\p{Lu}"},
      {"IsLowercase", "\\p{Ll}"},
      {"IsWhite_Space", "\\p{White_Space}"},
      {"IsIdeographic", "\\p{Ideographic}"},
      {"L1", "\\x00-\\x{ff}"},
      {"all", "\\x00-\\x{10ffff}"},
  };
  for (const auto& c : kClasses) {
    if (c.name == name) return c.content;
  }
  return {};
}

}  // namespace

Status JavaRegexTranslator::Escape(const Flags& flags) {
  ++at_;
  if (done()) return Error("a '\\' at the end");
  const char c = peek();
  switch (c) {
    case 'A':
    case 'G':
    case 'z':
      // In a group, so that a quantifier may follow.
      ++at_;
      out_ += std::string("(?:\\") + c + ")";
      return Status::OK();
    case 'R':
    case 'X':
    case 'd':
    case 'D':
    case 's':
    case 'S':
    case 'w':
    case 'W':
    case 'h':
    case 'H':
    case 'v':
    case 'V':
      ++at_;
      out_ += '\\';
      out_ += c;
      return Status::OK();
    case 'Z':
      ++at_;
      Dollar(Flags{.unix_lines = flags.unix_lines});
      return Status::OK();
    case 'b':
    case 'B': {
      ++at_;
      const std::string w(kWord);
      out_ += c == 'b' ? "(?:(?<=" + w + ")(?!" + w + ")|(?<!" + w + ")(?=" + w + "))"
                       : "(?:(?<=" + w + ")(?=" + w + ")|(?<!" + w + ")(?!" + w + "))";
      return Status::OK();
    }
    case 'Q': {
      const size_t end = p_.find("\\E", ++at_);
      const size_t stop = end == p_.npos ? p_.size() : end;
      while (at_ < stop) Literal(flags);
      if (end != p_.npos) at_ = end + 2;
      return Status::OK();
    }
    case 'k': {
      ++at_;
      if (!Take('<')) return Error("\\k lacks its '<'");
      std::string name;
      while (IsLetter(peek()) || IsDigit(peek())) name += p_[at_++];
      if (!Take('>') || name.empty()) return Error("a group name lacks its '>'");
      out_ += (flags.ignore_case ? "(?i:\\k<" : "(?:\\k<") + name + ">)";
      return Status::OK();
    }
    case 'p':
    case 'P': {
      std::string content;
      bool negated;
      TW_RETURN_IF_ERROR(Property(&content, &negated));
      out_ += (negated ? "[^" : "[") + content + "]";
      return Status::OK();
    }
    default:
      break;
  }
  if (c >= '1' && c <= '9') {
    int group = c - '0';
    ++at_;
    while (IsDigit(peek()) && group * 10 + (peek() - '0') <= groups_) {
      group = group * 10 + (p_[at_++] - '0');
    }
    if (group > groups_) {
      out_ += "(?!)";
    } else {
      out_ += (flags.ignore_case ? "(?i:\\g{" : "(?:\\g{") + std::to_string(group) + "})";
    }
    return Status::OK();
  }
  char32_t code;
  TW_RETURN_IF_ERROR(CharacterEscape(&code));
  LiteralCodePoint(code, flags);
  return Status::OK();
}

Status JavaRegexTranslator::CharacterEscape(char32_t* code) {
  const char c = p_[at_++];
  switch (c) {
    case 't':
      *code = '\t';
      return Status::OK();
    case 'n':
      *code = '\n';
      return Status::OK();
    case 'r':
      *code = '\r';
      return Status::OK();
    case 'f':
      *code = '\f';
      return Status::OK();
    case 'a':
      *code = 7;
      return Status::OK();
    case 'e':
      *code = 27;
      return Status::OK();
    case 'c':
      if (done()) return Error("illegal control escape sequence");
      *code = static_cast<uint8_t>(p_[at_++]) ^ 64;
      return Status::OK();
    case '0': {
      int n = 0, digits = 0;
      while (peek() >= '0' && peek() <= '7' && digits < 3 && n * 8 + (peek() - '0') <= 0377) {
        n = n * 8 + (p_[at_++] - '0');
        ++digits;
      }
      if (digits == 0) return Error("illegal octal escape sequence");
      *code = static_cast<char32_t>(n);
      return Status::OK();
    }
    case 'x':
      return HexEscape(code);
    case 'u':
      TW_RETURN_IF_ERROR(Hex4(code));
      if (*code >= 0xD800 && *code < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
        at_ += 2;
        char32_t low;
        TW_RETURN_IF_ERROR(Hex4(&low));
        *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
      }
      if ((*code >= 0xD800 && *code < 0xE000) || *code > 0x10FFFF) {
        return NotSupported("a lone surrogate");
      }
      return Status::OK();
    default:
      if (IsLetter(c) || IsDigit(c)) return Error("illegal/unsupported escape sequence");
      --at_;
      *code = utf8::Next(p_, &at_);
      return Status::OK();
  }
}

Status JavaRegexTranslator::HexEscape(char32_t* code) {
  char32_t n = 0;
  if (Take('{')) {
    int digits = 0;
    while (IsHex(peek()) && digits < 8) {
      n = n * 16 + static_cast<char32_t>(HexValue(p_[at_++]));
      ++digits;
    }
    if (digits == 0 || !Take('}') || n > 0x10FFFF) {
      return Error("illegal hexadecimal escape sequence");
    }
    if (n >= 0xD800 && n < 0xE000) return NotSupported("a lone surrogate");
  } else {
    if (!IsHex(peek()) || !IsHex(peek(1))) return Error("illegal hexadecimal escape sequence");
    n = static_cast<char32_t>(HexValue(peek()) * 16 + HexValue(peek(1)));
    at_ += 2;
  }
  *code = n;
  return Status::OK();
}

Status JavaRegexTranslator::Hex4(char32_t* code) {
  *code = 0;
  for (int i = 0; i < 4; ++i) {
    if (!IsHex(peek())) return Error("illegal Unicode escape sequence");
    *code = *code * 16 + static_cast<char32_t>(HexValue(p_[at_++]));
  }
  return Status::OK();
}

Status JavaRegexTranslator::Property(std::string* content, bool* negated) {
  *negated = p_[at_++] == 'P';
  std::string name;
  if (Take('{')) {
    const size_t end = p_.find('}', at_);
    if (end == p_.npos) return Error("unclosed character family");
    name = p_.substr(at_, end - at_);
    at_ = end + 1;
  } else if (!done()) {
    name = p_[at_++];
  }
  if (name.empty()) return Error("empty character family");
  if (const std::string_view posix = PosixClass(name); !posix.empty()) {
    *content = posix;
    return Status::OK();
  }
  if (const size_t equals = name.find('='); equals != name.npos) {
    const std::string key = name.substr(0, equals);
    if (key == "block" || key == "blk") return NotSupported("Unicode blocks (\\p{block=..})");
    name.erase(0, equals + 1);
  } else if (name.starts_with("In")) {
    return NotSupported("Unicode blocks (\\p{In..})");
  } else if (name.starts_with("Is") && name.size() > 2) {
    name.erase(0, 2);
  }
  for (char ch : name) {
    if (!IsLetter(ch) && !IsDigit(ch) && ch != '_') return Error("unknown character property");
  }
  *content = "\\p{" + (name == "LC" ? std::string("L&") : name) + "}";
  return Status::OK();
}

}  // namespace thalweg::expr
