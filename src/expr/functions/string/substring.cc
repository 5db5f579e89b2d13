// SUBSTRING, SUBSTR, LEFT, RIGHT (slices of the argument) and OVERLAY.
#include <algorithm>
#include <cstring>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

/// Position 1 is the first character, -1 the last; 0 counts as 1. False: NULL.
bool SubstringFor(std::string_view s, int64_t start, int64_t length, std::string_view* out) {
  if (length < 0 || length > INT32_MAX || start > INT32_MAX) return false;
  size_t begin;
  if (start >= 0) {
    begin = utf8::OffsetOf(s, std::max<int64_t>(start - 1, 0));
  } else {
    begin = utf8::OffsetFromEnd(s, -(start + 1));
    // One more step shows whether the start lies in front of the string.
    if (begin == 0) {
      *out = {};
      return true;
    }
    begin = utf8::OffsetFromEnd(s.substr(0, begin), 1);
  }
  s.remove_prefix(begin);
  *out = static_cast<size_t>(length) >= s.size() ? s : s.substr(0, utf8::OffsetOf(s, length));
  return true;
}

bool SubstringFrom(std::string_view s, int64_t start, std::string_view* out) {
  return SubstringFor(s, start, INT32_MAX, out);
}

std::string_view Left(std::string_view s, int64_t n) {
  return n <= 0 ? std::string_view() : s.substr(0, utf8::OffsetOf(s, n));
}

std::string_view Right(std::string_view s, int64_t n) {
  return n <= 0 ? std::string_view() : s.substr(utf8::OffsetFromEnd(s, n));
}

/// In UTF-16 units, as java.lang.String counts them; a cut through a pair leaves a '?'.
std::string_view Overlay(const KernelCall& call, std::string_view s, std::string_view r,
                         int64_t start, int64_t length) {
  const int64_t units = utf8::Utf16Length(s);
  if (start <= 0 || start > units) return s;
  const utf8::Utf16Cut head = utf8::CutAt(s, start - 1);
  // Flink adds start and length as 32-bit numbers.
  const auto len = static_cast<int32_t>(length);
  const auto end = static_cast<int32_t>(static_cast<uint32_t>(start) + static_cast<uint32_t>(len));
  const bool has_tail = end <= units && len > 0;
  const utf8::Utf16Cut tail =
      has_tail ? utf8::CutAt(s, start - 1 + len) : utf8::Utf16Cut{s.size(), s.size()};
  char* const p = call.arena->Allocate(s.size() + r.size() + 2);
  char* end_of = p;
  auto append = [&](std::string_view part) {
    if (!part.empty()) std::memcpy(end_of, part.data(), part.size());
    end_of += part.size();
  };
  append(s.substr(0, head.before));
  if (head.splits()) *end_of++ = '?';
  append(r);
  if (tail.splits()) *end_of++ = '?';
  append(s.substr(tail.after));
  const auto size = static_cast<size_t>(end_of - p);
  call.arena->ShrinkLast(s.size() + r.size() + 2 - size);
  return {p, size};
}

Status OverlayFor(const KernelCall& call, std::string_view s, std::string_view r, int64_t start,
                  int64_t length, std::string_view* out, bool*) {
  *out = Overlay(call, s, r, start, length);
  return Status::OK();
}

Status OverlayFrom(const KernelCall& call, std::string_view s, std::string_view r, int64_t start,
                   std::string_view* out, bool*) {
  *out = Overlay(call, s, r, start, utf8::Utf16Length(r));
  return Status::OK();
}

Type Varying(const Type& t) { return Type::Varchar(t.length()); }

BoundFunction Viewing(BoundFunction f) {
  f.result_views_args = true;
  return f;
}

Result<BoundFunction> BindSubstring(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString, Arg::kInteger})) {
    return Viewing(m->ReturnsExactly(Varying(a.types[0]), &EachRowOrNull<SubstringFrom>));
  }
  if (auto m = Match(a, {Arg::kString, Arg::kInteger, Arg::kInteger})) {
    return Viewing(m->ReturnsExactly(Varying(a.types[0]), &EachRowOrNull<SubstringFor>));
  }
  return NoMatch("SUBSTRING(string, start[, length])", a);
}

Result<BoundFunction> BindOverlay(const BindArgs& a) {
  auto result = [&] {
    const int64_t length = int64_t{a.types[0].length()} + a.types[1].length();
    return Type::Varchar(static_cast<int32_t>(std::min<int64_t>(length, Type::kMaxLength)));
  };
  if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger})) {
    return Viewing(m->Returns(result(), &EachRowChecked<OverlayFrom>));
  }
  if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kInteger, Arg::kInteger})) {
    return Viewing(m->Returns(result(), &EachRowChecked<OverlayFor>));
  }
  return NoMatch("OVERLAY(string PLACING string FROM start [FOR length])", a);
}

}  // namespace

std::span<const ScalarFunction> SubstringFunctions() {
  static const ScalarFunction kEntries[] = {
      {"SUBSTRING",
       {"SUBSTR"},
       FunctionCategory::kString,
       "SUBSTRING(string FROM start [FOR length])",
       "The part of the string from the character `start` on (1 is the first, -1 the last), at "
       "most `length` characters. NULL for a negative length.",
       {"SUBSTRING('Flink' FROM 2 FOR 3)", "lin"},
       &BindSubstring},
      {"LEFT",
       {},
       FunctionCategory::kString,
       "LEFT(string, length)",
       "The first `length` characters; the empty string if `length` is not positive.",
       {"LEFT('Flink', 2)", "Fl"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString, Arg::kInteger})) {
           return Viewing(m->ReturnsExactly(Varying(a.types[0]), &EachRow<Left>));
         }
         return NoMatch("LEFT(string, length)", a);
       }},
      {"RIGHT",
       {},
       FunctionCategory::kString,
       "RIGHT(string, length)",
       "The last `length` characters; the empty string if `length` is not positive.",
       {"RIGHT('Flink', 2)", "nk"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = Match(a, {Arg::kString, Arg::kInteger})) {
           return Viewing(m->ReturnsExactly(Varying(a.types[0]), &EachRow<Right>));
         }
         return NoMatch("RIGHT(string, length)", a);
       }},
      {"OVERLAY",
       {},
       FunctionCategory::kString,
       "OVERLAY(string PLACING string FROM start [FOR length])",
       "The first string with `length` characters from `start` on (default: as many as the second "
       "string has) replaced by the second string.",
       {"OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6 FOR 2)", "xxxxxxxxxst"},
       &BindOverlay},
  };
  return kEntries;
}

}  // namespace thalweg::expr
