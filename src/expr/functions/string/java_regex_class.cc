// Character classes of Java's regular expressions: [a-z&&[^aeiou]] and their like.
#include <cstring>
#include <vector>

#include "expr/functions/string/java_regex_translator.h"
#include "expr/functions/string/utf8.h"

namespace thalweg::expr {

Status JavaRegexTranslator::Class(const Flags& flags, int depth, std::string* out) {
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

Status JavaRegexTranslator::ClassCharacter(char32_t* c) {
  if (Take('\\')) {
    if (done()) return Error("unclosed character class");
    return CharacterEscape(c);
  }
  *c = utf8::Next(p_, &at_);
  return Status::OK();
}

void JavaRegexTranslator::AddRange(char32_t low, char32_t high, const Flags& flags,
                                   std::string* items) {
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

}  // namespace thalweg::expr
