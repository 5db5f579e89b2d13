// REPLACE, TRANSLATE.
#include <cstring>
#include <utility>

#include "expr/functions/signature.h"
#include "expr/functions/string/string_families.h"
#include "expr/functions/string/utf8.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::Type;

char* Append(std::string_view s, char* out) {
  if (!s.empty()) std::memcpy(out, s.data(), s.size());
  return out + s.size();
}

/// An empty search text matches in front of every UTF-16 unit and at the end (java.lang.String);
/// a pair of surrogates comes apart and leaves two '?'.
std::string_view InsertEverywhere(std::string_view s, std::string_view by,
                                  data::StringArena* arena) {
  const auto units = static_cast<size_t>(utf8::Utf16Length(s));
  const size_t capacity = s.size() + (units + 1) * by.size();
  char* const p = arena->Allocate(capacity);
  char* end = Append(by, p);
  for (size_t at = 0; at < s.size();) {
    const size_t w = utf8::WidthAt(s, at);
    if (w == 4 && !by.empty()) {
      *end++ = '?';
      end = Append(by, end);
      *end++ = '?';
    } else {
      end = Append(s.substr(at, w), end);
    }
    end = Append(by, end);
    at += w;
  }
  const auto size = static_cast<size_t>(end - p);
  arena->ShrinkLast(capacity - size);
  return {p, size};
}

/// f(position) for each occurrence from left to right, without overlaps.
template <typename F>
void ForEachOccurrence(std::string_view s, std::string_view text, F&& f) {
  if (text.size() == 1) {
    ForEachByte(s, text[0], [&](size_t at) {
      f(at);
      return true;
    });
    return;
  }
  for (size_t at = s.find(text); at != s.npos; at = s.find(text, at + text.size())) f(at);
}

Status Replace(const KernelCall& call, std::string_view s, std::string_view from,
               std::string_view by, std::string_view* out, bool*) {
  if (from.empty()) {
    *out = InsertEverywhere(s, by, call.arena);
    return Status::OK();
  }
  size_t capacity = s.size();
  if (by.size() > from.size()) {
    ForEachOccurrence(s, from, [&](size_t) { capacity += by.size() - from.size(); });
  }
  char* p = nullptr;  // until something is replaced
  char* end = nullptr;
  size_t done = 0;
  ForEachOccurrence(s, from, [&](size_t at) {
    if (p == nullptr) p = end = call.arena->Allocate(capacity);
    end = Append(s.substr(done, at - done), end);
    end = Append(by, end);
    done = at + from.size();
  });
  if (p == nullptr) {
    *out = s;
    return Status::OK();
  }
  end = Append(s.substr(done), end);
  const auto size = static_cast<size_t>(end - p);
  call.arena->ShrinkLast(capacity - size);
  *out = {p, size};
  return Status::OK();
}

/// What each character of `from` becomes; the first of equal ones counts.
class Translation {
 public:
  void Assign(std::string_view from, std::string_view to) {
    from_ = from;
    to_ = to;
    pairs_.clear();
    for (char32_t& c : ascii_) c = kKeep;
    size_t at = 0, to_at = 0;
    while (at < from.size()) {
      const char32_t c = utf8::Next(from, &at);
      const char32_t d = to_at < to.size() ? utf8::Next(to, &to_at) : kDrop;
      if (c < 128) {
        if (ascii_[c] == kKeep) ascii_[c] = d;
      } else if (Find(c) == kKeep) {
        pairs_.emplace_back(c, d);
      }
    }
  }
  bool Is(std::string_view from, std::string_view to) const {
    return from_.data() == from.data() && from_.size() == from.size() && to_.data() == to.data() &&
           to_.size() == to.size();
  }
  std::string_view Apply(std::string_view s, data::StringArena* arena) const {
    const size_t capacity = s.size() * 4;
    char* const p = arena->Allocate(capacity);
    char* end = p;
    for (size_t at = 0; at < s.size();) {
      const size_t start = at;
      const char32_t c = utf8::Next(s, &at);
      const char32_t d = c < 128 ? ascii_[c] : Find(c);
      if (d == kKeep) {
        end = Append(s.substr(start, at - start), end);
      } else if (d != kDrop) {
        end = utf8::Write(d, end);
      }
    }
    const auto size = static_cast<size_t>(end - p);
    arena->ShrinkLast(capacity - size);
    return {p, size};
  }

 private:
  static constexpr char32_t kKeep = 0xFFFFFFFF;
  static constexpr char32_t kDrop = 0xFFFFFFFE;
  char32_t Find(char32_t c) const {
    for (const auto& [from, to] : pairs_) {
      if (from == c) return to;
    }
    return kKeep;
  }

  std::string_view from_, to_;
  char32_t ascii_[128];
  std::vector<std::pair<char32_t, char32_t>> pairs_;
};

/// A NULL `from` changes nothing; a NULL `to` drops the characters.
Status Translate(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]), from(*call.args[1]),
      to(*call.args[2]);
  auto* values = out->mutable_values<std::string_view>();
  Translation translation;
  bool assigned = false;
  call.rows.ForEach([&](int32_t i) {
    if (!in.valid(i)) {
      out->SetNull(i);
      return;
    }
    const std::string_view by = to.valid(i) ? to[i] : std::string_view();
    if (in[i].empty() || !from.valid(i) || from[i].empty()) {
      values[i] = in[i];
      return;
    }
    if (!assigned || !translation.Is(from[i], by)) translation.Assign(from[i], by);
    assigned = true;
    values[i] = translation.Apply(in[i], call.arena);
  });
  return Status::OK();
}

Result<BoundFunction> Bind(const BindArgs& a, Kernel kernel, std::string_view signature) {
  if (auto m = Match(a, {Arg::kString, Arg::kString, Arg::kString})) {
    BoundFunction f = m->Returns(Type::String(), kernel);
    f.result_views_args = true;
    return f;
  }
  return NoMatch(signature, a);
}

}  // namespace

std::span<const ScalarFunction> ReplaceFunctions() {
  static const ScalarFunction kEntries[] = {
      {"REPLACE",
       {},
       FunctionCategory::kString,
       "REPLACE(string, search, replacement)",
       "The string with every occurrence of `search`, from left to right, replaced.",
       {"REPLACE('hello world', 'world', 'flink')", "hello flink"},
       [](const BindArgs& a) {
         return Bind(a, &EachRowChecked<Replace>, "REPLACE(string, search, replacement)");
       }},
      {"TRANSLATE",
       {"TRANSLATE3"},
       FunctionCategory::kString,
       "TRANSLATE(string, from, to)",
       "The string with each character of `from` replaced by the one at the same place in `to`, "
       "or removed if `to` is shorter.",
       {"TRANSLATE('www.apache.org', 'wapcheorg', ' APCHEcom')", "   .APACHE.com"},
       [](const BindArgs& a) -> Result<BoundFunction> {
         TW_ASSIGN_OR_RETURN(BoundFunction f, Bind(a, &Translate, "TRANSLATE(string, from, to)"));
         f.nulls = NullPolicy::kCustom;
         f.result = f.result.WithNullable(a.types[0].nullable());
         f.result_nulls = ResultNulls::kAsBound;
         return f;
       }},
  };
  return kEntries;
}

}  // namespace thalweg::expr
