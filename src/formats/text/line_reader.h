// LineReader: cuts chunks into lines, as Flink's file source does for message formats (json, raw).
//
// A line ends at LF or at the end of the file; one CR before it is dropped. A line that goes on in
// the next chunk is put together in a buffer of its own; every byte is looked at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace thalweg::formats::text {

/// A longer line is an error.
constexpr int64_t kMaxLineBytes = 64 << 20;

class LineReader {
 public:
  struct Line {
    std::string_view text;  ///< without its end
    const char* limit;      ///< bytes up to here may be read
    const data::BufferPtr* owner;
    bool valid_utf8;  ///< false: not checked
  };

  void Seek(const DecodePosition& position);
  Status Feed(data::BufferPtr chunk, bool last);

  /// The next line, if it is there as a whole; Take consumes it.
  bool Peek(Line* line);
  void Take();

  /// After the lines taken.
  const DecodePosition& position() const { return position_; }
  bool last() const { return last_; }
  /// " (line 3, byte offset 120)" of a byte in the line that Peek has returned.
  std::string Where(const char* p) const;

 private:
  struct Region {
    const char* next;
    const char* end;
    data::BufferPtr owner;
    bool final;
    bool valid_utf8;
  };

  std::vector<Region> regions_;  // the line stitched over two chunks, then the chunk
  std::string pending_;          // the beginning of a line that goes on in the next chunk
  const char* after_ = nullptr;  // of the line that Peek has returned; null: none
  bool last_ = false;
  DecodePosition position_;
};

}  // namespace thalweg::formats::text
