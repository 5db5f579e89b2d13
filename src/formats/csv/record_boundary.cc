#include "formats/csv/record_boundary.h"

namespace thalweg::formats::csv {
namespace {

constexpr uint8_t kByteOrderMark[] = {0xEF, 0xBB, 0xBF};
int Code(std::optional<char> c) { return c ? static_cast<uint8_t>(*c) : -1; }

}  // namespace

RecordBoundary::RecordBoundary(const CsvOptions& options)
    : delimiter_(static_cast<uint8_t>(options.field_delimiter)),
      quote_(Code(options.quote)),
      escape_(Code(options.escape)),
      comments_(options.allow_comments) {}

void RecordBoundary::Restart(bool file_start) {
  state_ = file_start ? State::kMark : Start();
  mark_ = 0;
}

std::optional<size_t> RecordBoundary::Advance(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int c = static_cast<uint8_t>(bytes[i]);
    const bool line_end = c == '\r' || c == '\n';
    switch (state_) {
      case State::kMark:
        if (c == kByteOrderMark[mark_]) {
          if (++mark_ == 3) state_ = Start();
        } else if (mark_ > 0) {
          state_ = State::kUnquoted;  // invalid UTF-8, reported by the decoder
          --i;
        } else {
          state_ = Start();
          --i;
        }
        continue;
      case State::kLineStart:
        if (c == ' ' || line_end) continue;
        if (c == '#') {
          state_ = State::kComment;
          continue;
        }
        break;  // a field starts
      case State::kComment:
        if (line_end) state_ = State::kLineStart;
        continue;
      case State::kEscape:
        state_ = State::kUnquoted;
        continue;
      case State::kQuotedEscape:
        state_ = State::kQuoted;
        continue;
      case State::kQuoted:
        if (c == quote_) {
          state_ = State::kQuoteSeen;
        } else if (!line_end && c == escape_) {
          state_ = State::kQuotedEscape;
        }
        continue;
      case State::kQuoteSeen:
        if (c == quote_) {
          state_ = State::kQuoted;
          continue;
        }
        state_ = State::kAfterQuotes;
        [[fallthrough]];
      case State::kAfterQuotes:
        if (c == delimiter_) {
          state_ = State::kFieldStart;
          continue;
        }
        if (!line_end) {
          // Anything but a blank is an error; the decoder goes on as with a new field.
          if (c > ' ') state_ = State::kFieldStart;
          continue;
        }
        break;
      case State::kCarriage:
        return c == '\n' ? i + 1 : i;
      case State::kFieldStart:
      case State::kUnquoted:
        break;
    }
    // Outside quotes.
    if (line_end) {
      if (c == '\n') return i + 1;
      state_ = State::kCarriage;
    } else if (c == quote_ && state_ != State::kUnquoted) {
      state_ = State::kQuoted;
    } else if (c == delimiter_) {
      state_ = State::kFieldStart;
    } else {
      state_ = c == escape_ ? State::kEscape : State::kUnquoted;
    }
  }
  return std::nullopt;
}

}  // namespace thalweg::formats::csv
