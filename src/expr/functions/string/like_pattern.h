// LikePattern: a LIKE pattern, compiled; SIMILAR TO patterns as regular expressions.
//
// '%' is any text, '_' any one character but a line terminator (so does Flink, which makes a
// regular expression of it). Matching takes at most |text| * |pattern| steps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace thalweg::expr {

class LikePattern {
 public:
  /// `escape` is empty or one character; kEvaluation for a malformed escape sequence.
  static Result<LikePattern> Compile(std::string_view pattern, std::string_view escape);

  bool Matches(std::string_view s) const {
    switch (shape_) {
      case Shape::kExact:
        return s == text_;
      case Shape::kPrefix:
        return s.starts_with(text_);
      case Shape::kSuffix:
        return s.ends_with(text_);
      case Shape::kContains:
        return s.find(text_) != std::string_view::npos;
      case Shape::kAny:
        return true;
      case Shape::kGeneral:
        return MatchesGeneral(s);
    }
    return false;
  }

 private:
  enum class Shape : uint8_t { kExact, kPrefix, kSuffix, kContains, kAny, kGeneral };
  bool MatchesGeneral(std::string_view s) const;

  Shape shape_ = Shape::kExact;
  std::string text_;
  /// Pieces between the '%'s: literal bytes, with '_' as kOne.
  struct Piece {
    std::string text;
    std::vector<bool> one;  // per byte of text: stands for '_'
    bool has_one = false;
  };
  std::vector<Piece> pieces_;  // kGeneral: at least one; a '%' between each two
  /// Bytes of `s` from `at` on that `piece` matches, or npos.
  static size_t MatchPiece(const Piece& piece, std::string_view s, size_t at);
};

/// A SIMILAR TO pattern in Java's regular expressions; matches the whole text.
Result<std::string> SimilarToRegex(std::string_view pattern, std::string_view escape);

}  // namespace thalweg::expr
