// Regex: a compiled regular expression of Java's dialect, matched by PCRE2's JIT.
//
// Immutable and thread-safe. Matching is bounded: a pattern that backtracks without end is an error
// that names it, never a hang.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::expr {

class Regex {
 public:
  static constexpr size_t kUnset = ~size_t{0};

  /// kEvaluation if the pattern is malformed. `whole`: the match must span the whole text.
  static Result<std::shared_ptr<const Regex>> Compile(std::string_view pattern, bool whole = false);
  /// The same through this thread's cache of recent patterns.
  static Result<std::shared_ptr<const Regex>> Cached(std::string_view pattern, bool whole = false);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  int groups() const { return groups_; }
  /// The leftmost match that begins at or after byte `from`. `text` is valid UTF-8. Group g is
  /// [spans[2g], spans[2g+1]), kUnset where it took no part; valid until this thread's next Find.
  Result<bool> Find(std::string_view text, size_t from, const size_t** spans) const;

 private:
  Regex() = default;
  std::string pattern_;
  void* code_ = nullptr;  // pcre2_code
  bool jit_ = false;
  int groups_ = 0;
};

}  // namespace thalweg::expr
