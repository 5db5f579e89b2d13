#include "expr/functions/string/java_regex.h"

#include <cstdio>
#include <cstring>
#include <vector>

#include "expr/functions/string/utf8.h"

namespace thalweg::expr {

namespace {

constexpr int kMaxDepth = 250;
constexpr std::string_view kWord = R"([\p{L}\p{Nd}_])";

struct Flags {
  bool ignore_case = false;   // i
  bool unicode_case = false;  // u
  bool multiline = false;     // m
  bool dotall = false;        // s
  bool unix_lines = false;    // d
  bool comments = false;      // x
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return static_cast<uint8_t>((c | 0x20) - 'a') < 26; }
bool IsHex(char c) { return IsDigit(c) || static_cast<uint8_t>((c | 0x20) - 'a') < 6; }
int HexValue(char c) { return IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10; }

std::string CodePoint(char32_t c) {
  char buf[16];
  std::snprintf(buf, sizeof buf, "\\x{%x}", static_cast<unsigned>(c));
  return buf;
}

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

class Translator {
 public:
  explicit Translator(std::string_view p) : p_(p) {}

  Result<std::string> Run() {
    TW_RETURN_IF_ERROR(Alternatives(Flags(), 0));
    if (at_ < p_.size()) return Error("unmatched closing ')'");
    return (ucp_ ? "(*UCP)" : "") + out_;
  }

 private:
  Status Error(std::string_view what) const {
    return Status::Evaluation("invalid regular expression '" + std::string(p_) +
                              "': " + std::string(what) + " near index " + std::to_string(at_));
  }
  Status NotSupported(std::string_view what) const {
    return Status::NotSupported("regular expression '" + std::string(p_) +
                                "': " + std::string(what));
  }
  bool done() const { return at_ >= p_.size(); }
  char peek(size_t ahead = 0) const { return at_ + ahead < p_.size() ? p_[at_ + ahead] : '\0'; }
  bool Take(char c) {
    if (done() || p_[at_] != c) return false;
    ++at_;
    return true;
  }

  // --- Groups and sequences ---

  /// Up to ')' or the end. Flags set inside hold until the end of the group.
  Status Alternatives(Flags flags, int depth) {
    if (depth > kMaxDepth) return Error("nested too deeply");
    while (!done() && peek() != ')') {
      const char c = peek();
      if (c == '|') {
        ++at_;
        out_ += '|';
      } else if (c == '(') {
        TW_RETURN_IF_ERROR(Group(&flags, depth));
      } else if (flags.comments && SkipComment()) {
        continue;
      } else {
        TW_RETURN_IF_ERROR(Atom(flags));
      }
    }
    return Status::OK();
  }

  bool SkipComment() {
    const char c = peek();
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      ++at_;
      return true;
    }
    if (c != '#') return false;
    while (!done() && peek() != '\n' && peek() != '\r') ++at_;
    return true;
  }

  Status Group(Flags* flags, int depth) {
    ++at_;
    Flags inner = *flags;
    if (peek() == '*') return Error("dangling meta character '*'");
    if (!Take('?')) {
      ++groups_;
      out_ += '(';
    } else if (Take(':')) {
      out_ += "(?:";
    } else if (Take('=')) {
      out_ += "(?=";
    } else if (Take('!')) {
      out_ += "(?!";
    } else if (Take('>')) {
      out_ += "(?>";
    } else if (Take('<')) {
      if (Take('=')) {
        out_ += "(?<=";
      } else if (Take('!')) {
        out_ += "(?<!";
      } else {
        ++groups_;
        out_ += "(?<";
        if (!IsLetter(peek())) return Error("a group name must begin with a letter");
        while (IsLetter(peek()) || IsDigit(peek())) out_ += p_[at_++];
        if (!Take('>')) return Error("a group name lacks its '>'");
        out_ += '>';
      }
    } else {
      TW_RETURN_IF_ERROR(TakeFlags(&inner));
      if (Take(')')) {
        *flags = inner;
        return Status::OK();
      }
      if (!Take(':')) return Error("unknown inline modifier");
      out_ += "(?:";
    }
    TW_RETURN_IF_ERROR(Alternatives(inner, depth + 1));
    if (!Take(')')) return Error("unclosed group");
    out_ += ')';
    return Quantifier(*flags);
  }

  Status TakeFlags(Flags* f) {
    bool on = true;
    for (;; ++at_) {
      switch (peek()) {
        case 'i':
          f->ignore_case = on;
          break;
        case 'u':
          f->unicode_case = on;
          break;
        case 'm':
          f->multiline = on;
          break;
        case 's':
          f->dotall = on;
          break;
        case 'd':
          f->unix_lines = on;
          break;
        case 'x':
          f->comments = on;
          break;
        case 'U':
          ucp_ = f->unicode_case = on;
          break;
        case '-':
          if (!on) return Error("unknown inline modifier");
          on = false;
          break;
        default:
          return Status::OK();
      }
    }
  }

  /// After an atom that has been written: *, +, ?, {n,m} with ? or +.
  Status Quantifier(const Flags& flags) {
    while (flags.comments && !done() && SkipComment()) {
    }
    const char c = peek();
    if (c == '{') {
      const size_t start = at_++;
      if (!IsDigit(peek())) return Error("illegal repetition");
      int64_t low = Number(), high = low;
      if (Take(',')) high = IsDigit(peek()) ? Number() : INT32_MAX;
      if (!Take('}')) return Error("unclosed counted closure");
      if (high < low) return Error("illegal repetition range");
      if (low > 65535 || (high > 65535 && high != INT32_MAX)) {
        return NotSupported("a repetition count above 65535");
      }
      out_ += p_.substr(start, at_ - start);
    } else if (c != '\0' && std::strchr("*+?", c) != nullptr) {
      out_ += c;
      ++at_;
    } else {
      return Status::OK();
    }
    if (peek() == '?' || peek() == '+') out_ += p_[at_++];
    if (!done() && std::strchr("*+?", peek()) != nullptr) {
      return Error("dangling meta character");
    }
    return Status::OK();
  }

  int64_t Number() {
    int64_t n = 0;
    while (IsDigit(peek()) && n < INT32_MAX) n = n * 10 + (p_[at_++] - '0');
    return n;
  }

  // --- Atoms ---

  Status Atom(const Flags& flags) {
    const char c = peek();
    switch (c) {
      case '*':
      case '+':
      case '?':
        return Error("dangling meta character");
      case '{':
        return Error("illegal repetition");
      case '.':
        ++at_;
        out_ += flags.dotall       ? "(?s:.)"
                : flags.unix_lines ? "[^\\n]"
                                   : R"([^\n\r\x{85}\x{2028}\x{2029}])";
        break;
      case '^':
        ++at_;
        out_ += !flags.multiline ? "(?:\\A)"
                : flags.unix_lines
                    ? R"((?:\A|(?<=\n)(?!\z)))"
                    : R"((?:\A|(?:(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))(?!\z)))";
        break;
      case '$':
        ++at_;
        Dollar(flags);
        break;
      case '[': {
        std::string cls;
        ++at_;
        TW_RETURN_IF_ERROR(Class(flags, 0, &cls));
        out_ += cls;
        break;
      }
      case '\\':
        TW_RETURN_IF_ERROR(Escape(flags));
        break;
      default:
        Literal(flags);
    }
    return Quantifier(flags);
  }

  void Dollar(const Flags& flags) {
    if (flags.multiline) {
      out_ += flags.unix_lines ? R"((?:(?=\n)|\z))"
                               : R"((?:(?<!\r)(?=\n)|(?=[\r\x{85}\x{2028}\x{2029}])|\z))";
    } else {
      out_ += flags.unix_lines
                  ? R"((?=\n?\z))"
                  : R"((?:\z|(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])\z)|(?<!\r)(?=\n\z)))";
    }
  }

  void Literal(const Flags& flags) {
    const char32_t c = utf8::Next(p_, &at_);
    LiteralCodePoint(c, flags);
  }

  void LiteralCodePoint(char32_t c, const Flags& flags) {
    if (flags.ignore_case && c < 128 && IsLetter(static_cast<char>(c))) {
      const char ch = static_cast<char>(c);
      out_ += flags.unicode_case ? std::string("(?i:") + ch + ")"
                                 : std::string("[") + ch + static_cast<char>(ch ^ 0x20) + "]";
    } else if (flags.ignore_case && flags.unicode_case && c >= 128) {
      out_ += "(?i:" + CodePoint(c) + ")";
    } else if (c < 128 && (IsLetter(static_cast<char>(c)) || IsDigit(static_cast<char>(c)))) {
      out_ += static_cast<char>(c);
    } else {
      out_ += CodePoint(c);
    }
  }

  Status Escape(const Flags& flags) {
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

  /// An escape that stands for one character; at_ is behind the '\'.
  Status CharacterEscape(char32_t* code) {
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

  Status HexEscape(char32_t* code) {
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

  Status Hex4(char32_t* code) {
    *code = 0;
    for (int i = 0; i < 4; ++i) {
      if (!IsHex(peek())) return Error("illegal Unicode escape sequence");
      *code = *code * 16 + static_cast<char32_t>(HexValue(p_[at_++]));
    }
    return Status::OK();
  }

  /// \p{..} or \P{..} at the letter: what stands inside a class, and whether it is negated.
  Status Property(std::string* content, bool* negated) {
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

  // --- Classes ---

  /// Behind the '['. Writes an expression that matches one character.
  Status Class(const Flags& flags, int depth, std::string* out) {
    if (depth > kMaxDepth) return Error("nested too deeply");
    const bool negated = Take('^');
    std::vector<std::string> operands;  // of '&&'
    std::string items;                  // content of a simple class
    std::vector<std::string> nested;
    bool any = false;
    auto close_operand = [&] {
      std::string one = items.empty() ? std::string() : "[" + items + "]";
      if (!nested.empty()) {
        std::string alternatives = one;
        for (const std::string& n : nested) {
          if (!alternatives.empty()) alternatives += '|';
          alternatives += n;
        }
        one = "(?:" + alternatives + ")";
      }
      if (!one.empty()) operands.push_back(std::move(one));
      items.clear();
      nested.clear();
    };
    for (;; any = true) {
      if (done()) return Error("unclosed character class");
      if (flags.comments && SkipComment()) continue;
      const char c = peek();
      if (c == ']' && any) {
        ++at_;
        break;
      }
      if (c == '[') {
        ++at_;
        std::string inner;
        TW_RETURN_IF_ERROR(Class(flags, depth + 1, &inner));
        nested.push_back(std::move(inner));
        continue;
      }
      if (c == '&' && peek(1) == '&') {
        at_ += 2;
        close_operand();
        continue;
      }
      if (c == '\\' && std::strchr("dDsSwWhHvV", peek(1)) != nullptr && peek(1) != '\0') {
        items += p_.substr(at_, 2);
        at_ += 2;
        continue;
      }
      if (c == '\\' && (peek(1) == 'p' || peek(1) == 'P')) {
        ++at_;
        std::string content;
        bool not_it;
        TW_RETURN_IF_ERROR(Property(&content, &not_it));
        if (not_it) {
          nested.push_back("[^" + content + "]");
        } else {
          items += content;
        }
        continue;
      }
      if (c == '\\' && peek(1) == 'Q') {
        const size_t end = p_.find("\\E", at_ += 2);
        const size_t stop = end == p_.npos ? p_.size() : end;
        while (at_ < stop) {
          const char32_t one = utf8::Next(p_, &at_);
          AddRange(one, one, flags, &items);
        }
        if (end != p_.npos) at_ = end + 2;
        continue;
      }
      char32_t low, high;
      TW_RETURN_IF_ERROR(ClassCharacter(&low));
      high = low;
      if (peek() == '-' && at_ + 1 < p_.size() && peek(1) != ']' && peek(1) != '[') {
        ++at_;
        TW_RETURN_IF_ERROR(ClassCharacter(&high));
        if (high < low) return Error("illegal character range");
      }
      AddRange(low, high, flags, &items);
    }
    const bool simple = operands.empty() && nested.empty() && !items.empty();
    if (simple) {
      *out = (negated ? "[^" : "[") + items + "]";
    } else {
      close_operand();
      if (operands.empty()) return Error("empty character class");
      std::string all = "(?:";
      for (size_t i = 0; i + 1 < operands.size(); ++i) all += "(?=" + operands[i] + ")";
      all += operands.back() + ")";
      *out = negated ? "(?:(?!" + all + ")(?s:.))" : all;
    }
    if (flags.ignore_case && flags.unicode_case) *out = "(?i:" + *out + ")";
    return Status::OK();
  }

  Status ClassCharacter(char32_t* c) {
    if (Take('\\')) {
      if (done()) return Error("unclosed character class");
      return CharacterEscape(c);
    }
    *c = utf8::Next(p_, &at_);
    return Status::OK();
  }

  void AddRange(char32_t low, char32_t high, const Flags& flags, std::string* items) {
    auto add = [&](char32_t a, char32_t b) {
      *items += CodePoint(a);
      if (b != a) *items += "-" + CodePoint(b);
    };
    add(low, high);
    if (!flags.ignore_case) return;
    for (const char32_t first : {U'a', U'A'}) {
      const char32_t a = low > first ? low : first;
      const char32_t b = high < first + 25 ? high : first + 25;
      if (a <= b) add(a ^ 0x20, b ^ 0x20);
    }
  }

  std::string_view p_;
  size_t at_ = 0;
  std::string out_;
  int groups_ = 0;
  bool ucp_ = false;
};

}  // namespace

Result<std::string> JavaToPcre2(std::string_view pattern) { return Translator(pattern).Run(); }

}  // namespace thalweg::expr
