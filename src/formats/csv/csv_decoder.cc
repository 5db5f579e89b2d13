#include "formats/csv/csv_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/text/bad_text.h"
#include "formats/text/number_text.h"
#include "formats/text/utf8.h"

namespace thalweg::formats::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

int Code(std::optional<char> c) { return c ? static_cast<uint8_t>(*c) : -1; }

bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

}  // namespace

CsvDecoder::CsvDecoder(const DecodeTarget& target, const CsvOptions& options)
    : options_(options),
      quote_(Code(options.quote)),
      escape_(Code(options.escape)),
      scanner_(options.field_delimiter, options.escape.value_or(options.field_delimiter)),
      boundary_(options) {
  fields_.resize(target.physical.size());
  for (const data::Field& column : target.schema) {
    auto output = std::make_unique<Output>(
        Output{column.name, CsvValue(column.type, options), text::ColumnWriter(column.type)});
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (target.physical[i].name != column.name) continue;
      fields_[i].output = static_cast<int>(outputs_.size());
      output->value.MapFields(target.physical[i].type);
    }
    outputs_.push_back(std::move(output));
  }
}

void CsvDecoder::Seek(const DecodePosition& position) {
  position_ = position;
  regions_.clear();
  last_ = false;
  pending_.clear();
}

Status CsvDecoder::Feed(data::BufferPtr chunk, bool last) {
  regions_.clear();
  last_ = last;
  std::string_view bytes(chunk ? reinterpret_cast<const char*>(chunk->data()) : nullptr,
                         chunk ? static_cast<size_t>(chunk->size()) : 0);
  if (!pending_.empty()) {
    const auto length = boundary_.Advance(bytes);
    const bool complete = length.has_value() || last;
    const size_t taken = length.value_or(bytes.size());
    if (pending_.size() + taken > static_cast<size_t>(kMaxRecordBytes)) {
      return Status::BadData(
          fmt::format("a record longer than {} (line {}, byte offset {}); is a closing quote "
                      "missing?",
                      FormatBytes(kMaxRecordBytes), position_.line + 1, position_.byte_offset));
    }
    pending_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (complete) {
      auto stitched = data::Buffer::Copy(pending_);
      const char* p = reinterpret_cast<const char*>(stitched->data());
      regions_.push_back({p, p + pending_.size(), std::move(stitched), true, false});
      pending_.clear();
      pending_.shrink_to_fit();
    }
  }
  if (!bytes.empty()) {
    const bool valid = text::IsValidUtf8Chunk(bytes, last);
    regions_.push_back({bytes.data(), bytes.data() + bytes.size(), std::move(chunk), last, valid});
  }
  if (!regions_.empty()) scanner_.Reset(regions_.front().next, regions_.front().end);
  return Status::OK();
}

/// " (line 3, byte offset 120)" of a byte in the current record.
std::string CsvDecoder::Where(const Region& region, const char* p) const {
  return fmt::format(" (line {}, byte offset {})", position_.line + 1 + leading_lines_,
                     position_.byte_offset + (p - region.next));
}

/// The field ends at `special`, a delimiter, a line end or the region's end; `*p` is set behind.
CsvDecoder::FieldEnd CsvDecoder::EndAt(const Region& region, const char* special,
                                       const char** p) const {
  if (special == region.end) {
    *p = special;
    return region.final ? FieldEnd::kRecord : FieldEnd::kIncomplete;
  }
  *p = special + 1;
  if (*special == options_.field_delimiter) return FieldEnd::kDelimiter;
  if (*special == '\r') {
    if (special + 1 == region.end) {
      if (!region.final) return FieldEnd::kIncomplete;
    } else if (special[1] == '\n') {
      ++*p;
    }
  }
  return FieldEnd::kRecord;
}

inline CsvDecoder::FieldEnd CsvDecoder::ScanField(const Region& region, const char** p,
                                                  std::string_view* field, bool* copied) {
  const char* start = *p;
  *copied = false;
  if (start != region.end && static_cast<uint8_t>(*start) == quote_) {
    return ScanQuoted(region, p, field, copied);
  }
  const char* special = scanner_.Next();
  *field = {start, static_cast<size_t>(special - start)};
  if (special != region.end && *special == options_.field_delimiter) [[likely]] {
    *p = special + 1;
    return FieldEnd::kDelimiter;
  }
  if (special != region.end && escape_ >= 0 && static_cast<uint8_t>(*special) == escape_) {
    *copied = true;
    *p = special;
    const FieldEnd end = ScanEscaped(region, start, p, field);
    scanner_.Seek(*p);
    return end;
  }
  const FieldEnd end = EndAt(region, special, p);
  if (*p - special == 2) scanner_.Seek(*p);
  return end;
}

/// An unquoted field with escapes; `*p` stands on the first one.
CsvDecoder::FieldEnd CsvDecoder::ScanEscaped(const Region& region, const char* start,
                                             const char** p, std::string_view* field) {
  unescaped_.assign(start, *p);
  for (const char* c = *p;; ++c) {
    if (c == region.end || *c == options_.field_delimiter || IsLineEnd(*c)) {
      *field = unescaped_;
      return EndAt(region, c, p);
    }
    if (static_cast<uint8_t>(*c) == escape_) {
      if (++c == region.end) {
        *field = unescaped_;
        *p = region.end;
        return region.final ? FieldEnd::kUnclosed : FieldEnd::kIncomplete;
      }
      static constexpr std::string_view kFrom = "0nrt", kTo{"\0\n\r\t", 4};
      const size_t k = kFrom.find(*c);
      unescaped_.push_back(k == std::string_view::npos ? *c : kTo[k]);
    } else {
      unescaped_.push_back(*c);
    }
  }
}

/// `*p` stands on the opening quote.
CsvDecoder::FieldEnd CsvDecoder::ScanQuoted(const Region& region, const char** p,
                                            std::string_view* field, bool* copied) {
  const char* start = *p + 1;
  const char* c = start;
  const char* piece = start;  // not yet copied to unescaped_
  unescaped_.clear();
  for (;; ++c) {
    if (escape_ < 0) {
      const auto* q =
          static_cast<const char*>(std::memchr(c, quote_, static_cast<size_t>(region.end - c)));
      c = q == nullptr ? region.end : q;
    } else {
      while (c != region.end && static_cast<uint8_t>(*c) != quote_ &&
             static_cast<uint8_t>(*c) != escape_) {
        ++c;
      }
    }
    if (c == region.end || (static_cast<uint8_t>(*c) != quote_ && c + 1 == region.end)) {
      *p = region.end;
      scanner_.Seek(*p);
      *field = {start, static_cast<size_t>(region.end - start)};
      return region.final ? FieldEnd::kUnclosed : FieldEnd::kIncomplete;
    }
    if (static_cast<uint8_t>(*c) == quote_) {
      if (c + 1 == region.end && !region.final) {
        *p = region.end;
        return FieldEnd::kIncomplete;  // may be doubled
      }
      if (c + 1 == region.end || static_cast<uint8_t>(c[1]) != quote_) break;
      unescaped_.append(piece, ++c);
    } else {
      unescaped_.append(piece, c);
      static constexpr std::string_view kFrom = "0nrt", kTo{"\0\n\r\t", 4};
      const size_t k = kFrom.find(*++c);
      unescaped_.push_back(k == std::string_view::npos ? *c : kTo[k]);
    }
    piece = c + 1;
    *copied = true;
  }
  if (*copied) {
    unescaped_.append(piece, c);
    *field = unescaped_;
  } else {
    *field = {start, static_cast<size_t>(c - start)};
  }
  for (const char* n = start; n < c; ++n) {
    embedded_lines_ += *n == '\n' || (*n == '\r' && n[1] != '\n');
  }
  // Blanks may follow the closing quote.
  for (++c; c != region.end; ++c) {
    if (*c == options_.field_delimiter || IsLineEnd(*c)) break;
    if (static_cast<uint8_t>(*c) > ' ') {
      *p = c + 1;
      scanner_.Seek(*p);
      return FieldEnd::kTrailing;
    }
  }
  const FieldEnd end = EndAt(region, c, p);
  scanner_.Seek(*p);
  return end;
}

/// With 'allow-comments': skips comment and blank lines and leading blanks; false if nothing
/// follows in the region.
bool CsvDecoder::SkipToRecord(const Region& region, const char** p) {
  const char* c = *p;
  bool comment = false;
  for (; c != region.end; ++c) {
    if (IsLineEnd(*c)) {
      comment = false;
      embedded_lines_ += *c == '\n' || c + 1 == region.end || c[1] != '\n';
    } else if (*c == '#') {
      comment = true;
    } else if (!comment && *c != ' ') {
      break;
    }
  }
  scanner_.Seek(c);
  *p = c;
  return c != region.end;
}

/// After an error: the rest of the record, field by field, as Jackson resynchronises.
CsvDecoder::FieldEnd CsvDecoder::SkipRest(const Region& region, const char** p) {
  std::string_view field;
  bool copied;
  for (;;) {
    const FieldEnd end = ScanField(region, p, &field, &copied);
    if (end != FieldEnd::kDelimiter && end != FieldEnd::kTrailing) return end;
  }
}

void CsvDecoder::EndRecord(Region* region, const char* begin, const char* p) {
  position_.byte_offset += p - begin;
  position_.line += 1 + embedded_lines_;
  region->next = p;
}

CsvDecoder::Outcome CsvDecoder::Malformed(Region* region, const char* begin, const char** p,
                                          bool at_end, const char* field, std::string message) {
  if (!options_.ignore_parse_errors) {
    error_ = std::move(message) + Where(*region, field);
    return Outcome::kError;
  }
  // A record that is not finished yet is met again as a whole.
  if (!at_end && SkipRest(*region, p) == FieldEnd::kIncomplete) return Outcome::kIncomplete;
  ++skipped_;
  EndRecord(region, begin, *p);
  return Outcome::kNothing;
}

CsvDecoder::Outcome CsvDecoder::DecodeRecord(Region* region, int32_t row) {
  const char* begin = region->next;
  const char* p = begin;
  embedded_lines_ = 0;
  if (position_.byte_offset == 0 &&
      std::string_view(p, static_cast<size_t>(region->end - p)).starts_with(kByteOrderMark)) {
    p += kByteOrderMark.size();
    scanner_.Seek(p);
    if (p == region->end) {
      if (!region->final) return Outcome::kIncomplete;
      position_.byte_offset += p - begin;
      region->next = p;
      return Outcome::kNothing;
    }
  }
  if (options_.allow_comments && !SkipToRecord(*region, &p)) {
    if (!region->final) return Outcome::kIncomplete;
    position_.byte_offset += p - begin;
    position_.line += embedded_lines_;
    region->next = p;
    return Outcome::kNothing;
  }
  leading_lines_ = embedded_lines_;
  const char* record = p;
  const size_t columns = fields_.size();
  size_t count = 0;           // fields of the record
  const char* bad = nullptr;  // the first malformed field, its text and its column
  std::string bad_text;
  const Output* bad_output = nullptr;
  std::string_view field;
  bool copied;
  for (;;) {
    const char* field_begin = p;
    const FieldEnd end = ScanField(*region, &p, &field, &copied);
    if (end > FieldEnd::kRecord) [[unlikely]] {
      if (end == FieldEnd::kIncomplete) return Outcome::kIncomplete;
      if (end == FieldEnd::kUnclosed) {
        return Malformed(
            region, begin, &p, true, field_begin,
            fmt::format("expected a closing quote {} before the end of the file",
                        options_.quote.value_or(escape_ >= 0 ? *options_.escape : '"')));
      }
      return Malformed(region, begin, &p, false, p - 1,
                       fmt::format("expected the delimiter '{}' or a line end after the closing "
                                   "quote of field {}, found {}",
                                   options_.field_delimiter, count + 1, text::Excerpt({p - 1, 1})));
    }
    if (count >= columns) [[unlikely]] {
      // One blank field more is a trailing delimiter.
      if (count > columns || !text::Trim(field).empty() || end != FieldEnd::kRecord) {
        return Malformed(region, begin, &p, end == FieldEnd::kRecord, field_begin,
                         fmt::format("expected {} field{}, found more: {}", columns,
                                     columns == 1 ? "" : "s", text::Excerpt(field)));
      }
      break;
    }
    const int output_index = fields_[count].output;
    if (output_index >= 0) {
      Output& output = *outputs_[static_cast<size_t>(output_index)];
      if (!output.value.Convert(field, copied, &output.writer, row) && bad == nullptr &&
          !options_.ignore_parse_errors) [[unlikely]] {
        bad = field_begin;
        bad_text = field;
        bad_output = &output;
      }
    }
    ++count;
    if (end == FieldEnd::kRecord) break;
  }
  if (!region->valid_utf8 && !text::IsValidUtf8({record, static_cast<size_t>(p - record)}))
      [[unlikely]] {
    return Malformed(region, begin, &p, true, record,
                     "expected UTF-8, found invalid bytes in " +
                         text::Excerpt({record, static_cast<size_t>(p - record)}));
  }
  if (bad != nullptr) [[unlikely]] {
    return Malformed(region, begin, &p, true, bad,
                     fmt::format("column '{}': expected {}, found {}", bad_output->name,
                                 bad_output->value.Expected(), text::Excerpt(bad_text)));
  }
  if (count < outputs_.size() && !options_.ignore_parse_errors) [[unlikely]] {
    return Malformed(
        region, begin, &p, true, record,
        fmt::format("expected {} field{}, found {}: {}", columns, columns == 1 ? "" : "s", count,
                    text::Excerpt({record, static_cast<size_t>(p - record)})));
  }
  EndRecord(region, begin, p);
  return Outcome::kRow;
}

Result<CsvDecoder::State> CsvDecoder::Next(int32_t max_rows, data::Batch* batch) {
  if (regions_.empty()) return last_ ? State::kEnd : State::kNeedInput;
  for (auto& o : outputs_) o->writer.Start(max_rows);
  std::vector<data::BufferPtr> owners;
  int32_t rows = 0;
  while (!regions_.empty() && rows < max_rows) {
    Region& region = regions_.front();
    owners.push_back(region.owner);
    Outcome outcome = Outcome::kNothing;
    while (rows < max_rows && region.next != region.end) {
      outcome = DecodeRecord(&region, rows);
      if (outcome == Outcome::kRow) {
        ++rows;
        continue;
      }
      for (auto& o : outputs_) o->writer.Clear(rows);
      if (outcome != Outcome::kNothing) break;
    }
    if (outcome == Outcome::kError) {
      if (rows == 0) return Status::BadData(error_);
      // Rows before the error are delivered first; the next call meets it again.
      scanner_.Reset(region.next, region.end);
      break;
    }
    if (outcome == Outcome::kIncomplete) {
      const auto rest = static_cast<size_t>(region.end - region.next);
      if (rest > static_cast<size_t>(kMaxRecordBytes)) {
        return Status::BadData(fmt::format("a record longer than {} (line {}, byte offset {})",
                                           FormatBytes(kMaxRecordBytes), position_.line + 1,
                                           position_.byte_offset));
      }
      pending_.assign(region.next, rest);
      boundary_.Restart(position_.byte_offset == 0);
      // By construction the record does not end here; CR at the end may have to be looked at again.
      [[maybe_unused]] const auto end = boundary_.Advance(pending_);
      region.next = region.end;
    }
    if (region.next == region.end) {
      regions_.erase(regions_.begin());
      if (!regions_.empty()) scanner_.Reset(regions_.front().next, regions_.front().end);
    }
  }
  if (rows == 0) {
    return last_ ? State::kEnd : State::kNeedInput;
  }
  *batch = data::Batch();
  batch->size = rows;
  for (auto& o : outputs_) batch->columns.push_back(o->writer.Finish(rows, owners));
  return State::kBatch;
}

}  // namespace thalweg::formats::csv
