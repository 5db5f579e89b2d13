// JSON_QUOTE, JSON_UNQUOTE.
#include <cstdio>
#include <cstring>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

/// The letter behind the '\' for a character that has one, else 0.
char ShortEscape(char32_t c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return static_cast<char>(c);
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

/// Flink escapes what is not ASCII; of a character outside the BMP it writes the whole code point
/// and then the second half of the pair, and other control characters it leaves alone.
Status JsonQuote(const KernelCall& call, std::string_view s, std::string_view* out, bool*) {
  s = utf8::Valid(s, call.arena);
  const size_t capacity = s.size() * 4 + 2;  // two bytes become \uXXXX, four \u1XXXX\uXXXX
  char* const p = call.arena->Allocate(capacity);
  char* end = p;
  *end++ = '"';
  for (size_t at = 0; at < s.size();) {
    const char32_t c = utf8::Next(s, &at);
    if (const char e = ShortEscape(c); e != 0) {
      *end++ = '\\';
      *end++ = e;
    } else if (c < 128) {
      *end++ = static_cast<char>(c);
    } else {
      char escape[24];
      int n = std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      if (c >= 0x10000) {
        n += std::snprintf(escape + n, sizeof escape - static_cast<size_t>(n), "\\u%04x",
                           static_cast<unsigned>(0xDC00 + ((c - 0x10000) & 0x3FF)));
      }
      std::memcpy(end, escape, static_cast<size_t>(n));
      end += n;
    }
  }
  *end++ = '"';
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(capacity - size);
  *out = {p, size};
  return Status::OK();
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int32_t Hex4(std::string_view s, size_t at) {
  if (at + 4 > s.size()) return -1;
  int32_t v = 0;
  for (size_t k = 0; k < 4; ++k) {
    const int h = HexValue(s[at + k]);
    if (h < 0) return -1;
    v = v * 16 + h;
  }
  return v;
}

/// A string literal is unescaped; what is none is returned as it is.
Status JsonUnquote(const KernelCall& call, std::string_view s, std::string_view* out, bool*) {
  *out = s;
  if (s.size() < 2 || s.front() != '"' || s.back() != '"') return Status::OK();
  const std::string_view body = s.substr(1, s.size() - 2);
  char* const p = call.arena->Allocate(body.size());
  char* end = p;
  for (size_t at = 0; at < body.size();) {
    const char c = body[at++];
    bool valid = static_cast<uint8_t>(c) >= 0x20 && c != '"';
    if (c == '\\' && at < body.size()) {
      const char e = body[at++];
      static constexpr char kFrom[] = "\"\\/bfnrt", kTo[] = "\"\\/\b\f\n\r\t";
      if (const char* k = std::strchr(kFrom, e); k != nullptr && e != '\0') {
        *end++ = kTo[k - kFrom];
        continue;
      }
      int32_t unit = e == 'u' ? Hex4(body, at) : -1;
      valid = unit >= 0;
      if (valid) {
        at += 4;
        auto code = static_cast<char32_t>(unit);
        if (unit >= 0xD800 && unit < 0xDC00 && body.substr(at).starts_with("\\u")) {
          const int32_t low = Hex4(body, at + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + static_cast<char32_t>(low - 0xDC00);
            at += 6;
          }
        }
        end = utf8::Write(code, end);
        continue;
      }
    } else if (c == '\\') {
      valid = false;
    }
    if (!valid) {
      call.arena->ShrinkLast(body.size());
      return Status::OK();
    }
    *end++ = c;
  }
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(body.size() - size);
  *out = {p, size};
  return Status::OK();
}

template <Kernel kKernel>
Result<BoundFunction> Bind(const BindArgs& a, std::string_view signature) {
  if (auto m = Match(a, {Arg::kString})) {
    BoundFunction f = m->Returns(Type::String(), kKernel);
    f.result_views_args = true;
    return f;
  }
  return NoMatch(signature, a);
}

}  // namespace

std::span<const ScalarFunction> JsonQuoteFunctions() {
  static const ScalarFunction kEntries[] = {
      {"JSON_QUOTE",
       {},
       FunctionCategory::kString,
       "JSON_QUOTE(string)",
       "The string as a JSON string literal.",
       {"JSON_QUOTE('V\"/')", "\"V\\\"\\/\""},
       [](const BindArgs& a) { return Bind<&EachRowChecked<JsonQuote>>(a, "JSON_QUOTE(string)"); }},
      {"JSON_UNQUOTE",
       {},
       FunctionCategory::kString,
       "JSON_UNQUOTE(string)",
       "The text that a JSON string literal stands for; anything else unchanged.",
       {"JSON_UNQUOTE('\"a\\u0041\"')", "aA"},
       [](const BindArgs& a) {
         return Bind<&EachRowChecked<JsonUnquote>>(a, "JSON_UNQUOTE(string)");
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
