#include "expr/functions/string/like_pattern.h"

#include <cstring>

#include "expr/functions/string/utf8.h"

namespace thalweg::expr {

namespace {

Status InvalidSequence(std::string_view pattern, size_t at) {
  return Status::Evaluation("Invalid escape sequence '" + std::string(pattern) + "', " +
                            std::to_string(utf8::Utf16Length(pattern.substr(0, at))));
}

Status CheckEscape(std::string_view escape) {
  if (utf8::Utf16Length(escape) <= 1) return Status::OK();
  return Status::Evaluation("Invalid escape character '" + std::string(escape) + "'");
}

/// Java's line terminators, which '.' and so '_' do not match.
bool IsLineTerminator(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

}  // namespace

Result<LikePattern> LikePattern::Compile(std::string_view pattern, std::string_view escape) {
  TW_RETURN_IF_ERROR(CheckEscape(escape));
  LikePattern result;
  std::vector<Piece>& pieces = result.pieces_;
  pieces.emplace_back();
  for (size_t at = 0; at < pattern.size();) {
    size_t w = utf8::WidthAt(pattern, at);
    std::string_view c = pattern.substr(at, w);
    bool literal = false;
    if (!escape.empty() && c == escape) {
      const size_t next = at + w;
      if (next >= pattern.size()) return InvalidSequence(pattern, at);
      const size_t next_width = utf8::WidthAt(pattern, next);
      const std::string_view escaped = pattern.substr(next, next_width);
      if (escaped != "_" && escaped != "%" && escaped != escape) {
        return InvalidSequence(pattern, at);
      }
      c = escaped;
      at = next;
      w = next_width;
      literal = true;
    }
    if (!literal && c == "%") {
      pieces.emplace_back();
    } else {
      const bool one = !literal && c == "_";
      pieces.back().text += c;
      pieces.back().one.resize(pieces.back().text.size(), one);
      pieces.back().has_one |= one;
    }
    at += w;
  }
  bool any_one = false;
  size_t filled = 0, last_filled = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    any_one |= pieces[i].has_one;
    if (pieces[i].text.empty()) continue;
    ++filled;
    last_filled = i;
  }
  if (any_one || filled > 1) {
    result.shape_ = Shape::kGeneral;
    return result;
  }
  result.text_ = pieces[last_filled].text;
  if (pieces.size() == 1) {
    result.shape_ = Shape::kExact;
  } else if (filled == 0) {
    result.shape_ = Shape::kAny;
  } else if (last_filled == 0) {
    result.shape_ = Shape::kPrefix;
  } else if (last_filled == pieces.size() - 1) {
    result.shape_ = Shape::kSuffix;
  } else {
    result.shape_ = Shape::kContains;
  }
  return result;
}

size_t LikePattern::MatchPiece(const Piece& piece, std::string_view s, size_t at) {
  constexpr size_t kNo = std::string_view::npos;
  if (!piece.has_one) return s.substr(at).starts_with(piece.text) ? piece.text.size() : kNo;
  const size_t start = at;
  for (size_t i = 0; i < piece.text.size(); ++i) {
    if (at >= s.size()) return kNo;
    if (piece.one[i]) {
      if (IsLineTerminator(utf8::Next(s, &at))) return kNo;
    } else if (s[at++] != piece.text[i]) {
      return kNo;
    }
  }
  return at - start;
}

bool LikePattern::MatchesGeneral(std::string_view s) const {
  constexpr size_t kNo = std::string_view::npos;
  const size_t first = MatchPiece(pieces_.front(), s, 0);
  if (first == kNo) return false;
  if (pieces_.size() == 1) return first == s.size();
  size_t at = first;
  // Between the first and the last piece the leftmost place is always good enough.
  for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.text.empty()) continue;
    if (!piece.has_one) {
      const size_t found = s.find(piece.text, at);
      if (found == kNo) return false;
      at = found + piece.text.size();
      continue;
    }
    for (;; at += utf8::WidthAt(s, at)) {
      const size_t n = MatchPiece(piece, s, at);
      if (n != kNo) {
        at += n;
        break;
      }
      if (at >= s.size()) return false;
    }
  }
  const Piece& last = pieces_.back();
  if (last.text.empty()) return true;
  if (!last.has_one) return s.size() - at >= last.text.size() && s.ends_with(last.text);
  size_t characters = 0;
  for (size_t i = 0; i < last.text.size(); ++i) characters += !utf8::IsContinuation(last.text[i]);
  const size_t begin = utf8::OffsetFromEnd(s, static_cast<int64_t>(characters));
  return begin >= at && MatchPiece(last, s, begin) == s.size() - begin;
}

namespace {

constexpr const char* kRegexSpecials = "[]()|^-+*?{}$\\.";
constexpr const char* kSimilarSpecials = "[]()|^-+*_%?{}";

bool In(const char* set, char c) { return c != '\0' && std::strchr(set, c) != nullptr; }

Status InvalidRegularExpression(std::string_view pattern, size_t at) {
  return Status::Evaluation("Invalid regular expression '" + std::string(pattern) + "', index " +
                            std::to_string(at));
}

constexpr struct {
  std::string_view name, regex;
} kClasses[] = {
    {"[:ALPHA:]", "\\p{Alpha}"}, {"[:alpha:]", "\\p{Alpha}"}, {"[:UPPER:]", "\\p{Upper}"},
    {"[:upper:]", "\\p{Upper}"}, {"[:LOWER:]", "\\p{Lower}"}, {"[:lower:]", "\\p{Lower}"},
    {"[:DIGIT:]", "\\d"},        {"[:digit:]", "\\d"},        {"[:SPACE:]", " "},
    {"[:space:]", " "},          {"[:WHITESPACE:]", "\\s"},   {"[:whitespace:]", "\\s"},
    {"[:ALNUM:]", "\\p{Alnum}"}, {"[:alnum:]", "\\p{Alnum}"},
};

/// The inside of [...]; at the '[', returns the position of the ']'.
Result<size_t> RewriteEnumeration(std::string_view p, size_t at, char escape, std::string* out) {
  for (++at; at < p.size(); ++at) {
    const char c = p[at];
    if (c == ']') return at;
    if (escape != '\0' && c == escape) {
      ++at;
      if (at >= p.size()) return InvalidRegularExpression(p, at);
      if (In(kSimilarSpecials, p[at])) {
        if (In(kRegexSpecials, p[at])) *out += '\\';
        *out += p[at];
      } else if (p[at] == escape) {
        *out += escape;
      } else {
        return InvalidRegularExpression(p, at);
      }
    } else if (c == '-' || c == '^') {
      *out += c;
    } else if (p.substr(at).starts_with("[:")) {
      bool found = false;
      for (const auto& cls : kClasses) {
        if (!p.substr(at).starts_with(cls.name)) continue;
        *out += cls.regex;
        at += cls.name.size() - 1;
        found = true;
        break;
      }
      if (!found) return InvalidRegularExpression(p, at);
    } else if (In(kSimilarSpecials, c)) {
      return InvalidRegularExpression(p, at);
    } else {
      *out += c;
    }
  }
  return p.size();
}

}  // namespace

Result<std::string> SimilarToRegex(std::string_view pattern, std::string_view escape_text) {
  TW_RETURN_IF_ERROR(CheckEscape(escape_text));
  const char escape = escape_text.empty() ? '\0' : escape_text[0];
  if (static_cast<uint8_t>(escape) >= 0x80) {
    return Status::NotSupported("SIMILAR TO with the escape character '" +
                                std::string(escape_text) + "'; use an ASCII one");
  }
  std::string out;
  bool in_enumeration = false;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (escape != '\0' && c == escape) {
      if (at + 1 >= pattern.size()) return InvalidSequence(pattern, at);
      const char next = pattern[at + 1];
      if (In(kSimilarSpecials, next)) {
        if (In(kRegexSpecials, next)) out += '\\';
        out += next;
      } else if (next == escape) {
        out += next;
      } else {
        return InvalidSequence(pattern, at);
      }
      ++at;
      continue;
    }
    switch (c) {
      case '_':
        out += '.';
        break;
      case '%':
        out += "(?s:.*)";
        break;
      case '[': {
        out += '[';
        in_enumeration = true;
        TW_ASSIGN_OR_RETURN(at, RewriteEnumeration(pattern, at, escape, &out));
        // The ']' is read by the next step.
        --at;
        break;
      }
      case ']':
        if (!in_enumeration) return InvalidRegularExpression(pattern, at);
        in_enumeration = false;
        out += ']';
        break;
      case '\\':
        out += "\\\\";
        break;
      case '$':
        out += "\\$";
        break;
      default:
        out += c;
    }
  }
  if (in_enumeration) return InvalidRegularExpression(pattern, pattern.size());
  return out;
}

}  // namespace thalweg::expr
