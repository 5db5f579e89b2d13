// UPPER, LOWER, INITCAP.
#include <unicode/ucasemap.h>
#include <unicode/utypes.h>

#include <cstring>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;

/// ICU's mapping of one text, with the locale-independent rules that Java's root locale has.
std::string_view MapByIcu(std::string_view s, bool upper, data::StringArena* arena) {
  static const UCaseMap* const map = [] {
    UErrorCode error = U_ZERO_ERROR;
    return ucasemap_open("", 0, &error);
  }();
  const auto size = static_cast<int32_t>(s.size());
  int32_t capacity = size + size / 2 + 8;
  for (;;) {
    UErrorCode error = U_ZERO_ERROR;
    char* out = arena->Allocate(static_cast<size_t>(capacity));
    const int32_t n = (upper ? ucasemap_utf8ToUpper : ucasemap_utf8ToLower)(map, out, capacity,
                                                                            s.data(), size, &error);
    if (n <= capacity) {
      arena->ShrinkLast(static_cast<size_t>(capacity - n));
      return {out, static_cast<size_t>(n)};
    }
    arena->ShrinkLast(static_cast<size_t>(capacity));
    capacity = n;
  }
}

/// Eight ASCII characters at once: where the letter's first and the next after its last are told
/// apart by bit 7 of a sum that cannot carry.
template <bool kUpper>
uint64_t MapAscii(uint64_t eight) {
  constexpr uint8_t kFirst = kUpper ? 'a' : 'A', kLast = kUpper ? 'z' : 'Z';
  const uint64_t from_first = eight + Repeat8(0x80 - kFirst);
  const uint64_t after_last = eight + Repeat8(0x80 - kLast - 1);
  return eight ^ ((from_first ^ after_last) & kHighBits) >> 2;  // 0x20
}

template <bool kUpper>
std::string_view MapAscii(std::string_view s, data::StringArena* arena) {
  constexpr size_t kSlack = 8;  // whole words are written
  char* const p = arena->Allocate(s.size() + kSlack);
  for (size_t at = 0; at < s.size(); at += 8) {
    const size_t rest = s.size() - at;
    const uint64_t mapped = MapAscii<kUpper>(LoadUpTo8(s.data() + at, rest < 8 ? rest : 8));
    std::memcpy(p + at, &mapped, 8);
  }
  arena->ShrinkLast(kSlack);
  return {p, s.size()};
}

template <bool kUpper>
Status MapCase(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]);
  auto* to = out->mutable_values<std::string_view>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    PrefetchText(call.rows, k, in);
    const int32_t i = call.rows[k];
    const std::string_view s = in[i];
    to[i] = s.empty()          ? s
            : utf8::IsAscii(s) ? MapAscii<kUpper>(s, call.arena)
                               : MapByIcu(s, kUpper, call.arena);
  }
  return Status::OK();
}

/// Words are runs of ASCII letters and digits; everything else stays as it is.
Status InitCap(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]);
  auto* to = out->mutable_values<std::string_view>();
  call.rows.ForEach([&](int32_t i) {
    const std::string_view s = in[i];
    char* p = call.arena->Allocate(s.size());
    bool in_word = false;
    for (size_t k = 0; k < s.size(); ++k) {
      char c = s[k];
      const bool upper = static_cast<uint8_t>(c - 'A') < 26;
      const bool lower = static_cast<uint8_t>(c - 'a') < 26;
      if (in_word ? upper : lower) c ^= 0x20;
      in_word = upper || lower || static_cast<uint8_t>(c - '0') < 10;
      p[k] = c;
    }
    to[i] = {p, s.size()};
  });
  return Status::OK();
}

template <Kernel kKernel>
Result<BoundFunction> BindSameType(const BindArgs& args, std::string_view signature) {
  if (auto m = Match(args, {Arg::kString})) return m->Returns(args.types[0], kKernel);
  return NoMatch(signature, args);
}

}  // namespace

std::span<const ScalarFunction> CaseFunctions() {
  static const ScalarFunction kEntries[] = {
      {"UPPER",
       {},
       FunctionCategory::kString,
       "UPPER(string)",
       "The string in upper case.",
       {"UPPER('straße')", "STRASSE"},
       [](const BindArgs& a) { return BindSameType<&MapCase<true>>(a, "UPPER(string)"); }},
      {"LOWER",
       {},
       FunctionCategory::kString,
       "LOWER(string)",
       "The string in lower case.",
       {"LOWER('FLINK')", "flink"},
       [](const BindArgs& a) { return BindSameType<&MapCase<false>>(a, "LOWER(string)"); }},
      {"INITCAP",
       {},
       FunctionCategory::kString,
       "INITCAP(string)",
       "Every word (a run of ASCII letters and digits) with its first letter in upper case and the "
       "others in lower case.",
       {"INITCAP('hello wORLD')", "Hello World"},
       [](const BindArgs& a) { return BindSameType<&InitCap>(a, "INITCAP(string)"); }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
