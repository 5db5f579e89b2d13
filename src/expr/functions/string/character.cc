// CHAR_LENGTH, ASCII, CHR, REVERSE.
#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

int32_t CharLength(std::string_view s) { return utf8::Length(s); }

int32_t Ascii(std::string_view s) { return s.empty() ? 0 : static_cast<int8_t>(s[0]); }

/// U+0000 .. U+00FF by the low byte; the texts live in static storage.
std::string_view Chr(int64_t n) {
  static const struct Table {
    char bytes[256][2];
    uint8_t size[256];
    Table() {
      for (char32_t c = 0; c < 256; ++c) {
        size[c] = static_cast<uint8_t>(utf8::Write(c, bytes[c]) - bytes[c]);
      }
    }
  } table;
  if (n < 0) return "";
  const auto c = static_cast<uint8_t>(n);
  return {table.bytes[c], table.size[c]};
}

Status Reverse(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* to = out->mutable_values<std::string_view>();
  call.rows.ForEach([&](int32_t i) {
    const std::string_view s = in[i];
    char* p = call.arena->Allocate(s.size());
    char* end = p + s.size();
    for (size_t at = 0; at < s.size();) {
      const size_t w = utf8::WidthAt(s, at);
      end -= w;
      for (size_t k = 0; k < w; ++k) end[k] = s[at + k];
      at += w;
    }
    to[i] = {p, s.size()};
  });
  return Status::OK();
}

}  // namespace

std::span<const ScalarFunction> CharacterFunctions() {
  static const ScalarFunction kEntries[] = {
      {"CHAR_LENGTH",
       {"CHARACTER_LENGTH"},
       FunctionCategory::kString,
       "CHAR_LENGTH(string)",
       "The number of characters (code points) in the string.",
       {"CHAR_LENGTH('€😀')", "2"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString}))
           return m->Returns(Type::Int(), &EachRow<CharLength>);
         return NoMatch("CHAR_LENGTH(string)", a);
       }},
      {"ASCII",
       {},
       FunctionCategory::kString,
       "ASCII(string)",
       "The value of the string's first byte, as a signed number; 0 for the empty string.",
       {"ASCII('A')", "65"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString})) return m->Returns(Type::Int(), &EachRow<Ascii>);
         return NoMatch("ASCII(string)", a);
       }},
      {"CHR",
       {},
       FunctionCategory::kString,
       "CHR(integer)",
       "The character whose code is the integer modulo 256; the empty string for a negative one.",
       {"CHR(97)", "a"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kInteger})) {
           return m->ReturnsExactly(Type::String(), &EachRow<Chr>);
         }
         return NoMatch("CHR(integer)", a);
       }},
      {"REVERSE",
       {},
       FunctionCategory::kString,
       "REVERSE(string)",
       "The string's characters in reverse order.",
       {"REVERSE('abc')", "cba"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString})) return m->ReturnsExactly(Type::String(), &Reverse);
         return NoMatch("REVERSE(string)", a);
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
