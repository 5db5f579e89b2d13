#include "expr/functions/string/java_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "data/print.h"
#include "expr/functions/string/utf8.h"

namespace thalweg::expr {

namespace {

/// A longer field than this is refused.
constexpr int kMaxWidth = 1 << 20;

struct Spec {
  int index = 0;  // n$; -1 for '<'
  bool left = false, alternate = false, plus = false, space = false, zero = false, group = false,
       parentheses = false;
  int width = -1, precision = -1;
  char conversion = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return static_cast<uint8_t>((c | 0x20) - 'a') < 26; }

/// Behind the '%'; advances `at` behind the conversion.
bool ParseSpec(std::string_view f, size_t* at, Spec* spec) {
  auto number = [&](size_t* p, int* v) {
    const size_t start = *p;
    int64_t n = 0;
    while (*p < f.size() && IsDigit(f[*p]) && n <= kMaxWidth) n = n * 10 + (f[(*p)++] - '0');
    *v = static_cast<int>(n);
    return *p > start && n <= kMaxWidth;
  };
  size_t p = *at;
  int n;
  if (size_t q = p; number(&q, &n) && q < f.size() && f[q] == '$') {
    if (n == 0) return false;
    spec->index = n;
    p = q + 1;
  }
  for (; p < f.size(); ++p) {
    bool* flag = nullptr;
    switch (f[p]) {
      case '-':
        flag = &spec->left;
        break;
      case '#':
        flag = &spec->alternate;
        break;
      case '+':
        flag = &spec->plus;
        break;
      case ' ':
        flag = &spec->space;
        break;
      case '0':
        flag = &spec->zero;
        break;
      case ',':
        flag = &spec->group;
        break;
      case '(':
        flag = &spec->parentheses;
        break;
      case '<':
        spec->index = -1;
        continue;
      default:
        break;
    }
    if (flag == nullptr) break;
    if (*flag) return false;  // a flag given twice
    *flag = true;
  }
  if (p < f.size() && IsDigit(f[p]) && !number(&p, &spec->width)) return false;
  if (p < f.size() && f[p] == '.') {
    ++p;
    if (!number(&p, &spec->precision)) return false;
  }
  if (p >= f.size() || (!IsLetter(f[p]) && f[p] != '%')) return false;
  spec->conversion = f[p];
  *at = p + 1;
  // '-' and '0' need a width and exclude each other.
  if ((spec->left || spec->zero) && spec->width < 0 && spec->conversion != 'n') return false;
  return !(spec->left && spec->zero) && !(spec->plus && spec->space);
}

void Pad(const Spec& spec, std::string_view text, std::string* out) {
  const int64_t missing = int64_t{spec.width} - utf8::Utf16Length(text);
  if (missing > 0 && !spec.left) out->append(static_cast<size_t>(missing), ' ');
  out->append(text);
  if (missing > 0 && spec.left) out->append(static_cast<size_t>(missing), ' ');
}

/// Sign, zero padding and grouping around plain digits ("1234" or "1234.50").
std::string Decorate(const Spec& spec, bool negative, std::string digits) {
  if (spec.group) {
    size_t end = digits.find_first_of(".e");
    if (end == digits.npos) end = digits.size();
    for (size_t i = end; i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  }
  std::string before = negative     ? (spec.parentheses ? "(" : "-")
                       : spec.plus  ? "+"
                       : spec.space ? " "
                                    : "";
  const std::string after = negative && spec.parentheses ? ")" : "";
  if (spec.zero) {
    const int64_t missing =
        spec.width - static_cast<int64_t>(before.size() + digits.size() + after.size());
    if (missing > 0) digits.insert(0, static_cast<size_t>(missing), '0');
  }
  return before + digits + after;
}

/// Shortest digits of a positive number and the place of its decimal point: 0.DIGITS * 10^point.
struct Digits {
  std::string digits;
  int point;
};

template <typename T>
Digits ShortestDigits(T v) {
  char buf[64];
  const auto r = std::to_chars(buf, buf + sizeof buf, v, std::chars_format::scientific);
  const std::string_view s(buf, static_cast<size_t>(r.ptr - buf));
  const size_t e = s.find('e');
  Digits d;
  for (char c : s.substr(0, e)) {
    if (c != '.') d.digits += c;
  }
  int exponent = 0;
  const char* from = s.data() + e + 1;
  if (*from == '+') ++from;
  std::from_chars(from, s.data() + s.size(), exponent);
  d.point = exponent + 1;
  if (v == 0) d.point = 1;
  return d;
}

/// Rounds half up to `keep` digits.
void Round(Digits* d, int keep) {
  if (keep < 0) {
    d->digits = "0";
    d->point = 1;
    return;
  }
  if (static_cast<size_t>(keep) >= d->digits.size()) return;
  const bool up = d->digits[static_cast<size_t>(keep)] >= '5';
  d->digits.resize(static_cast<size_t>(keep));
  if (up) {
    size_t i = d->digits.size();
    while (i > 0 && d->digits[i - 1] == '9') d->digits[--i] = '0';
    if (i > 0) {
      ++d->digits[i - 1];
    } else {
      d->digits.insert(0, 1, '1');
      ++d->point;
    }
  }
  if (d->digits.empty()) {
    d->digits = "0";
    d->point = 1;
  }
}

std::string Fixed(Digits d, int precision) {
  Round(&d, d.point + precision);
  std::string whole, fraction;
  for (int i = 0; i < std::max(d.point, 1); ++i) {
    const int k = i - (d.point < 1 ? 1 - d.point : 0);
    const bool in = d.point >= 1 && k < static_cast<int>(d.digits.size());
    whole += in ? d.digits[static_cast<size_t>(k)] : '0';
  }
  for (int i = 0; i < precision; ++i) {
    const int k = d.point + i;
    const bool in = k >= 0 && k < static_cast<int>(d.digits.size());
    fraction += in ? d.digits[static_cast<size_t>(k)] : '0';
  }
  return precision > 0 ? whole + "." + fraction : whole;
}

std::string Scientific(Digits d, int precision) {
  const bool zero = d.digits == "0";
  Round(&d, precision + 1);
  std::string s(1, d.digits[0]);
  if (precision > 0) s += '.';
  for (int i = 1; i <= precision; ++i) {
    s += static_cast<size_t>(i) < d.digits.size() ? d.digits[static_cast<size_t>(i)] : '0';
  }
  const int exponent = zero ? 0 : d.point - 1;
  s += exponent < 0 ? "e-" : "e+";
  const int e = exponent < 0 ? -exponent : exponent;
  if (e < 10) s += '0';
  return s + std::to_string(e);
}

std::string TextOf(const FormatArg& arg) {
  std::string text;
  switch (arg.kind) {
    case FormatArg::Kind::kNull:
      return "null";
    case FormatArg::Kind::kBoolean:
      return arg.integer != 0 ? "true" : "false";
    case FormatArg::Kind::kInteger:
      return std::to_string(arg.integer);
    case FormatArg::Kind::kFloat:
      data::AppendFloat(static_cast<float>(arg.number), &text);
      return text;
    case FormatArg::Kind::kDouble:
      data::AppendDouble(arg.number, &text);
      return text;
    case FormatArg::Kind::kText:
      return std::string(arg.text);
  }
  return {};
}

/// Text conversions: cut to the precision.
std::string Cut(const Spec& spec, std::string text) {
  if (spec.precision >= 0) text.resize(utf8::CutAt(text, spec.precision).before);
  return text;
}

std::string RadixText(const FormatArg& arg, int radix) {
  auto v = static_cast<uint64_t>(arg.integer);
  if (arg.bytes < 8) v &= (uint64_t{1} << (8 * arg.bytes)) - 1;
  char buf[32];
  return std::string(buf, std::to_chars(buf, buf + sizeof buf, v, radix).ptr);
}

FormatResult FormatNumber(const Spec& spec, const FormatArg& arg, char conversion,
                          std::string* out) {
  const double v = std::fabs(arg.number);
  const bool negative = std::signbit(arg.number) && !std::isnan(arg.number);
  if (conversion == 'a') return FormatResult::kUnsupported;
  if (conversion != 'f' && spec.alternate && conversion == 'g') return FormatResult::kMalformed;
  if (conversion == 'e' && spec.group) return FormatResult::kMalformed;
  if (!std::isfinite(v)) {
    Spec plain = spec;
    plain.zero = plain.group = false;
    *out = Decorate(plain, negative, std::isnan(v) ? "NaN" : "Infinity");
    return FormatResult::kOk;
  }
  const Digits d = arg.kind == FormatArg::Kind::kFloat ? ShortestDigits(static_cast<float>(v))
                                                       : ShortestDigits(v);
  int precision = spec.precision < 0 ? 6 : spec.precision;
  std::string digits;
  if (conversion == 'f') {
    digits = Fixed(d, precision);
  } else if (conversion == 'e') {
    digits = Scientific(d, precision);
  } else {
    if (precision == 0) precision = 1;
    Digits rounded = d;
    Round(&rounded, precision);
    if (v == 0 || (rounded.point > -4 && rounded.point <= precision)) {
      digits = Fixed(d, v == 0 ? precision - 1 : precision - rounded.point);
    } else {
      digits = Scientific(d, precision - 1);
    }
  }
  *out = Decorate(spec, negative, std::move(digits));
  return FormatResult::kOk;
}

FormatResult FormatOne(const Spec& spec, const FormatArg& arg, std::string* out) {
  using Kind = FormatArg::Kind;
  const bool upper = spec.conversion >= 'A' && spec.conversion <= 'Z';
  const char conversion = static_cast<char>(spec.conversion | 0x20);
  if (upper && std::strchr("dofn", conversion) != nullptr) return FormatResult::kMalformed;
  std::string text;
  Spec padding = spec;
  switch (conversion) {
    case 's':
    case 'b': {
      if (spec.alternate || spec.plus || spec.space || spec.zero || spec.group ||
          spec.parentheses) {
        return FormatResult::kMalformed;
      }
      text = conversion == 's'            ? TextOf(arg)
             : arg.kind == Kind::kNull    ? "false"
             : arg.kind == Kind::kBoolean ? TextOf(arg)
                                          : "true";
      text = Cut(spec, std::move(text));
      break;
    }
    case 'c': {
      if (spec.precision >= 0) return FormatResult::kMalformed;
      if (arg.kind == Kind::kNull) {
        text = "null";
      } else {
        if (arg.kind != Kind::kInteger || arg.bytes > 4 || arg.integer < 0 ||
            arg.integer > 0x10FFFF) {
          return FormatResult::kMalformed;
        }
        char buf[4];
        text.assign(buf, utf8::Write(static_cast<char32_t>(arg.integer), buf));
      }
      break;
    }
    case 'd':
    case 'x':
    case 'o': {
      if (spec.precision >= 0) return FormatResult::kMalformed;
      if (conversion == 'd' ? spec.alternate
                            : (spec.plus || spec.space || spec.group || spec.parentheses)) {
        return FormatResult::kMalformed;
      }
      if (arg.kind == Kind::kNull) {
        text = "null";
      } else if (arg.kind != Kind::kInteger) {
        return FormatResult::kMalformed;
      } else if (conversion == 'd') {
        const auto magnitude = arg.integer < 0 ? 0 - static_cast<uint64_t>(arg.integer)
                                               : static_cast<uint64_t>(arg.integer);
        text = Decorate(spec, arg.integer < 0, std::to_string(magnitude));
      } else {
        text = RadixText(arg, conversion == 'x' ? 16 : 8);
        const std::string prefix = !spec.alternate ? "" : conversion == 'x' ? "0x" : "0";
        if (spec.zero) {
          const int64_t missing = spec.width - static_cast<int64_t>(prefix.size() + text.size());
          if (missing > 0) text.insert(0, static_cast<size_t>(missing), '0');
        }
        text.insert(0, prefix);
      }
      break;
    }
    case 'e':
    case 'f':
    case 'g':
    case 'a':
      if (arg.kind == Kind::kNull) {
        text = Cut(spec, "null");
      } else if (arg.kind != Kind::kFloat && arg.kind != Kind::kDouble) {
        return FormatResult::kMalformed;
      } else if (auto r = FormatNumber(spec, arg, conversion, &text); r != FormatResult::kOk) {
        return r;
      }
      break;
    case 't':
    case 'h':
      return FormatResult::kUnsupported;
    default:
      return FormatResult::kMalformed;
  }
  if (upper) {
    for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c ^ 0x20 : c);
  }
  Pad(padding, text, out);
  return FormatResult::kOk;
}

}  // namespace

FormatResult FormatAsJava(std::string_view f, const std::vector<FormatArg>& args,
                          std::string* out) {
  size_t ordinary = 0, last = ~size_t{0};
  for (size_t at = 0; at < f.size();) {
    const size_t percent = f.find('%', at);
    out->append(f.substr(at, percent == f.npos ? f.npos : percent - at));
    if (percent == f.npos) break;
    at = percent + 1;
    Spec spec;
    if (!ParseSpec(f, &at, &spec)) return FormatResult::kMalformed;
    if (spec.conversion == '%') {
      Pad(spec, "%", out);
      continue;
    }
    if (spec.conversion == 'n') {
      if (spec.width >= 0) return FormatResult::kMalformed;
      *out += '\n';
      continue;
    }
    const size_t index = spec.index > 0   ? static_cast<size_t>(spec.index) - 1
                         : spec.index < 0 ? last
                                          : ordinary++;
    last = index;
    if (index >= args.size()) return FormatResult::kMalformed;
    if (auto r = FormatOne(spec, args[index], out); r != FormatResult::kOk) return r;
    if (out->size() > size_t{1} << 28) return FormatResult::kMalformed;
  }
  return FormatResult::kOk;
}

}  // namespace thalweg::expr
