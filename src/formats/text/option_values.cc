#include "formats/text/option_values.h"

#include <fmt/format.h>

#include <charconv>

namespace thalweg::formats::text {

const std::string* FindOption(const FormatOptions& options, std::string_view name) {
  const auto it = options.find(name);
  return it == options.end() ? nullptr : &it->second;
}

Result<bool> BoolOption(const FormatOptions& options, std::string_view format,
                        std::string_view name, bool default_value) {
  const std::string* v = FindOption(options, name);
  if (v == nullptr) return default_value;
  std::string lower;
  for (const char c : *v) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (lower == "true") return true;
  if (lower == "false") return false;
  return Status::InvalidSql(
      fmt::format("option '{}.{}' must be true or false, but is '{}'", format, name, *v));
}

void AppendUtf8(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | c >> 6));
    out->push_back(static_cast<char>(0x80 | (c & 63)));
  } else if (c < 0x10000) {
    if (c >= 0xD800 && c < 0xE000) {
      out->push_back('?');
      return;
    }
    out->push_back(static_cast<char>(0xE0 | c >> 12));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out->push_back(static_cast<char>(0x80 | (c & 63)));
  } else {
    out->push_back(static_cast<char>(0xF0 | c >> 18));
    out->push_back(static_cast<char>(0x80 | (c >> 12 & 63)));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out->push_back(static_cast<char>(0x80 | (c & 63)));
  }
}

std::string UnescapeJava(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\') {
      out.push_back(s[i]);
      continue;
    }
    if (i + 1 == s.size()) break;  // a lone backslash is dropped
    const char c = s[++i];
    switch (c) {
      case 'n':
        out.push_back('\n');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'u': {
        size_t digits = i + 1;
        while (digits < s.size() && s[digits] == 'u') ++digits;
        uint32_t v = 0;
        const size_t end = std::min(digits + 4, s.size());
        const auto r = std::from_chars(s.data() + digits, s.data() + end, v, 16);
        if (r.ptr == s.data() + digits + 4) {
          AppendUtf8(v, &out);
          i = digits + 3;
        } else {
          out.append("\\u");
        }
        break;
      }
      default:
        if (c >= '0' && c <= '7') {
          uint32_t v = 0;
          size_t n = 0;
          const size_t limit = c <= '3' ? 3 : 2;
          while (n < limit && i + n < s.size() && s[i + n] >= '0' && s[i + n] <= '7') {
            v = v * 8 + static_cast<uint32_t>(s[i + n] - '0');
            ++n;
          }
          AppendUtf8(v, &out);
          i += n - 1;
        } else {
          out.push_back(c);
        }
    }
  }
  return out;
}

}  // namespace thalweg::formats::text
