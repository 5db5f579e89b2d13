#include "formats/json/json_text.h"

#include <cmath>
#include <unordered_map>
#include <vector>

#include "data/print.h"
#include "formats/text/number_text.h"

namespace thalweg::formats::json {
namespace {

void AppendHexEscape(uint32_t unit, std::string* out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out->append({'\\', 'u', kHex[unit >> 12 & 15], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15],
               kHex[unit & 15]});
}

void AppendNumber(std::string_view number, bool is_float, bool exact, std::string* out) {
  if (!is_float) {
    out->append(number == "-0" ? "0" : number);
    return;
  }
  if (!exact) {
    double d = 0;
    text::ParseDouble(number, &d);
    const bool finite = std::isfinite(d);
    if (!finite) out->push_back('"');
    data::AppendDouble(d, out);
    if (!finite) out->push_back('"');
    return;
  }
  const bool negative = number[0] == '-';
  if (negative) number.remove_prefix(1);
  int64_t exponent = 0;
  const size_t e = number.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view digits = number.substr(e + 1);
    if (digits[0] == '+') digits.remove_prefix(1);
    if (!text::ParseLong(digits, &exponent)) exponent = 0;
    number = number.substr(0, e);
  }
  const size_t dot = number.find('.');
  std::string digits(number.substr(0, dot));
  if (dot != std::string_view::npos) digits += number.substr(dot + 1);
  const auto places =
      static_cast<int64_t>(dot == std::string_view::npos ? 0 : number.size() - dot - 1);
  text::AppendStripped(negative, std::move(digits), places - exponent, out);
}

/// The members of one object that have been written so far.
class Members {
 public:
  struct Member {
    std::string name;
    size_t begin, end;  // its value in the output
  };

  /// The member of this name, or null.
  Member* Find(const std::string& name) {
    if (members_.size() < kIndexFrom) {
      for (Member& m : members_) {
        if (m.name == name) return &m;
      }
      return nullptr;
    }
    for (; indexed_ < members_.size(); ++indexed_) index_[members_[indexed_].name] = indexed_;
    const auto it = index_.find(name);
    return it == index_.end() ? nullptr : &members_[it->second];
  }
  void Add(std::string name, size_t begin, size_t end) {
    members_.push_back({std::move(name), begin, end});
  }
  bool empty() const { return members_.empty(); }
  /// The value of `changed` is now `delta` bytes longer.
  void Shift(const Member* changed, ptrdiff_t delta) {
    for (Member& m : members_) {
      if (m.begin > changed->begin) {
        m.begin = static_cast<size_t>(static_cast<ptrdiff_t>(m.begin) + delta);
        m.end = static_cast<size_t>(static_cast<ptrdiff_t>(m.end) + delta);
      }
    }
  }

 private:
  static constexpr size_t kIndexFrom = 16;
  std::vector<Member> members_;
  std::unordered_map<std::string, size_t> index_;
  size_t indexed_ = 0;
};

bool AppendObject(JsonCursor* c, bool exact, std::string* out) {
  Members members;
  out->push_back('{');
  c->SkipBlanks();
  if (c->Literal('}')) {
    out->push_back('}');
    return true;
  }
  for (;;) {
    std::string_view raw;
    bool escaped;
    if (c->peek() != '"') return c->FailHere("expected a field name");
    if (!c->String(&raw, &escaped)) return false;
    std::string name;
    if (!escaped) {
      name = raw;
    } else if (!c->Unescape(raw, &name)) {
      return false;
    }
    c->SkipBlanks();
    if (!c->Literal(':')) return c->FailHere("expected ':' after the field name");
    c->SkipBlanks();
    Members::Member* earlier = members.Find(name);
    const size_t rollback = out->size();
    if (earlier == nullptr) {
      if (!members.empty()) out->push_back(',');
      AppendJsonString(name, false, out);
      out->push_back(':');
    }
    const size_t begin = out->size();
    if (!AppendJsonText(c, exact, out)) return false;
    if (earlier == nullptr) {
      members.Add(std::move(name), begin, out->size());
    } else {
      const std::string value = out->substr(begin);
      out->resize(rollback);
      const size_t old_size = earlier->end - earlier->begin;
      out->replace(earlier->begin, old_size, value);
      earlier->end = earlier->begin + value.size();
      members.Shift(earlier,
                    static_cast<ptrdiff_t>(value.size()) - static_cast<ptrdiff_t>(old_size));
    }
    c->SkipBlanks();
    if (c->Literal('}')) break;
    if (!c->Literal(',')) return c->FailHere("expected ',' or '}'");
    c->SkipBlanks();
  }
  out->push_back('}');
  return true;
}

bool AppendArray(JsonCursor* c, bool exact, std::string* out) {
  out->push_back('[');
  c->SkipBlanks();
  if (!c->Literal(']')) {
    for (;;) {
      if (!AppendJsonText(c, exact, out)) return false;
      c->SkipBlanks();
      if (c->Literal(']')) break;
      if (!c->Literal(',')) return c->FailHere("expected ',' or ']'");
      c->SkipBlanks();
      out->push_back(',');
    }
  }
  out->push_back(']');
  return true;
}

}  // namespace

bool AppendJsonText(JsonCursor* c, bool exact, std::string* out) {
  const char first = c->peek();
  std::string_view raw;
  bool flag;
  if (first == '{' || first == '[') {
    if (!c->EnterLevel()) return false;
    c->Advance();
    if (!(first == '{' ? AppendObject(c, exact, out) : AppendArray(c, exact, out))) return false;
    c->LeaveLevel();
    return true;
  }
  if (first == '"') {
    if (!c->String(&raw, &flag)) return false;
    std::string value;
    if (flag && !c->Unescape(raw, &value)) return false;
    AppendJsonString(flag ? value : raw, false, out);
    return true;
  }
  if (first == '-' || (first >= '0' && first <= '9')) {
    if (!c->Number(&raw, &flag)) return false;
    AppendNumber(raw, flag, exact, out);
    return true;
  }
  switch (c->Word()) {
    case 't':
      out->append("true");
      return true;
    case 'f':
      out->append("false");
      return true;
    case 'n':
      out->append("null");
      return true;
    default:
      return false;
  }
}

void AppendJsonString(std::string_view text, bool escape_supplementary, std::string* out) {
  out->push_back('"');
  size_t clean = 0;  // bytes from here on are copied as they are
  for (size_t i = 0; i < text.size(); ++i) {
    const auto b = static_cast<uint8_t>(text[i]);
    if (b >= 0x20 && b != '"' && b != '\\' && (b < 0xF0 || !escape_supplementary)) continue;
    out->append(text, clean, i - clean);
    clean = i + 1;
    switch (b) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\b':
        out->append("\\b");
        break;
      case '\f':
        out->append("\\f");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        if (b < 0x20) {
          AppendHexEscape(b, out);
        } else if (i + 4 <= text.size()) {
          const auto bits = [&](size_t k) {
            return static_cast<uint32_t>(static_cast<uint8_t>(text[i + k]) & 63);
          };
          const uint32_t c = ((b & 7u) << 18 | bits(1) << 12 | bits(2) << 6 | bits(3)) - 0x10000;
          AppendHexEscape(0xD800 + (c >> 10), out);
          AppendHexEscape(0xDC00 + (c & 0x3FF), out);
          i += 3;
          clean = i + 1;
        } else {
          out->push_back('?');  // not UTF-8
        }
    }
  }
  out->append(text, clean);
  out->push_back('"');
}

}  // namespace thalweg::formats::json
