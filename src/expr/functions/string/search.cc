// POSITION, LOCATE, INSTR, STARTSWITH, ENDSWITH.
#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

/// 1-based character position of `needle` at or after the 1-based position `from`; 0 if there is
/// none, 1 for an empty needle.
int32_t Locate(std::string_view needle, std::string_view s, int64_t from) {
  if (needle.empty()) return 1;
  const size_t begin = utf8::OffsetOf(s, from - 1);
  const size_t at = s.find(needle, begin);
  return at == s.npos ? 0 : utf8::Length(s.substr(0, at)) + 1;
}

int32_t LocateFirst(std::string_view needle, std::string_view s) { return Locate(needle, s, 1); }

int32_t InstrFirst(std::string_view s, std::string_view needle) { return Locate(needle, s, 1); }

/// The n-th occurrence; occurrences may overlap. A negative start searches backwards from the end.
Status Instr(const KernelCall&, std::string_view s, std::string_view needle, int64_t start,
             int64_t n, int32_t* out, bool*) {
  if (n <= 0)
    return Status::Evaluation("INSTR: the occurrence must be positive, got " + std::to_string(n));
  *out = 0;
  if (start == 0) return Status::OK();
  if (needle.empty()) {
    *out = start > 0 ? 1 : utf8::Length(s) + 1;
    return Status::OK();
  }
  if (start > 0) {
    size_t begin = utf8::OffsetOf(s, start - 1);
    for (;;) {
      const size_t at = s.find(needle, begin);
      if (at == s.npos) return Status::OK();
      if (--n == 0) {
        *out = utf8::Length(s.substr(0, at)) + 1;
        return Status::OK();
      }
      begin = at + utf8::WidthAt(s, at);
    }
  }
  size_t end = utf8::OffsetFromEnd(s, -(start + 1));
  while (end >= needle.size()) {
    const size_t at = s.rfind(needle, end - needle.size());
    if (at == s.npos) return Status::OK();
    if (--n == 0) {
      *out = utf8::Length(s.substr(0, at)) + 1;
      return Status::OK();
    }
    end = utf8::OffsetFromEnd(s.substr(0, at + needle.size()), 1);
  }
  return Status::OK();
}

Status InstrFrom(const KernelCall& call, std::string_view s, std::string_view needle, int64_t start,
                 int32_t* out, bool* null) {
  return Instr(call, s, needle, start, 1, out, null);
}

bool StartsWith(std::string_view s, std::string_view prefix) { return s.starts_with(prefix); }
bool EndsWith(std::string_view s, std::string_view suffix) { return s.ends_with(suffix); }

/// (needle, string[, from])
Result<BoundFunction> BindLocate(const BindArgs& a, std::string_view signature) {
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    return m->Returns(Type::Int(), &EachRow<LocateFirst>);
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger})) {
    return m->Returns(Type::Int(), &EachRow<Locate>);
  }
  return NoMatch(signature, a);
}

Result<BoundFunction> BindInstr(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    return m->Returns(Type::Int(), &EachRow<InstrFirst>);
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger})) {
    return m->Returns(Type::Int(), &EachRowChecked<InstrFrom>);
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger, Arg::kInteger})) {
    return m->Returns(Type::Int(), &EachRowChecked<Instr>);
  }
  return NoMatch("INSTR(string, search[, start[, occurrence]])", a);
}

Result<BoundFunction> BindAffix(const BindArgs& a, Kernel kernel, std::string_view signature) {
  for (Arg kind : {Arg::kString, Arg::kBinary}) {
    if (auto m = Match(a, {kind, kind})) return m->Returns(Type::Boolean(), kernel);
  }
  return NoMatch(signature, a);
}

}  // namespace

std::span<const ScalarFunction> SearchFunctions() {
  static const ScalarFunction kEntries[] = {
      {"POSITION",
       {},
       FunctionCategory::kString,
       "POSITION(search IN string [FROM start])",
       "The position of the first occurrence of `search` (1 is the first character); 0 if there "
       "is none.",
       {"POSITION('weg' IN 'Thalweg')", "5"},
       [](const BindArgs& a) { return BindLocate(a, "POSITION(search IN string [FROM start])"); }},
      {"LOCATE",
       {},
       FunctionCategory::kString,
       "LOCATE(search, string[, start])",
       "The position of the first occurrence of `search` at or after `start`; 0 if there is none.",
       {"LOCATE('b', 'abcb', 3)", "4"},
       [](const BindArgs& a) { return BindLocate(a, "LOCATE(search, string[, start])"); }},
      {"INSTR",
       {},
       FunctionCategory::kString,
       "INSTR(string, search[, start[, occurrence]])",
       "The position of the given occurrence of `search`; a negative start searches backwards "
       "from the end. 0 if there is none.",
       {"INSTR('abcb', 'b', 1, 2)", "4"},
       &BindInstr},
      {"STARTSWITH",
       {},
       FunctionCategory::kString,
       "STARTSWITH(string, prefix)",
       "Whether the string (or the bytes) begins with the prefix.",
       {"STARTSWITH('abc', 'ab')", "TRUE"},
       [](const BindArgs& a) {
         return BindAffix(a, &EachRow<StartsWith>, "STARTSWITH(string, prefix)");
       }},
      {"ENDSWITH",
       {},
       FunctionCategory::kString,
       "ENDSWITH(string, suffix)",
       "Whether the string (or the bytes) ends with the suffix.",
       {"ENDSWITH('abc', 'bc')", "TRUE"},
       [](const BindArgs& a) {
         return BindAffix(a, &EachRow<EndsWith>, "ENDSWITH(string, suffix)");
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
