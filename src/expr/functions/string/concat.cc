// || (CONCAT), CONCAT_WS, ELT.
#include <algorithm>
#include <cstring>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;

using Views = std::vector<ColumnView<std::string_view>>;

Views ViewsOf(const KernelCall& call, size_t from) {
  Views views;
  views.reserve(call.args.size() - from);
  for (size_t i = from; i < call.args.size(); ++i) views.emplace_back(*call.args[i]);
  return views;
}

Status Concat(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<std::string_view>();
  const Views views = ViewsOf(call, 0);
  call.rows.ForEach([&](int32_t i) {
    size_t size = 0;
    for (const auto& v : views) size += v[i].size();
    char* const p = call.arena->Allocate(size);
    char* end = p;
    for (const auto& v : views) {
      const std::string_view s = v[i];
      if (!s.empty()) std::memcpy(end, s.data(), s.size());
      end += s.size();
    }
    to[i] = {p, size};
  });
  return Status::OK();
}

/// NULL arguments are left out; a NULL separator makes the result NULL.
Status ConcatWs(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<std::string_view>();
  const ColumnView<std::string_view> separator(*call.args[0]);
  const Views views = ViewsOf(call, 1);
  call.rows.ForEach([&](int32_t i) {
    if (!separator.valid(i)) {
      out->SetNull(i);
      return;
    }
    const std::string_view sep = separator[i];
    size_t size = 0, parts = 0;
    for (const auto& v : views) {
      if (!v.valid(i)) continue;
      size += v[i].size();
      ++parts;
    }
    if (parts > 1) size += (parts - 1) * sep.size();
    char* const p = call.arena->Allocate(size);
    char* end = p;
    auto append = [&](std::string_view s) {
      if (!s.empty()) std::memcpy(end, s.data(), s.size());
      end += s.size();
    };
    bool first = true;
    for (const auto& v : views) {
      if (!v.valid(i)) continue;
      if (!first) append(sep);
      first = false;
      append(v[i]);
    }
    to[i] = {p, size};
  });
  return Status::OK();
}

/// Out of range and a NULL choice give NULL; other arguments may be NULL.
Status Elt(const KernelCall& call, data::Column* out) {
  auto* to = out->mutable_values<std::string_view>();
  const ColumnView<int64_t> index(*call.args[0]);
  const Views views = ViewsOf(call, 1);
  call.rows.ForEach([&](int32_t i) {
    const int64_t k = index.valid(i) ? index[i] : 0;
    if (k < 1 || k > static_cast<int64_t>(views.size()) ||
        !views[static_cast<size_t>(k) - 1].valid(i)) {
      out->SetNull(i);
    } else {
      to[i] = views[static_cast<size_t>(k) - 1][i];
    }
  });
  return Status::OK();
}

int32_t SumOfLengths(const Type& a, const Type& b) {
  return static_cast<int32_t>(
      std::min<int64_t>(int64_t{a.length()} + b.length(), Type::kMaxLength));
}

/// CHAR || CHAR is CHAR; anything varying makes it varying.
Result<BoundFunction> BindConcatOperator(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString, Arg::kString})) {
    const int32_t length = SumOfLengths(a.types[0], a.types[1]);
    const bool fixed =
        a.types[0].root() == data::TypeRoot::kChar && a.types[1].root() == data::TypeRoot::kChar;
    return m->Returns(fixed ? Type::Char(length) : Type::Varchar(length), &Concat);
  }
  if (auto m = Match(a, {Arg::kBinary, Arg::kBinary})) {
    const int32_t length = SumOfLengths(a.types[0], a.types[1]);
    const bool fixed = a.types[0].root() == data::TypeRoot::kBinary &&
                       a.types[1].root() == data::TypeRoot::kBinary;
    return m->Returns(fixed ? Type::Binary(length) : Type::Varbinary(length), &Concat);
  }
  return NoMatch("||(string, string)", a);
}

bool IsNegativeLiteral(const data::ColumnPtr& c) {
  if (c == nullptr || c->IsNull(0)) return false;
  if (c->physical() == data::PhysicalType::kInt64) return c->At<int64_t>(0) < 0;
  return c->physical() == data::PhysicalType::kInt32 && c->At<int32_t>(0) < 0;
}

/// One common type; the choice is cast to it.
Result<BoundFunction> BindElt(const BindArgs& a) {
  constexpr std::string_view kSignature = "ELT(index, expression, ...)";
  for (Arg kind : {Arg::kString, Arg::kBinary}) {
    auto m = MatchRepeated(a, {Arg::kInteger}, kind, 1);
    if (!m) continue;
    if (IsNegativeLiteral(a.literals[0])) {
      return Status::InvalidSql("The index of ELT must not be negative");
    }
    int32_t length = 0;
    bool fixed = true;
    for (const Type& t : a.types.subspan(1)) {
      fixed &= t.root() == data::TypeRoot::kChar || t.root() == data::TypeRoot::kBinary;
      if (length != 0) fixed &= t.length() == length;
      length = std::max(length, t.length());
    }
    const Type result = kind == Arg::kString
                            ? (fixed ? Type::Char(length) : Type::Varchar(length))
                            : (fixed ? Type::Binary(length) : Type::Varbinary(length));
    BoundFunction f = m->ReturnsExactly(result, &Elt, NullPolicy::kCustom);
    f.result_views_args = true;
    return f;
  }
  return NoMatch(kSignature, a);
}

}  // namespace

std::span<const ScalarFunction> ConcatFunctions() {
  static const ScalarFunction kEntries[] = {
      {"||",
       {},
       FunctionCategory::kString,
       "string || string",
       "Both strings, one after the other.",
       {"'Thal' || 'weg'", "Thalweg"},
       &BindConcatOperator},
      {"CONCAT",
       {},
       FunctionCategory::kString,
       "CONCAT(string, ...)",
       "All strings, one after the other; NULL if any is NULL.",
       {"CONCAT('a', 'b', 'c')", "abc"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = MatchRepeated(a, {}, Arg::kString, 1)) {
           return m->Returns(Type::String(), &Concat);
         }
         return NoMatch("CONCAT(string, ...)", a);
       }},
      {"CONCAT_WS",
       {},
       FunctionCategory::kString,
       "CONCAT_WS(separator, string, ...)",
       "The strings that are not NULL, with the separator between them; NULL if the separator is.",
       {"CONCAT_WS('~', 'AA', 'BB', '', 'CC')", "AA~BB~~CC"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         if (auto m = MatchRepeated(a, {Arg::kString}, Arg::kString, 0)) {
           return m->Returns(Type::String(), &ConcatWs, NullPolicy::kCustom);
         }
         return NoMatch("CONCAT_WS(separator, string, ...)", a);
       }},
      {"ELT",
       {},
       FunctionCategory::kString,
       "ELT(index, expression, ...)",
       "The expression at the index (the first is 1); NULL if there is none.",
       {"ELT(2, 'a', 'b')", "b"},
       &BindElt},
  };
  return kEntries;
}

}  // namespace thalweg::expr
