// DateTimeFormat: patterns of java.time.format.DateTimeFormatter ("yyyy-MM-dd HH:mm:ss.SSS") in its
// US locale, for local dates and times.
//
// Compiled once, immutable, thread-safe. Formatting never allocates. Zone letters compile, but
// formatting them fails: a local time has no zone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/civil_time.h"
#include "data/string_arena.h"

namespace thalweg::expr {

class DateTimeFormat {
 public:
  /// kEvaluation for a malformed pattern.
  static Result<DateTimeFormat> Compile(std::string_view pattern);

  /// The text, in the arena's memory.
  Status Format(const data::LocalDateTime& t, data::StringArena* arena,
                std::string_view* out) const;

  /// Times in the same span of so many nanoseconds since 1970 have the same text: a day for
  /// "yyyy-MM-dd", a minute for "HH:mm".
  int64_t granularity_nanos() const { return granularity_nanos_; }

  /// Reads the whole text as Flink does: strict widths, days beyond a month's end become its last
  /// (Java's SMART), missing fields from 1970-01-01T00:00; a zone is read, and has no effect.
  std::optional<data::LocalDateTime> Parse(std::string_view text) const;

 private:
  /// One letter run, a literal, or the brackets of an optional section.
  struct Element {
    char letter = 0;  // 0: literal text; '[' and ']'
    int count = 0;
    std::string literal;
    int match = 0;  // of '[': index of its ']'
    // Widths of numbers, adjacent ones adjusted as java.time does it.
    int min_width = 0, max_width = 0;
    bool exceeds_pad = false;  // EXCEEDS_PAD: a sign is needed beyond min_width
    bool fixed = false;        // NOT_NEGATIVE with equal widths
    int subsequent = 0;        // digits that belong to the numbers behind; -1: fixed by them
  };
  struct Fields;

  Status AddLetters(char letter, int count);
  void AddNumber(Element e);
  Status FormatRange(size_t from, size_t to, const data::LocalDateTime& t, char** out,
                     char* end) const;
  Status FormatOne(const Element& e, const data::LocalDateTime& t, char** out, char* end) const;
  bool ParseRange(size_t from, size_t to, std::string_view text, size_t* at, Fields* f) const;
  bool ParseOne(const Element& e, std::string_view text, size_t* at, Fields* f) const;
  static bool ParseZone(const Element& e, std::string_view text, size_t* at);

  std::vector<Element> elements_;
  std::string pattern_;
  size_t max_size_ = 0;
  int64_t granularity_nanos_ = data::kNanosPerDay;
  int active_number_ = -1;  // while compiling: the number that adjacent ones belong to
};

}  // namespace thalweg::expr
