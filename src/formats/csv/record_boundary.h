// RecordBoundary: finds where a CSV record ends, byte by byte, over any number of pieces.
//
// Only for a record that is cut by the end of a chunk; whole records are cut while they are
// decoded. It follows the same rules (Jackson's): a quote opens only at the beginning of a field,
// CR, LF and CR LF end a record outside quotes, blank and comment lines before a record are not
// records of their own.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "formats/csv/csv_options.h"

namespace thalweg::formats::csv {

class RecordBoundary {
 public:
  explicit RecordBoundary(const CsvOptions& options);

  /// At the beginning of a record; `file_start` allows for a byte order mark.
  void Restart(bool file_start);

  /// Continues with the next bytes: the length of the part that belongs to the record, line end
  /// included, or nothing if all of it does and the end has not come yet.
  std::optional<size_t> Advance(std::string_view bytes);

 private:
  enum class State {
    kMark,        ///< inside a possible byte order mark
    kLineStart,   ///< before the record, where comments are allowed
    kComment,     ///< up to the line end
    kFieldStart,  ///< before the first byte of a field
    kUnquoted,
    kEscape,  ///< after the escape character, unquoted
    kQuoted,
    kQuotedEscape,  ///< after the escape character, quoted
    kQuoteSeen,     ///< after a quote inside quotes: doubled, or the end
    kAfterQuotes,   ///< blanks up to the delimiter
    kCarriage,      ///< after CR: a LF belongs to it
  };

  State Start() const { return comments_ ? State::kLineStart : State::kFieldStart; }

  int delimiter_, quote_, escape_;  // -1: none
  bool comments_;
  State state_ = State::kFieldStart;
  int mark_ = 0;
};

}  // namespace thalweg::formats::csv
