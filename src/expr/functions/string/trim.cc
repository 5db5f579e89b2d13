// TRIM, LTRIM, RTRIM, BTRIM. Results are slices of the argument.
#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

enum Sides : uint8_t { kLeading = 1, kTrailing = 2, kBoth = 3 };

bool Contains(std::string_view chars, std::string_view one) {
  if (one.size() == 1) return chars.find(one[0]) != std::string_view::npos;
  return chars.find(one) != std::string_view::npos;
}

template <Sides kSides>
std::string_view TrimSpaces(std::string_view s) {
  if constexpr (kSides & kLeading) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  }
  if constexpr (kSides & kTrailing) {
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  }
  return s;
}

/// Removes any of the characters in `chars`.
template <Sides kSides>
std::string_view TrimChars(std::string_view s, std::string_view chars) {
  if constexpr (kSides & kLeading) {
    while (!s.empty()) {
      const size_t w = utf8::WidthAt(s, 0);
      if (!Contains(chars, s.substr(0, w))) break;
      s.remove_prefix(w);
    }
  }
  if constexpr (kSides & kTrailing) {
    while (!s.empty()) {
      const size_t at = utf8::OffsetFromEnd(s, 1);
      if (!Contains(chars, s.substr(at))) break;
      s.remove_suffix(s.size() - at);
    }
  }
  return s;
}

Type Varying(const Type& t) { return Type::Varchar(t.length()); }

BoundFunction Viewing(BoundFunction f) {
  f.result_views_args = true;
  return f;
}

template <Sides kSides>
Result<BoundFunction> BindTrim(const BindArgs& a, bool keeps_length, std::string_view signature) {
  if (auto m = Match(a, {Arg::kString})) {
    return Viewing(m->Returns(keeps_length ? Varying(a.types[0]) : Type::String(),
                              &EachRow<TrimSpaces<kSides>>));
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    return Viewing(m->Returns(keeps_length ? Varying(a.types[0]) : Type::String(),
                              &EachRow<TrimChars<kSides>>));
  }
  return NoMatch(signature, a);
}

template <Sides kSides>
std::string_view TrimCharsOf(std::string_view, std::string_view chars, std::string_view s) {
  return TrimChars<kSides>(s, chars);
}

/// TRIM(s), or what the parser makes of TRIM(LEADING c FROM s): the arguments 'LEADING', c, s.
Result<BoundFunction> BindStandardTrim(const BindArgs& a) {
  constexpr std::string_view kSignature = "TRIM([BOTH|LEADING|TRAILING] [chars] FROM string)";
  if (auto m = Match(a, {Arg::kString})) {
    return Viewing(m->Returns(Varying(a.types[0]), &EachRow<TrimSpaces<kBoth>>));
  }
  auto m = Match(a, {Arg::kString, Arg::kString, Arg::kString});
  const auto side = LiteralString(a, 0);
  if (!m || !side) return NoMatch(kSignature, a);
  const Kernel kernel = *side == "LEADING"    ? &EachRow<TrimCharsOf<kLeading>>
                        : *side == "TRAILING" ? &EachRow<TrimCharsOf<kTrailing>>
                        : *side == "BOTH"     ? &EachRow<TrimCharsOf<kBoth>>
                                              : static_cast<Kernel>(nullptr);
  if (kernel == nullptr) return NoMatch(kSignature, a);
  return Viewing(m->Returns(Varying(a.types[2]), kernel));
}

}  // namespace

std::span<const ScalarFunction> TrimFunctions() {
  static const ScalarFunction kEntries[] = {
      {"TRIM",
       {},
       FunctionCategory::kString,
       "TRIM([BOTH|LEADING|TRAILING] [chars] FROM string)",
       "The string without the characters of `chars` (default: the blank) at its ends.",
       {"TRIM(LEADING 'xy' FROM 'xyxabc')", "abc"},
       &BindStandardTrim},
      {"LTRIM",
       {},
       FunctionCategory::kString,
       "LTRIM(string[, chars])",
       "The string without leading blanks, or without the leading characters of `chars`.",
       {"LTRIM(' a ')", "a "},
       [](const BindArgs& a) { return BindTrim<kLeading>(a, true, "LTRIM(string[, chars])"); }},
      {"RTRIM",
       {},
       FunctionCategory::kString,
       "RTRIM(string[, chars])",
       "The string without trailing blanks, or without the trailing characters of `chars`.",
       {"RTRIM('abcxx', 'x')", "abc"},
       [](const BindArgs& a) { return BindTrim<kTrailing>(a, true, "RTRIM(string[, chars])"); }},
      {"BTRIM",
       {},
       FunctionCategory::kString,
       "BTRIM(string[, chars])",
       "The string without leading and trailing blanks, or without the characters of `chars` at "
       "its ends.",
       {"BTRIM('xxaxx', 'x')", "a"},
       [](const BindArgs& a) { return BindTrim<kBoth>(a, false, "BTRIM(string[, chars])"); }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
