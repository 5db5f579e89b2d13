// REGEXP, REGEXP_COUNT, REGEXP_EXTRACT, REGEXP_EXTRACT_ALL, REGEXP_INSTR, REGEXP_REPLACE,
// REGEXP_SUBSTR. An invalid pattern gives NULL (REGEXP: FALSE), as in Flink.
#include <cstring>

#include "expr/functions/signature.h"
#include "expr/functions/string/regex.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;

/// The pattern of a call where it is a literal, compiled once.
struct LiteralPattern {
  std::string text;
  std::shared_ptr<const Regex> regex;  // null: invalid
};

/// Finds the pattern of each row; equal neighbours are looked up once.
class Patterns {
 public:
  explicit Patterns(const KernelCall& call) {
    if (const auto* literal = static_cast<const LiteralPattern*>(call.state)) {
      regex_ = literal->regex;
      text_ = literal->text;
      fixed_ = true;
    }
  }
  /// Null if the pattern is malformed; an error if we do not support it.
  Result<const Regex*> At(std::string_view pattern) {
    if (!fixed_ && (!known_ || pattern != text_)) {
      auto r = Regex::Cached(pattern);
      if (!r.ok() && r.status().code() != StatusCode::kEvaluation) return r.status();
      regex_ = r.ok() ? *r : nullptr;
      text_ = pattern;
      known_ = true;
    }
    return regex_.get();
  }

 private:
  std::shared_ptr<const Regex> regex_;
  std::string text_;
  bool fixed_ = false, known_ = false;
};

/// Where the search goes on after a match, so that an empty one cannot repeat.
size_t After(std::string_view s, size_t begin, size_t end) {
  if (end > begin) return end;
  return end < s.size() ? end + utf8::WidthAt(s, end) : s.size() + 1;
}

/// Calls row(s, pattern text, regex) for each row; sets NULL where it returns false and where the
/// pattern is invalid.
template <typename Row>
Status ForEachPattern(const KernelCall& call, data::Column* out, Row&& row) {
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  Patterns patterns(call);
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    PrefetchText(call.rows, k, in);
    const int32_t i = call.rows[k];
    TW_ASSIGN_OR_RETURN(const Regex* regex, patterns.At(pattern[i]));
    bool valid = false;
    if (regex != nullptr) {
      TW_ASSIGN_OR_RETURN(valid, row(i, utf8::Valid(in[i], call.arena), pattern[i], *regex));
    }
    if (!valid) out->SetNull(i);
  }
  return Status::OK();
}

Status RegexpMatches(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  auto* to = out->mutable_values<uint8_t>();
  Patterns patterns(call);
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    to[i] = 0;
    if (pattern[i].empty()) continue;
    TW_ASSIGN_OR_RETURN(const Regex* regex, patterns.At(pattern[i]));
    if (regex == nullptr) continue;
    const size_t* spans;
    TW_ASSIGN_OR_RETURN(to[i], regex->Find(utf8::Valid(in[i], call.arena), 0, &spans));
  }
  return Status::OK();
}

Status RegexpCount(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<int32_t>();
  return ForEachPattern(call, out,
                        [&](int32_t i, std::string_view s, std::string_view pattern,
                            const Regex& regex) -> Result<bool> {
                          int32_t n = 0;
                          if (pattern.empty()) {
                            n = utf8::Utf16Length(s) + 1;
                          } else {
                            for (size_t from = 0; from <= s.size(); ++n) {
                              const size_t* spans;
                              TW_ASSIGN_OR_RETURN(const bool found, regex.Find(s, from, &spans));
                              if (!found) break;
                              from = After(s, spans[0], spans[1]);
                            }
                          }
                          to[i] = n;
                          return true;
                        });
}

Status RegexpExtract(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<std::string_view>();
  const ColumnView<int64_t>* group = nullptr;
  std::optional<ColumnView<int64_t>> groups;
  if (call.args.size() > 2) group = &groups.emplace(*call.args[2]);
  return ForEachPattern(
      call, out,
      [&](int32_t i, std::string_view s, std::string_view, const Regex& regex) -> Result<bool> {
        const int64_t g = group ? static_cast<int32_t>((*group)[i]) : 0;
        const size_t* spans;
        TW_ASSIGN_OR_RETURN(const bool found, regex.Find(s, 0, &spans));
        if (!found || g < 0 || g > regex.groups()) return false;
        const size_t begin = spans[2 * g], end = spans[2 * g + 1];
        if (begin == Regex::kUnset) return false;
        to[i] = s.substr(begin, end - begin);
        return true;
      });
}

Status RegexpInstr(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<int32_t>();
  return ForEachPattern(
      call, out,
      [&](int32_t i, std::string_view s, std::string_view, const Regex& regex) -> Result<bool> {
        const size_t* spans;
        TW_ASSIGN_OR_RETURN(const bool found, regex.Find(s, 0, &spans));
        to[i] = found ? utf8::Utf16Length(s.substr(0, spans[0])) + 1 : 0;
        return true;
      });
}

/// An empty pattern matches in front of every UTF-16 unit, as in REPLACE.
std::string_view ReplaceEmpty(std::string_view s, std::string_view by, data::StringArena* arena) {
  const size_t capacity = s.size() + (static_cast<size_t>(utf8::Utf16Length(s)) + 1) * by.size();
  char* const p = arena->Allocate(capacity);
  char* end = p;
  auto append = [&](std::string_view part) {
    if (!part.empty()) std::memcpy(end, part.data(), part.size());
    end += part.size();
  };
  append(by);
  for (size_t at = 0; at < s.size();) {
    const size_t w = utf8::WidthAt(s, at);
    if (w == 4 && !by.empty()) {
      append("?");
      append(by);
      append("?");
    } else {
      append(s.substr(at, w));
    }
    append(by);
    at += w;
  }
  const auto size = static_cast<size_t>(end - p);
  arena->ShrinkLast(capacity - size);
  return {p, size};
}

/// The replacement is plain text: '$' and '\' mean themselves.
Status RegexpReplace(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<std::string_view>();
  const ColumnView<std::string_view> replacement(*call.args[2]);
  std::string result;
  return ForEachPattern(call, out,
                        [&](int32_t i, std::string_view s, std::string_view pattern,
                            const Regex& regex) -> Result<bool> {
                          const std::string_view by = replacement[i];
                          if (pattern.empty()) {
                            to[i] = ReplaceEmpty(s, by, call.arena);
                            return true;
                          }
                          result.clear();
                          size_t done = 0;
                          bool any = false;
                          for (size_t from = 0; from <= s.size();) {
                            const size_t* spans;
                            TW_ASSIGN_OR_RETURN(const bool found, regex.Find(s, from, &spans));
                            if (!found) break;
                            any = true;
                            const size_t begin = spans[0], end = spans[1];
                            result.append(s, done, begin - done);
                            result.append(by);
                            done = end;
                            from = After(s, begin, end);
                          }
                          if (!any) {
                            to[i] = s;
                            return true;
                          }
                          result.append(s, done);
                          to[i] = call.arena->Add(result);
                          return true;
                        });
}

Result<data::ColumnPtr> RegexpExtractAll(const KernelCall& call, int32_t size) {
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  std::optional<ColumnView<int64_t>> group;
  if (call.args.size() > 2) group.emplace(*call.args[2]);
  auto offsets = data::Buffer::Allocate((int64_t{size} + 1) * 4);
  auto* offset = offsets->as<int32_t>();
  auto validity = data::Buffer::Allocate(size);
  auto* valid = validity->as<uint8_t>();
  data::StringArena arena;
  std::vector<std::string_view> parts;
  std::vector<uint8_t> part_valid;
  Patterns patterns(call);
  int32_t next = 0;  // rows up to here have their offset
  auto fill_to = [&](int32_t row) {
    for (; next <= row; ++next) offset[next] = static_cast<int32_t>(parts.size());
  };
  std::memset(valid, 0, static_cast<size_t>(size));
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    fill_to(i);
    if (!in.valid(i) || !pattern.valid(i) || (group && !group->valid(i))) continue;
    const int64_t g = group ? (*group)[i] : 1;
    TW_ASSIGN_OR_RETURN(const Regex* regex, patterns.At(pattern[i]));
    if (regex == nullptr || g < 0 || g > regex->groups()) continue;
    valid[i] = 1;
    const std::string_view s = utf8::Valid(in[i], &arena);
    for (size_t from = 0; from <= s.size();) {
      const size_t* spans;
      TW_ASSIGN_OR_RETURN(const bool found, regex->Find(s, from, &spans));
      if (!found) break;
      const size_t begin = spans[2 * g], end = spans[2 * g + 1];
      const bool set = begin != Regex::kUnset;
      parts.push_back(set ? s.substr(begin, end - begin) : std::string_view());
      part_valid.push_back(set);
      from = After(s, spans[0], spans[1]);
    }
  }
  fill_to(size);
  auto child = data::Column::Make(call.result_type.child(0), static_cast<int32_t>(parts.size()));
  if (!parts.empty()) {
    std::memcpy(child->mutable_values<std::string_view>(), parts.data(),
                parts.size() * sizeof(std::string_view));
  }
  for (size_t k = 0; k < part_valid.size(); ++k) {
    if (!part_valid[k]) child->SetNull(static_cast<int32_t>(k));
  }
  child->AddOwnersOf(*call.args[0]);
  arena.AttachTo(child.get());
  auto result = data::Column::MakeList(call.result_type, size, std::move(offsets), {child});
  result->SetValidity(std::move(validity));
  return data::ColumnPtr(std::move(result));
}

/// Adds what a literal pattern needs.
Result<BoundFunction> WithPattern(const BindArgs& a, BoundFunction f) {
  f.result_views_args = true;
  if (const auto text = LiteralString(a, 1)) {
    auto state = std::make_shared<LiteralPattern>();
    state->text = *text;
    auto regex = Regex::Compile(*text);
    if (regex.ok()) {
      state->regex = *regex;
    } else if (regex.status().code() != StatusCode::kEvaluation) {
      return regex.status();
    }
    f.state = std::move(state);
  }
  return f;
}

Result<BoundFunction> BindPair(const BindArgs& a, const Type& result, bool nullable, Kernel kernel,
                               std::string_view signature) {
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    return WithPattern(a,
                       nullable ? m->ReturnsExactly(result, kernel) : m->Returns(result, kernel));
  }
  return NoMatch(signature, a);
}

Result<BoundFunction> BindExtract(const BindArgs& a) {
  auto m = Match(a, {Arg::kString, Arg::kString});
  if (!m) m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger});
  if (!m) return NoMatch("REGEXP_EXTRACT(string, regex[, group])", a);
  return WithPattern(a, m->ReturnsExactly(Type::String(), &RegexpExtract));
}

Result<BoundFunction> BindExtractAll(const BindArgs& a) {
  auto m = Match(a, {Arg::kString, Arg::kString});
  if (!m) m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger});
  if (!m) return NoMatch("REGEXP_EXTRACT_ALL(string, regex[, group])", a);
  return WithPattern(
      a, m->ReturnsColumn(Type::Array(Type::String()), &RegexpExtractAll, NullPolicy::kCustom));
}

Result<BoundFunction> BindReplace(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kString})) {
    return WithPattern(a, m->Returns(Type::String(), &RegexpReplace));
  }
  return NoMatch("REGEXP_REPLACE(string, regex, replacement)", a);
}

}  // namespace

std::span<const ScalarFunction> RegexpFunctions() {
  static const ScalarFunction kEntries[] = {
      {"REGEXP",
       {},
       FunctionCategory::kString,
       "REGEXP(string, regex)",
       "Whether any part of the string matches the regular expression (Java's dialect). FALSE for "
       "an empty or invalid one.",
       {"REGEXP('foobar', 'o+b')", "TRUE"},
       [](const BindArgs& a) {
         return BindPair(a, Type::Boolean(), false, &RegexpMatches, "REGEXP(string, regex)");
       }},
      {"REGEXP_COUNT",
       {},
       FunctionCategory::kString,
       "REGEXP_COUNT(string, regex)",
       "How often the regular expression matches, without overlaps.",
       {"REGEXP_COUNT('banana', 'an')", "2"},
       [](const BindArgs& a) {
         return BindPair(a, Type::Int(), true, &RegexpCount, "REGEXP_COUNT(string, regex)");
       }},
      {"REGEXP_EXTRACT",
       {},
       FunctionCategory::kString,
       "REGEXP_EXTRACT(string, regex[, group])",
       "The part of the string that the group matched in the first match (0, the default: the "
       "whole match). NULL without a match.",
       {"REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 1)", "the"},
       &BindExtract},
      {"REGEXP_EXTRACT_ALL",
       {},
       FunctionCategory::kString,
       "REGEXP_EXTRACT_ALL(string, regex[, group])",
       "What the group (default 1) matched in each match.",
       {"REGEXP_EXTRACT_ALL('a1b22', '\\d+', 0)", "[1, 22]"},
       &BindExtractAll},
      {"REGEXP_INSTR",
       {},
       FunctionCategory::kString,
       "REGEXP_INSTR(string, regex)",
       "The position of the first match; 0 if there is none.",
       {"REGEXP_INSTR('banana', 'n')", "3"},
       [](const BindArgs& a) {
         return BindPair(a, Type::Int(), true, &RegexpInstr, "REGEXP_INSTR(string, regex)");
       }},
      {"REGEXP_REPLACE",
       {},
       FunctionCategory::kString,
       "REGEXP_REPLACE(string, regex, replacement)",
       "The string with every match replaced; '$' and '\\' have no meaning in the replacement.",
       {"REGEXP_REPLACE('foobar', 'oo|ar', '')", "fb"},
       &BindReplace},
      {"REGEXP_SUBSTR",
       {},
       FunctionCategory::kString,
       "REGEXP_SUBSTR(string, regex)",
       "The first part of the string that matches; NULL if none does.",
       {"REGEXP_SUBSTR('banana', 'n.')", "na"},
       [](const BindArgs& a) {
         return BindPair(a, Type::String(), true, &RegexpExtract, "REGEXP_SUBSTR(string, regex)");
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
