// [NOT] LIKE, [NOT] SIMILAR TO.
#include "expr/functions/signature.h"
#include "expr/functions/string/like_pattern.h"
#include "expr/functions/string/regex.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::ColumnView;
using data::Type;

std::string_view EscapeAt(const KernelCall& call, int32_t row) {
  if (call.args.size() < 3) return {};
  return ColumnView<std::string_view>(*call.args[2])[row];
}

/// Compiles a pattern again only when it differs from the last row's.
template <typename Compiled, typename Compile>
class LatestPattern {
 public:
  explicit LatestPattern(Compile compile) : compile_(compile) {}
  Result<const Compiled*> At(std::string_view pattern, std::string_view escape) {
    if (!compiled_ || pattern != pattern_ || escape != escape_) {
      TW_ASSIGN_OR_RETURN(Compiled c, compile_(pattern, escape));
      compiled_ = std::move(c);
      pattern_ = pattern;
      escape_ = escape;
    }
    return &*compiled_;
  }

 private:
  Compile compile_;
  std::optional<Compiled> compiled_;
  std::string pattern_, escape_;
};

template <bool kNegated>
Status Like(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]);
  auto* to = out->mutable_values<uint8_t>();
  if (const auto* literal = static_cast<const LikePattern*>(call.state)) {
    call.rows.ForEach([&](int32_t i) { to[i] = literal->Matches(in[i]) != kNegated; });
    return Status::OK();
  }
  const ColumnView<std::string_view> pattern(*call.args[1]);
  LatestPattern<LikePattern, decltype(&LikePattern::Compile)> latest(&LikePattern::Compile);
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    TW_ASSIGN_OR_RETURN(const LikePattern* p, latest.At(pattern[i], EscapeAt(call, i)));
    to[i] = p->Matches(in[i]) != kNegated;
  }
  return Status::OK();
}

using RegexPtr = std::shared_ptr<const Regex>;

Result<RegexPtr> CompileSimilar(std::string_view pattern, std::string_view escape) {
  TW_ASSIGN_OR_RETURN(const std::string regex, SimilarToRegex(pattern, escape));
  return Regex::Cached(regex, /*whole=*/true);
}

template <bool kNegated>
Status SimilarTo(const KernelCall& call, data::Column* out) {
  const ColumnView<std::string_view> in(*call.args[0]), pattern(*call.args[1]);
  auto* to = out->mutable_values<uint8_t>();
  LatestPattern<RegexPtr, decltype(&CompileSimilar)> latest(&CompileSimilar);
  const auto* literal = static_cast<const Regex*>(call.state);
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    const Regex* regex = literal;
    if (regex == nullptr) {
      TW_ASSIGN_OR_RETURN(const RegexPtr* p, latest.At(pattern[i], EscapeAt(call, i)));
      regex = p->get();
    }
    const size_t* spans;
    TW_ASSIGN_OR_RETURN(const bool found, regex->Find(utf8::Valid(in[i], call.arena), 0, &spans));
    to[i] = found != kNegated;
  }
  return Status::OK();
}

std::optional<Matched> MatchPattern(const BindArgs& a) {
  if (auto m = Match(a, {Arg::kString, Arg::kString})) return m;
  return Match(a, {Arg::kString, Arg::kString, Arg::kString});
}

/// The literal pattern and escape, if both are.
bool Literals(const BindArgs& a, std::string_view* pattern, std::string_view* escape) {
  const auto p = LiteralString(a, 1);
  const auto e = a.types.size() > 2 ? LiteralString(a, 2) : std::string_view();
  if (!p || !e) return false;
  *pattern = *p;
  *escape = *e;
  return true;
}

template <bool kNegated>
Result<BoundFunction> BindLike(const BindArgs& a) {
  auto m = MatchPattern(a);
  if (!m) return NoMatch("LIKE(string, pattern[, escape])", a);
  BoundFunction f = m->Returns(Type::Boolean(), &Like<kNegated>);
  std::string_view pattern, escape;
  if (Literals(a, &pattern, &escape)) {
    TW_ASSIGN_OR_RETURN(LikePattern compiled, LikePattern::Compile(pattern, escape));
    f.state = std::make_shared<LikePattern>(std::move(compiled));
  }
  return f;
}

template <bool kNegated>
Result<BoundFunction> BindSimilar(const BindArgs& a) {
  auto m = MatchPattern(a);
  if (!m) return NoMatch("SIMILAR TO(string, pattern[, escape])", a);
  BoundFunction f = m->Returns(Type::Boolean(), &SimilarTo<kNegated>);
  std::string_view pattern, escape;
  if (Literals(a, &pattern, &escape)) {
    TW_ASSIGN_OR_RETURN(f.state, CompileSimilar(pattern, escape));
  }
  return f;
}

}  // namespace

std::span<const ScalarFunction> LikeFunctions() {
  static const ScalarFunction kEntries[] = {
      {"LIKE",
       {},
       FunctionCategory::kComparison,
       "string LIKE pattern [ESCAPE character]",
       "Whether the string matches the pattern, where '%' stands for any text and '_' for any one "
       "character.",
       {"'Thalweg' LIKE 'T%g'", "TRUE"},
       &BindLike<false>},
      {"NOT LIKE",
       {},
       FunctionCategory::kComparison,
       "string NOT LIKE pattern [ESCAPE character]",
       "Whether the string does not match the pattern.",
       {"'Thalweg' NOT LIKE 't%'", "TRUE"},
       &BindLike<true>},
      {"SIMILAR TO",
       {},
       FunctionCategory::kComparison,
       "string SIMILAR TO pattern [ESCAPE character]",
       "Whether the whole string matches the SQL regular expression: LIKE's wildcards and "
       "| * + ? {n,m} ( ) [ ].",
       {"'abc' SIMILAR TO '(a|b|c)*'", "TRUE"},
       &BindSimilar<false>},
      {"NOT SIMILAR TO",
       {},
       FunctionCategory::kComparison,
       "string NOT SIMILAR TO pattern [ESCAPE character]",
       "Whether the string does not match the SQL regular expression.",
       {"'abc' NOT SIMILAR TO 'ab'", "TRUE"},
       &BindSimilar<true>},
  };
  return kEntries;
}

}  // namespace thalweg::expr
