// URL_ENCODE, URL_DECODE, PARSE_URL.
#include <algorithm>
#include <string>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;

bool IsAlnum(char c) {
  return static_cast<uint8_t>((c | 0x20) - 'a') < 26 || static_cast<uint8_t>(c - '0') < 10;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// application/x-www-form-urlencoded, as java.net.URLEncoder writes it.
Status UrlEncode(const KernelCall& call, std::string_view s, std::string_view* out, bool*) {
  constexpr char kHex[] = "0123456789ABCDEF";
  s = utf8::Valid(s, call.arena);
  char* const p = call.arena->Allocate(s.size() * 3);
  char* end = p;
  for (char c : s) {
    if (IsAlnum(c) || c == '.' || c == '-' || c == '*' || c == '_') {
      *end++ = c;
    } else if (c == ' ') {
      *end++ = '+';
    } else {
      *end++ = '%';
      *end++ = kHex[static_cast<uint8_t>(c) >> 4];
      *end++ = kHex[c & 15];
    }
  }
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(s.size() * 3 - size);
  *out = {p, size};
  return Status::OK();
}

/// NULL for a malformed escape.
Status UrlDecode(const KernelCall& call, std::string_view s, std::string_view* out, bool* null) {
  if (s.find_first_of("%+") == s.npos) {
    *out = s;
    return Status::OK();
  }
  char* const p = call.arena->Allocate(s.size());
  char* end = p;
  for (size_t at = 0; at < s.size(); ++at) {
    if (s[at] == '+') {
      *end++ = ' ';
    } else if (s[at] == '%') {
      const int high = at + 2 < s.size() ? HexValue(s[at + 1]) : -1;
      const int low = at + 2 < s.size() ? HexValue(s[at + 2]) : -1;
      if (high < 0 || low < 0) {
        *null = true;
        return Status::OK();
      }
      *end++ = static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      *end++ = s[at];
    }
  }
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(s.size() - size);
  *out = utf8::Valid({p, size}, call.arena);
  return Status::OK();
}

// --- PARSE_URL ---

/// A URL's parts as java.net.URL reports them; nullopt where it says null.
struct Url {
  std::string protocol, host, path;
  std::optional<std::string> query, ref, authority, user_info;
};

bool KnownProtocol(std::string_view p) {
  for (std::string_view known : {"http", "https", "ftp", "file", "jar", "mailto", "jrt", "jmod"}) {
    if (p == known) return true;
  }
  return false;
}

bool ParsePort(std::string_view s) {
  if (s.empty()) return true;
  if (s[0] == '+' || s[0] == '-') s.remove_prefix(1);
  int64_t v = 0;
  for (char c : s) {
    if (c < '0' || c > '9' || v > INT32_MAX) return false;
    v = v * 10 + (c - '0');
  }
  return !s.empty() && v <= INT32_MAX;
}

bool ParseUrl(std::string_view s, Url* url) {
  while (!s.empty() && static_cast<uint8_t>(s.back()) <= ' ') s.remove_suffix(1);
  while (!s.empty() && static_cast<uint8_t>(s.front()) <= ' ') s.remove_prefix(1);
  if (s.size() >= 4 && (s[0] | 0x20) == 'u' && (s[1] | 0x20) == 'r' && (s[2] | 0x20) == 'l' &&
      s[3] == ':') {
    s.remove_prefix(4);
  }
  const size_t colon = s.find_first_of(":/");
  if (colon == s.npos || s[colon] != ':') return false;
  for (char c : s.substr(0, colon)) {
    url->protocol += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  if (!KnownProtocol(url->protocol)) return false;
  s.remove_prefix(colon + 1);
  if (const size_t hash = s.find('#'); hash != s.npos) {
    url->ref = s.substr(hash + 1);
    s = s.substr(0, hash);
  }
  if (url->protocol == "mailto") url->ref.reset();
  if (const size_t mark = s.find('?'); mark != s.npos) {
    url->query = s.substr(mark + 1);
    s = s.substr(0, mark);
  }
  if (s.starts_with("//") && !s.starts_with("////") && url->protocol != "mailto") {
    s.remove_prefix(2);
    const size_t end = std::min(s.find('/'), s.size());
    const std::string_view authority = s.substr(0, end);
    s.remove_prefix(end);
    url->authority = authority;
    std::string_view host = authority;
    if (const size_t at = authority.find('@'); at != authority.npos) {
      if (at == authority.rfind('@')) {
        url->user_info = authority.substr(0, at);
        host = authority.substr(at + 1);
      } else {
        host = {};  // not a server
      }
    }
    if (host.starts_with('[')) {
      const size_t close = host.find(']');
      if (close == host.npos || close < 3) return false;
      const std::string_view rest = host.substr(close + 1);
      if (!rest.empty() && (rest[0] != ':' || !ParsePort(rest.substr(1)))) return false;
      host = host.substr(0, close + 1);
    } else if (const size_t port = host.find(':'); port != host.npos) {
      if (!ParsePort(host.substr(port + 1)) || host.substr(port + 1).starts_with("-")) return false;
      host = host.substr(0, port);
    }
    url->host = host;
  }
  url->path = s;
  return true;
}

std::optional<std::string> Part(const Url& url, std::string_view part) {
  if (part == "HOST") return url.host;
  if (part == "PATH") return url.path;
  if (part == "QUERY") return url.query;
  if (part == "REF") return url.ref;
  if (part == "PROTOCOL") return url.protocol;
  if (part == "FILE") return url.query ? url.path + "?" + *url.query : url.path;
  if (part == "AUTHORITY") return url.authority;
  if (part == "USERINFO") return url.user_info;
  return std::nullopt;
}

/// The value of the first "key=" in a query.
std::optional<std::string> QueryValue(std::string_view query, std::string_view key) {
  for (;;) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
      return std::string(pair.substr(key.size() + 1));
    }
    if (end == query.npos) return std::nullopt;
    query.remove_prefix(end + 1);
  }
}

Status ParseUrlKernel(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]), part(*call.args[1]);
  std::optional<ColumnView<std::string_view>> key;
  if (call.args.size() > 2) key.emplace(*call.args[2]);
  auto* to = out->mutable_values<std::string_view>();
  call.rows.ForEach([&](int32_t i) {
    Url url;
    std::optional<std::string> value;
    if (ParseUrl(in[i], &url)) {
      if (!key) {
        value = Part(url, part[i]);
      } else if (part[i] == "QUERY" && url.query) {
        value = QueryValue(*url.query, (*key)[i]);
      }
    }
    if (value) {
      to[i] = call.arena->Add(*value);
    } else {
      out->SetNull(i);
    }
  });
  return Status::OK();
}

Result<BoundFunction> BindParseUrl(const BindArgs& a) {
  auto m = Match(a, {Arg::kString, Arg::kString});
  if (!m) m = Match(a, {Arg::kString, Arg::kString, Arg::kString});
  if (!m) return NoMatch("PARSE_URL(url, part[, key])", a);
  return m->ReturnsExactly(Type::String(), &ParseUrlKernel);
}

template <Kernel kKernel>
Result<BoundFunction> BindOne(const BindArgs& a, std::string_view signature) {
  if (auto m = Match(a, {Arg::kString})) {
    BoundFunction f = m->ReturnsExactly(Type::String(), kKernel);
    f.result_views_args = true;
    return f;
  }
  return NoMatch(signature, a);
}

}  // namespace

std::span<const ScalarFunction> UrlFunctions() {
  static const ScalarFunction kEntries[] = {
      {"URL_ENCODE",
       {},
       FunctionCategory::kString,
       "URL_ENCODE(string)",
       "The string in application/x-www-form-urlencoded form (UTF-8).",
       {"URL_ENCODE('a b&c')", "a+b%26c"},
       [](const BindArgs& a) {
         return BindOne<&EachRowChecked<UrlEncode>>(a, "URL_ENCODE(string)");
       }},
      {"URL_DECODE",
       {},
       FunctionCategory::kString,
       "URL_DECODE(string)",
       "The text that an application/x-www-form-urlencoded form stands for; NULL if it is "
       "malformed.",
       {"URL_DECODE('a+b%26c')", "a b&c"},
       [](const BindArgs& a) {
         return BindOne<&EachRowChecked<UrlDecode>>(a, "URL_DECODE(string)");
       }},
      {"PARSE_URL",
       {},
       FunctionCategory::kString,
       "PARSE_URL(url, part[, key])",
       "A part of the URL: 'HOST', 'PATH', 'QUERY', 'REF', 'PROTOCOL', 'AUTHORITY', 'FILE' or "
       "'USERINFO'; with 'QUERY' and a key, that parameter's value. NULL if there is none.",
       {"PARSE_URL('http://a.org/p?k=v', 'QUERY', 'k')", "v"},
       &BindParseUrl},
  };
  return kEntries;
}

}  // namespace thalweg::expr
