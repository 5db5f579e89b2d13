// TO_BASE64, FROM_BASE64, ENCODE, DECODE.
#include <unicode/ucnv.h>

#include <algorithm>
#include <cstring>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Status ToBase64(const KernelCall& call, std::string_view s, std::string_view* out, bool*) {
  const size_t size = (s.size() + 2) / 3 * 4;
  char* const p = call.arena->Allocate(size);
  char* to = p;
  for (size_t at = 0; at < s.size(); at += 3) {
    const size_t n = std::min<size_t>(3, s.size() - at);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < n ? static_cast<uint8_t>(s[at + k]) : 0);
    to[0] = kBase64[bits >> 18];
    to[1] = kBase64[bits >> 12 & 63];
    to[2] = n > 1 ? kBase64[bits >> 6 & 63] : '=';
    to[3] = n > 2 ? kBase64[bits & 63] : '=';
    to += 4;
  }
  *out = {p, size};
  return Status::OK();
}

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/// Strict, padding optional: java.util.Base64's basic decoder.
Status FromBase64(const KernelCall& call, std::string_view s, std::string_view* out, bool*) {
  auto invalid = [&](std::string_view why) {
    return Status::Evaluation("FROM_BASE64: '" + std::string(s.substr(0, 100)) +
                              "': " + std::string(why));
  };
  char* const p = call.arena->Allocate(s.size());
  char* to = p;
  size_t at = 0;
  uint32_t bits = 0;
  int digits = 0;
  for (; at < s.size() && s[at] != '='; ++at) {
    const int v = Base64Value(s[at]);
    if (v < 0) return invalid("illegal base64 character");
    bits = bits << 6 | static_cast<uint32_t>(v);
    if (++digits == 4) {
      *to++ = static_cast<char>(bits >> 16);
      *to++ = static_cast<char>(bits >> 8);
      *to++ = static_cast<char>(bits);
      digits = 0;
      bits = 0;
    }
  }
  if (at < s.size()) {
    const size_t padding = s.size() - at;
    const bool fits =
        (digits == 2 && padding == 2 && s[at + 1] == '=') || (digits == 3 && padding == 1);
    if (!fits) return invalid("wrong padding");
  }
  if (digits == 1) return invalid("last unit does not have enough valid bits");
  if (digits >= 2) *to++ = static_cast<char>(bits >> (digits == 2 ? 4 : 10));
  if (digits == 3) *to++ = static_cast<char>(bits >> 2);
  const auto size = static_cast<size_t>(to - p);
  call.arena->ShrinkLast(s.size() - size);
  *out = {p, size};
  return Status::OK();
}

// --- Character sets ---

enum class Charset : uint8_t { kUtf8, kAscii, kLatin1, kUtf16, kUtf16Be, kUtf16Le, kOther };

std::string Upper(std::string_view s) {
  std::string u(s);
  for (char& c : u) c = static_cast<char>(c >= 'a' && c <= 'z' ? c ^ 0x20 : c);
  return u;
}

Charset CharsetOf(std::string_view name) {
  const std::string n = Upper(name);
  if (n == "UTF-8" || n == "UTF8") return Charset::kUtf8;
  if (n == "US-ASCII" || n == "ASCII") return Charset::kAscii;
  if (n == "ISO-8859-1" || n == "ISO8859_1" || n == "LATIN1") return Charset::kLatin1;
  if (n == "UTF-16" || n == "UTF_16") return Charset::kUtf16;
  if (n == "UTF-16BE" || n == "UTF_16BE") return Charset::kUtf16Be;
  if (n == "UTF-16LE" || n == "UTF_16LE") return Charset::kUtf16Le;
  return Charset::kOther;
}

Status UnknownCharset(std::string_view name) {
  return Status::Evaluation("Unsupported encoding: " + std::string(name));
}

/// ICU's converters for everything else that Java knows (GBK, Shift_JIS, windows-1252, ...).
Status Convert(std::string_view to_name, std::string_view from_name, std::string_view s,
               data::StringArena* arena, std::string_view* out) {
  UErrorCode error = U_ZERO_ERROR;
  UConverter* to = ucnv_open(std::string(to_name).c_str(), &error);
  UConverter* from = ucnv_open(std::string(from_name).c_str(), &error);
  Status status;
  if (U_FAILURE(error)) {
    status = UnknownCharset(to_name == "UTF-8" ? from_name : to_name);
  } else {
    if (to_name != "UTF-8") ucnv_setSubstChars(to, "?", 1, &error);
    error = U_ZERO_ERROR;
    const size_t capacity = s.size() * 4 + 16;
    char* const p = arena->Allocate(capacity);
    char* end = p;
    const char* source = s.data();
    ucnv_convertEx(to, from, &end, p + capacity, &source, s.data() + s.size(), nullptr, nullptr,
                   nullptr, nullptr, 1, 1, &error);
    const auto size = static_cast<size_t>(end - p);
    arena->ShrinkLast(capacity - size);
    if (U_FAILURE(error)) {
      status = Status::Evaluation("cannot convert from " + std::string(from_name) + " to " +
                                  std::string(to_name) + ": " + u_errorName(error));
    }
    *out = {p, size};
  }
  ucnv_close(to);
  ucnv_close(from);
  return status;
}

Status Encode(const KernelCall& call, std::string_view s, std::string_view name,
              std::string_view* out, bool*) {
  const Charset charset = CharsetOf(name);
  if (charset == Charset::kOther) {
    if (name.empty()) return UnknownCharset(name);
    return Convert(name, "UTF-8", s, call.arena, out);
  }
  s = utf8::Valid(s, call.arena);
  if (charset == Charset::kUtf8 || s.empty()) {
    *out = s;
    return Status::OK();
  }
  const size_t capacity = s.size() * 2 + 2;
  char* const p = call.arena->Allocate(capacity);
  char* end = p;
  auto unit = [&](char32_t c) {
    const auto high = static_cast<char>(c >> 8), low = static_cast<char>(c);
    *end++ = charset == Charset::kUtf16Le ? low : high;
    *end++ = charset == Charset::kUtf16Le ? high : low;
  };
  if (charset == Charset::kUtf16) unit(0xFEFF);
  for (size_t at = 0; at < s.size();) {
    const char32_t c = utf8::Next(s, &at);
    if (charset == Charset::kAscii || charset == Charset::kLatin1) {
      *end++ = c < (charset == Charset::kAscii ? 128 : 256) ? static_cast<char>(c) : '?';
    } else if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xD800 + ((c - 0x10000) >> 10));
      unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(capacity - size);
  *out = {p, size};
  return Status::OK();
}

std::string_view DecodeUtf16(std::string_view s, bool little, data::StringArena* arena) {
  const size_t capacity = s.size() * 2 + 4;
  char* const p = arena->Allocate(capacity);
  char* end = p;
  const size_t units = s.size() / 2;
  auto unit = [&](size_t k) -> char32_t {
    const auto a = static_cast<uint8_t>(s[2 * k]), b = static_cast<uint8_t>(s[2 * k + 1]);
    return little ? a | b << 8 : a << 8 | b;
  };
  for (size_t k = 0; k < units; ++k) {
    char32_t c = unit(k);
    if (c >= 0xD800 && c < 0xE000) {
      const char32_t low = k + 1 < units ? unit(k + 1) : 0;
      if (c < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        ++k;
      } else {
        c = 0xFFFD;
      }
    }
    end = utf8::Write(c, end);
  }
  if (s.size() % 2 != 0) end = utf8::Write(0xFFFD, end);
  const auto size = static_cast<size_t>(end - p);
  arena->ShrinkLast(capacity - size);
  return {p, size};
}

Status Decode(const KernelCall& call, std::string_view s, std::string_view name,
              std::string_view* out, bool*) {
  const Charset charset = CharsetOf(name);
  switch (charset) {
    case Charset::kOther:
      if (name.empty()) return UnknownCharset(name);
      return Convert("UTF-8", name, s, call.arena, out);
    case Charset::kUtf8:
      *out = utf8::Valid(s, call.arena);
      return Status::OK();
    case Charset::kUtf16Be:
    case Charset::kUtf16Le:
      *out = DecodeUtf16(s, charset == Charset::kUtf16Le, call.arena);
      return Status::OK();
    case Charset::kUtf16: {
      const bool little = s.starts_with("\xFF\xFE");
      if (little || s.starts_with("\xFE\xFF")) s.remove_prefix(2);
      *out = DecodeUtf16(s, little, call.arena);
      return Status::OK();
    }
    case Charset::kAscii:
    case Charset::kLatin1:
      break;
  }
  const size_t capacity = s.size() * 3;
  char* const p = call.arena->Allocate(capacity);
  char* end = p;
  for (char ch : s) {
    const auto c = static_cast<uint8_t>(ch);
    end = utf8::Write(charset == Charset::kAscii && c >= 128 ? 0xFFFD : char32_t{c}, end);
  }
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(capacity - size);
  *out = {p, size};
  return Status::OK();
}

}  // namespace

std::span<const ScalarFunction> EncodingFunctions() {
  static const ScalarFunction kEntries[] = {
      {"TO_BASE64",
       {},
       FunctionCategory::kString,
       "TO_BASE64(string)",
       "The string's (or bytes') base64 form.",
       {"TO_BASE64('hello world')", "aGVsbG8gd29ybGQ="},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kStringOrBytes})) {
           return m->Returns(Type::String(), &EachRowChecked<ToBase64>);
         }
         return NoMatch("TO_BASE64(string)", a);
       }},
      {"FROM_BASE64",
       {},
       FunctionCategory::kString,
       "FROM_BASE64(string)",
       "The text that a base64 form stands for; an error if it is malformed.",
       {"FROM_BASE64('aGVsbG8gd29ybGQ=')", "hello world"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kStringOrBytes})) {
           return m->Returns(Type::String(), &EachRowChecked<FromBase64>);
         }
         return NoMatch("FROM_BASE64(string)", a);
       }},
      {"ENCODE",
       {},
       FunctionCategory::kString,
       "ENCODE(string, charset)",
       "The string's bytes in a character set: 'UTF-8', 'US-ASCII', 'ISO-8859-1', 'UTF-16', "
       "'UTF-16BE', 'UTF-16LE', ...",
       {"ENCODE('abc', 'UTF-8')", "x'616263'"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString, Arg::kString})) {
           BoundFunction f = m->Returns(Type::Bytes(), &EachRowChecked<Encode>);
           f.result_views_args = true;
           return f;
         }
         return NoMatch("ENCODE(string, charset)", a);
       }},
      {"DECODE",
       {},
       FunctionCategory::kString,
       "DECODE(bytes, charset)",
       "The text that bytes mean in a character set; malformed bytes become U+FFFD.",
       {"DECODE(x'616263', 'US-ASCII')", "abc"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kBinary, Arg::kString})) {
           BoundFunction f = m->Returns(Type::String(), &EachRowChecked<Decode>);
           f.result_views_args = true;
           return f;
         }
         return NoMatch("DECODE(bytes, charset)", a);
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
