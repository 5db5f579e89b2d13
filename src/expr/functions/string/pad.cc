// LPAD, RPAD, REPEAT. Lengths count UTF-16 units, as Flink's do.
#include <cstring>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

/// Longer results are refused: they would take gigabytes a row.
constexpr int64_t kMaxBytes = int64_t{1} << 28;

Status TooLong(std::string_view function, int64_t length) {
  return Status::Evaluation(std::string(function) + ": a result of length " +
                            std::to_string(length) + " is too long (at most " +
                            std::to_string(kMaxBytes) + ")");
}

/// Appends the first `units` UTF-16 units of the endlessly repeated `pad`.
char* AppendRepeated(std::string_view pad, int64_t units, char* out) {
  const int64_t pad_units = utf8::Utf16Length(pad);
  for (; units >= pad_units; units -= pad_units) {
    std::memcpy(out, pad.data(), pad.size());
    out += pad.size();
  }
  const utf8::Utf16Cut cut = utf8::CutAt(pad, units);
  std::memcpy(out, pad.data(), cut.before);
  out += cut.before;
  if (cut.splits()) *out++ = '?';
  return out;
}

template <bool kLeft>
Status Pad(const KernelCall& call, std::string_view s, int64_t length, std::string_view pad,
           std::string_view* out, bool* null) {
  if (length < 0 || pad.empty()) {
    *null = true;
    return Status::OK();
  }
  const int64_t units = utf8::Utf16Length(s);
  if (length <= units) {
    const utf8::Utf16Cut cut = utf8::CutAt(s, length);
    if (!cut.splits()) {
      *out = s.substr(0, cut.before);
      return Status::OK();
    }
    char* const p = call.arena->Allocate(cut.before + 1);
    std::memcpy(p, s.data(), cut.before);
    p[cut.before] = '?';
    *out = {p, cut.before + 1};
    return Status::OK();
  }
  if (length > kMaxBytes / 4) return TooLong(kLeft ? "LPAD" : "RPAD", length);
  const int64_t missing = length - units;
  const int64_t repeats = missing / utf8::Utf16Length(pad) + 1;
  const size_t capacity = s.size() + static_cast<size_t>(repeats) * pad.size() + 1;
  char* const p = call.arena->Allocate(capacity);
  char* end = p;
  if (kLeft) end = AppendRepeated(pad, missing, end);
  if (!s.empty()) std::memcpy(end, s.data(), s.size());
  end += s.size();
  if (!kLeft) end = AppendRepeated(pad, missing, end);
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(capacity - size);
  *out = {p, size};
  return Status::OK();
}

Status Repeat(const KernelCall& call, std::string_view s, int64_t n, std::string_view* out, bool*) {
  if (n <= 0 || s.empty()) return Status::OK();
  const auto bytes = static_cast<int64_t>(s.size());
  if (n > kMaxBytes / bytes) return TooLong("REPEAT", n);
  char* const p = call.arena->Allocate(static_cast<size_t>(n * bytes));
  for (int64_t k = 0; k < n; ++k) std::memcpy(p + k * bytes, s.data(), s.size());
  *out = {p, static_cast<size_t>(n * bytes)};
  return Status::OK();
}

template <bool kLeft>
Result<BoundFunction> BindPad(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString, Arg::kInteger, Arg::kString})) {
    BoundFunction f = m->Returns(Type::String(), &EachRowChecked<Pad<kLeft>>);
    f.result_views_args = true;
    return f;
  }
  return NoMatch(kLeft ? "LPAD(string, length, pad)" : "RPAD(string, length, pad)", a);
}

}  // namespace

std::span<const ScalarFunction> PadFunctions() {
  static const ScalarFunction kEntries[] = {
      {"LPAD",
       {},
       FunctionCategory::kString,
       "LPAD(string, length, pad)",
       "The string brought to a length by putting `pad` in front as often as needed, or by "
       "cutting it. NULL for a negative length or an empty pad.",
       {"LPAD('7', 3, '0')", "007"},
       &BindPad<true>},
      {"RPAD",
       {},
       FunctionCategory::kString,
       "RPAD(string, length, pad)",
       "The string brought to a length by appending `pad` as often as needed, or by cutting it. "
       "NULL for a negative length or an empty pad.",
       {"RPAD('hi', 5, 'abc')", "hiabc"},
       &BindPad<false>},
      {"REPEAT",
       {},
       FunctionCategory::kString,
       "REPEAT(string, times)",
       "The string, so many times; the empty string if `times` is not positive.",
       {"REPEAT('ab', 3)", "ababab"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString, Arg::kInteger})) {
           return m->Returns(Type::String(), &EachRowChecked<Repeat>);
         }
         return NoMatch("REPEAT(string, times)", a);
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
