// SimpleDateFormat: patterns of java.text.SimpleDateFormat in its US locale, which Flink still uses
// in FROM_UNIXTIME, UNIX_TIMESTAMP, TO_DATE, CONVERT_TZ and DATE_FORMAT of text.
//
// Lenient as Java's: parsing stops where the pattern ends, fields out of range carry over. Compiled
// once, immutable, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/string_arena.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

class SimpleDateFormat {
 public:
  /// kEvaluation for a malformed pattern.
  static Result<SimpleDateFormat> Compile(std::string_view pattern);

  /// The text of an instant in a zone, in the arena's memory.
  std::string_view Format(int64_t epoch_ms, const TimeZone& zone, data::StringArena* arena) const;
  /// The instant that a text means in a zone (two-digit years: within 80 years before and 20 after
  /// `now_ms`), or nullopt.
  std::optional<int64_t> Parse(std::string_view text, const TimeZone& zone, int64_t now_ms) const;

 private:
  struct Element {
    char letter = 0;  // 0: literal
    int count = 0;
    std::string literal;
    bool obey_count = false;  // a number follows directly
  };
  std::vector<Element> elements_;
  size_t max_size_ = 0;
};

}  // namespace thalweg::expr
