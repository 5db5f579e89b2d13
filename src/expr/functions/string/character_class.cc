// IS_ALPHA, IS_DIGIT, IS_DECIMAL: never NULL.
#include <unicode/uchar.h>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;

/// Every UTF-16 unit passes; a character outside the BMP never does (Java looks at its halves).
template <UBool (*kTest)(UChar32)>
bool AllAre(std::string_view s) {
  for (size_t at = 0; at < s.size();) {
    const char32_t c = utf8::Next(s, &at);
    if (c >= 0x10000 || !kTest(static_cast<UChar32>(c))) return false;
  }
  return !s.empty();
}

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsAsciiDigit(c) || static_cast<uint8_t>((c | 0x20) - 'a') < 6; }

/// What java.lang.Double.parseDouble reads.
bool IsJavaDouble(std::string_view s) {
  while (!s.empty() && static_cast<uint8_t>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<uint8_t>(s.back()) <= ' ') s.remove_suffix(1);
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) s.remove_prefix(1);
  if (s == "NaN" || s == "Infinity") return true;
  const bool hex = s.size() > 1 && s[0] == '0' && (s[1] | 0x20) == 'x';
  if (hex) s.remove_prefix(2);
  size_t digits = 0;
  auto take_digits = [&] {
    while (!s.empty() && (hex ? IsHexDigit(s[0]) : IsAsciiDigit(s[0]))) {
      s.remove_prefix(1);
      ++digits;
    }
  };
  take_digits();
  if (!s.empty() && s[0] == '.') {
    s.remove_prefix(1);
    take_digits();
  }
  if (digits == 0) return false;
  const char exponent = hex ? 'p' : 'e';
  if (!s.empty() && (s[0] | 0x20) == exponent) {
    s.remove_prefix(1);
    if (!s.empty() && (s[0] == '+' || s[0] == '-')) s.remove_prefix(1);
    if (s.empty() || !IsAsciiDigit(s[0])) return false;
    while (!s.empty() && IsAsciiDigit(s[0])) s.remove_prefix(1);
  } else if (hex) {
    return false;
  }
  if (!s.empty() && ((s[0] | 0x20) == 'd' || (s[0] | 0x20) == 'f')) s.remove_prefix(1);
  return s.empty();
}

bool IsDecimal(std::string_view s) {
  // Integer.parseInt also takes other scripts' digits.
  if (IsJavaDouble(s)) return true;
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) s.remove_prefix(1);
  return s.size() <= 64 && AllAre<&u_isdigit>(s);
}

template <bool (*kTest)(std::string_view)>
Status Test(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]);
  auto* to = out->mutable_values<uint8_t>();
  call.rows.ForEach([&](int32_t i) { to[i] = in.valid(i) && kTest(in[i]); });
  return Status::OK();
}

template <uint8_t kValue>
Status Always(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<uint8_t>();
  call.rows.ForEach([&](int32_t i) { to[i] = kValue; });
  return Status::OK();
}

/// Strings are tested; other types have one answer, NULL or not.
Result<BoundFunction> Bind(const BindArgs& a, Kernel test, bool (*other)(const Type&),
                           std::string_view signature) {
  const Type result = Type::Boolean().WithNullable(false);
  if (auto m = Match(a, {Arg::kString})) {
    return m->ReturnsExactly(result, test, NullPolicy::kCustom);
  }
  if (auto m = Match(a, {Arg::kAny}); m && !a.types[0].is_nested()) {
    return m->ReturnsExactly(result, other(a.types[0]) ? &Always<1> : &Always<0>,
                             NullPolicy::kCustom);
  }
  return NoMatch(signature, a);
}

}  // namespace

std::span<const ScalarFunction> CharacterClassFunctions() {
  static const ScalarFunction kEntries[] = {
      {"IS_ALPHA",
       {},
       FunctionCategory::kConditional,
       "IS_ALPHA(string)",
       "Whether the string has letters only, and at least one.",
       {"IS_ALPHA('abc')", "TRUE"},
       [](const BindArgs& a) {
         return Bind(
             a, &Test<AllAre<&u_isalpha>>, [](const Type&) { return false; }, "IS_ALPHA(string)");
       }},
      {"IS_DIGIT",
       {},
       FunctionCategory::kConditional,
       "IS_DIGIT(string)",
       "Whether the string has digits only, and at least one.",
       {"IS_DIGIT('123')", "TRUE"},
       [](const BindArgs& a) {
         return Bind(
             a, &Test<AllAre<&u_isdigit>>, [](const Type& t) { return t.is_integer(); },
             "IS_DIGIT(string)");
       }},
      {"IS_DECIMAL",
       {},
       FunctionCategory::kConditional,
       "IS_DECIMAL(string)",
       "Whether the string can be read as a number.",
       {"IS_DECIMAL('-1.5e10')", "TRUE"},
       [](const BindArgs& a) {
         return Bind(
             a, &Test<IsDecimal>, [](const Type& t) { return t.is_numeric(); },
             "IS_DECIMAL(string)");
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
