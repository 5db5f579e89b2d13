// SPLIT_INDEX, SPLIT, STR_TO_MAP.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "expr/functions/list_rows.h"
#include "expr/functions/signature.h"
#include "expr/functions/string/regex.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;

/// java.lang.Character.isWhitespace.
bool IsWhitespace(char32_t c) {
  return (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= ' ') || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A && c != 0x2007) || c == 0x2028 || c == 0x2029 || c == 0x205F ||
         c == 0x3000;
}

/// The next white space at or after `at`; s.npos without one. *width: its bytes.
size_t FindWhitespace(std::string_view s, size_t at, size_t* width) {
  while (at < s.size()) {
    const size_t start = at;
    if (IsWhitespace(utf8::Next(s, &at))) {
      *width = at - start;
      return start;
    }
  }
  return s.npos;
}

/// The same between single bytes.
bool SplitIndexByByte(std::string_view s, char separator, int64_t index, std::string_view* out) {
  size_t begin = 0, end = s.size();
  ForEachByte(s, separator, [&](size_t at) {
    if (index == 0) {
      end = at;
      return false;
    }
    --index;
    begin = at + 1;
    return true;
  });
  if (index > 0) return false;
  *out = s.substr(begin, end - begin);
  return true;
}

/// The index-th token between separators; empty ones count. An empty separator splits at white
/// space; the empty string has no tokens.
bool SplitIndex(std::string_view s, std::string_view separator, int64_t index,
                std::string_view* out) {
  if (index < 0 || s.empty()) return false;
  if (separator.size() == 1) return SplitIndexByByte(s, separator[0], index, out);
  size_t width = separator.size();
  for (size_t begin = 0;; --index) {
    const size_t end =
        separator.empty() ? FindWhitespace(s, begin, &width) : s.find(separator, begin);
    if (index == 0) {
      *out = s.substr(begin, end == s.npos ? s.npos : end - begin);
      return true;
    }
    if (end == s.npos) return false;
    begin = end + width;
  }
}

/// The separator is a character given by its code, 1 .. 255.
bool SplitIndexByCode(std::string_view s, int64_t code, int64_t index, std::string_view* out) {
  if (code < 1 || code > 255) return false;
  char buf[2];
  char* end = utf8::Write(static_cast<char32_t>(code), buf);
  return SplitIndex(s, {buf, static_cast<size_t>(end - buf)}, index, out);
}

std::shared_ptr<data::Column> StringColumn(const Type& type,
                                           const std::vector<std::string_view>& values) {
  auto c = data::Column::Make(type, static_cast<int32_t>(values.size()));
  if (!values.empty()) {
    std::memcpy(c->mutable_values<std::string_view>(), values.data(),
                values.size() * sizeof(std::string_view));
  }
  return c;
}

Result<data::ColumnPtr> Split(const KernelCall& call, int32_t size) {
  const ColumnView<std::string_view> in(*call.args[0]), delimiter(*call.args[1]);
  ListRows lists(size);
  std::vector<std::string_view> parts;
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (!in.valid(i) || !delimiter.valid(i)) continue;
    lists.Begin(i, parts.size());
    const std::string_view s = in[i], d = delimiter[i];
    if (d.empty()) {
      for (size_t at = 0; at < s.size();) {
        const size_t w = utf8::WidthAt(s, at);
        parts.push_back(s.substr(at, w));
        at += w;
      }
    } else if (!s.empty()) {
      size_t begin = 0;
      for (size_t end = s.find(d); end != s.npos; end = s.find(d, begin)) {
        parts.push_back(s.substr(begin, end - begin));
        begin = end + d.size();
      }
      parts.push_back(s.substr(begin));
    }
  }
  auto child = StringColumn(call.result_type.child(0), parts);
  child->AddOwnersOf(*call.args[0]);
  return lists.Finish(call.result_type, parts.size(), {child});
}

// --- STR_TO_MAP ---

/// Java's String.split(regex[, limit]): limit 0 drops trailing empty parts.
Status SplitByRegex(const Regex& regex, std::string_view s, size_t limit,
                    std::vector<std::string_view>* parts) {
  parts->clear();
  size_t begin = 0;
  for (size_t from = 0; from <= s.size() && (limit == 0 || parts->size() + 1 < limit);) {
    const size_t* spans;
    TW_ASSIGN_OR_RETURN(const bool found, regex.Find(s, from, &spans));
    if (!found) break;
    const size_t match = spans[0], end = spans[1];
    // An empty match at the very beginning makes no empty part.
    if (!(match == 0 && end == 0)) {
      parts->push_back(s.substr(begin, match - begin));
      begin = end;
    }
    from = end > match ? end : end + (end < s.size() ? utf8::WidthAt(s, end) : 1);
  }
  const bool unsplit = parts->empty();
  parts->push_back(s.substr(begin));
  if (limit == 0 && !unsplit) {
    while (!parts->empty() && parts->back().empty()) parts->pop_back();
  }
  return Status::OK();
}

/// java.lang.String.hashCode, spread as java.util.HashMap does it.
uint32_t JavaHash(std::string_view s) {
  uint32_t h = 0;
  for (size_t at = 0; at < s.size();) {
    const char32_t c = utf8::Next(s, &at);
    if (c >= 0x10000) {
      h = h * 31 + (0xD800 + ((c - 0x10000) >> 10));
      h = h * 31 + (0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      h = h * 31 + c;
    }
  }
  return h ^ h >> 16;
}

struct Entry {
  std::string_view key, value;
  bool has_value;
};

/// Sorts the entries as a java.util.HashMap made for `capacity` entries would iterate over them, so
/// that maps print as Flink prints them.
void OrderAsHashMap(size_t capacity, std::vector<Entry>* entries) {
  size_t buckets = 1;
  while (buckets < capacity) buckets *= 2;
  while (entries->size() * 4 > buckets * 3) buckets *= 2;
  std::stable_sort(entries->begin(), entries->end(), [&](const Entry& a, const Entry& b) {
    return (JavaHash(a.key) & (buckets - 1)) < (JavaHash(b.key) & (buckets - 1));
  });
}

Result<data::ColumnPtr> StrToMap(const KernelCall& call, int32_t size) {
  const ColumnView<std::string_view> in(*call.args[0]);
  std::optional<ColumnView<std::string_view>> pairs_by, value_by;
  if (call.args.size() > 1) {
    pairs_by.emplace(*call.args[1]);
    value_by.emplace(*call.args[2]);
  }
  ListRows lists(size);
  data::StringArena arena;
  std::vector<std::string_view> keys, values, pairs, parts;
  std::vector<uint8_t> valid;
  std::vector<Entry> entries;
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (!in.valid(i) || (pairs_by && (!pairs_by->valid(i) || !value_by->valid(i)))) continue;
    lists.Begin(i, keys.size());
    const std::string_view s = utf8::Valid(in[i], &arena);
    if (s.empty()) continue;
    TW_ASSIGN_OR_RETURN(auto pair_regex, Regex::Cached(pairs_by ? (*pairs_by)[i] : ","));
    TW_ASSIGN_OR_RETURN(auto value_regex, Regex::Cached(value_by ? (*value_by)[i] : "="));
    TW_RETURN_IF_ERROR(SplitByRegex(*pair_regex, s, 0, &pairs));
    entries.clear();
    for (const std::string_view pair : pairs) {
      TW_RETURN_IF_ERROR(SplitByRegex(*value_regex, pair, 2, &parts));
      const Entry e = parts.size() < 2 ? Entry{pair, {}, false} : Entry{parts[0], parts[1], true};
      auto same = std::find_if(entries.begin(), entries.end(),
                               [&](const Entry& o) { return o.key == e.key; });
      if (same != entries.end()) {
        *same = e;
      } else {
        entries.push_back(e);
      }
    }
    // Flink asks for room for all pairs at a load of 3/4.
    OrderAsHashMap(pairs.size() <= 2 ? pairs.size() + 1 : (pairs.size() * 4 + 2) / 3, &entries);
    for (const Entry& e : entries) {
      keys.push_back(e.key);
      values.push_back(e.value);
      valid.push_back(e.has_value);
    }
  }
  auto key_column = StringColumn(call.result_type.child(0), keys);
  auto value_column = StringColumn(call.result_type.child(1), values);
  for (size_t k = 0; k < valid.size(); ++k) {
    if (!valid[k]) value_column->SetNull(static_cast<int32_t>(k));
  }
  key_column->AddOwnersOf(*call.args[0]);
  value_column->AddOwnersOf(*call.args[0]);
  arena.AttachTo(key_column.get());
  value_column->AddOwnersOf(*key_column);
  return lists.Finish(call.result_type, keys.size(), {key_column, value_column});
}

Result<BoundFunction> BindSplitIndex(const BindArgs& a) {
  auto m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger});
  Kernel kernel = &EachRowOrNull<SplitIndex>;
  if (!m) {
    m = Match(a, {Arg::kString, Arg::kInteger, Arg::kInteger});
    kernel = &EachRowOrNull<SplitIndexByCode>;
  }
  if (!m) return NoMatch("SPLIT_INDEX(string, separator, index)", a);
  BoundFunction f = m->ReturnsExactly(Type::String(), kernel);
  f.result_views_args = true;
  return f;
}

Result<BoundFunction> BindStrToMap(const BindArgs& a) {
  auto m = Match(a, {Arg::kString});
  if (!m) m = Match(a, {Arg::kString, Arg::kString, Arg::kString});
  if (!m) return NoMatch("STR_TO_MAP(string[, pair_delimiter, value_delimiter])", a);
  return m->ReturnsColumn(Type::Map(Type::String(), Type::String()), &StrToMap,
                          NullPolicy::kCustom);
}

}  // namespace

std::span<const ScalarFunction> SplitFunctions() {
  static const ScalarFunction kEntries[] = {
      {"SPLIT_INDEX",
       {},
       FunctionCategory::kString,
       "SPLIT_INDEX(string, separator, index)",
       "The index-th part (from 0) of the string between separators; NULL if there is none. The "
       "separator may be a character's code.",
       {"SPLIT_INDEX('a,b,c', ',', 2)", "c"},
       &BindSplitIndex},
      {"SPLIT",
       {},
       FunctionCategory::kCollection,
       "SPLIT(string, delimiter)",
       "The parts of the string between delimiters; its characters for an empty delimiter.",
       {"SPLIT('a,b', ',')", "[a, b]"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString, Arg::kString})) {
           return m->ReturnsColumn(Type::Array(Type::String()).WithNullable(m->any_nullable),
                                   &Split, NullPolicy::kCustom);
         }
         return NoMatch("SPLIT(string, delimiter)", a);
       }},
      {"STR_TO_MAP",
       {},
       FunctionCategory::kString,
       "STR_TO_MAP(string[, pair_delimiter, value_delimiter])",
       "A map from text: pairs are split by one regular expression (default ','), key and value by "
       "another (default '=').",
       {"STR_TO_MAP('k1=v1,k2=v2')", "{k1=v1, k2=v2}"},
       &BindStrToMap},
  };
  return kEntries;
}

}  // namespace thalweg::expr
