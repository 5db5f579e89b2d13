#include "expr/functions/string/java_regex.h"

#include <cstdio>
#include <cstring>

#include "expr/functions/string/java_regex_translator.h"
#include "expr/functions/string/utf8.h"

namespace thalweg::expr {

Result<std::string> JavaToPcre2(std::string_view pattern) {
  return JavaRegexTranslator(pattern).Run();
}

Result<std::string> JavaRegexTranslator::Run() {
  TW_RETURN_IF_ERROR(Alternatives(Flags(), 0));
  if (at_ < p_.size()) return Error("unmatched closing ')'");
  return (ucp_ ? "(*UCP)" : "") + out_;
}

Status JavaRegexTranslator::Error(std::string_view what) const {
  return Status::Evaluation("invalid regular expression '" + std::string(p_) +
                            "': " + std::string(what) + " near index " + std::to_string(at_));
}

Status JavaRegexTranslator::NotSupported(std::string_view what) const {
  return Status::NotSupported("regular expression '" + std::string(p_) + "': " + std::string(what));
}

bool JavaRegexTranslator::Take(char c) {
  if (done() || p_[at_] != c) return false;
  ++at_;
  return true;
}

std::string JavaRegexTranslator::CodePoint(char32_t c) {
  char buf[16];
  std::snprintf(buf, sizeof buf, "\\x{%x}", static_cast<unsigned>(c));
  return buf;
}

Status JavaRegexTranslator::Alternatives(Flags flags, int depth) {
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

bool JavaRegexTranslator::SkipComment() {
  const char c = peek();
  if (c == ' ' || (c >= '\t' && c <= '\r')) {
    ++at_;
    return true;
  }
  if (c != '#') return false;
  while (!done() && peek() != '\n' && peek() != '\r') ++at_;
  return true;
}

Status JavaRegexTranslator::Group(Flags* flags, int depth) {
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

Status JavaRegexTranslator::TakeFlags(Flags* f) {
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

Status JavaRegexTranslator::Quantifier(const Flags& flags) {
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

int64_t JavaRegexTranslator::Number() {
  int64_t n = 0;
  while (IsDigit(peek()) && n < INT32_MAX) n = n * 10 + (p_[at_++] - '0');
  return n;
}

Status JavaRegexTranslator::Atom(const Flags& flags) {
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

void JavaRegexTranslator::Dollar(const Flags& flags) {
  if (flags.multiline) {
    out_ += flags.unix_lines ? R"((?:(?=\n)|\z))"
                             : R"((?:(?<!\r)(?=\n)|(?=[\r\x{85}\x{2028}\x{2029}])|\z))";
  } else {
    out_ += flags.unix_lines
                ? R"((?=\n?\z))"
                : R"((?:\z|(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])\z)|(?<!\r)(?=\n\z)))";
  }
}

void JavaRegexTranslator::Literal(const Flags& flags) {
  const char32_t c = utf8::Next(p_, &at_);
  LiteralCodePoint(c, flags);
}

void JavaRegexTranslator::LiteralCodePoint(char32_t c, const Flags& flags) {
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

}  // namespace thalweg::expr
