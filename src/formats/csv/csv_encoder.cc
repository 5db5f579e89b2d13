#include "formats/csv/csv_encoder.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/byte_scan.h"
#include "data/print.h"
#include "formats/text/base64.h"
#include "formats/text/number_text.h"
#include "formats/text/time_output.h"

namespace thalweg::formats::csv {
namespace {

using data::Column;
using data::Type;
using data::TypeRoot;

constexpr size_t kMaxUnquotedChars = 24;
// What has been written is handed on while it is in the first-level cache.
constexpr size_t kChunkBytes = 16 << 10;

}  // namespace

CsvEncoder::CsvEncoder(data::Schema schema, const CsvOptions& options)
    : schema_(std::move(schema)),
      options_(options),
      null_(options.null_literal.value_or("")),
      escape_(options.escape.value_or('\\')) {
  int highest = std::max<int>('\n', static_cast<uint8_t>(options.field_delimiter));
  if (options.quote) highest = std::max<int>(highest, static_cast<uint8_t>(*options.quote));
  min_safe_ = highest + 1;
  for (const data::Field& field : schema_) {
    const bool timestamp = field.type.is_timestamp();
    timestamps_.emplace_back(timestamp ? field.type.precision() : 3, ' ',
                             field.type.root() == TypeRoot::kTimestampLtz);
  }
}

CsvEncoder::CellReader::CellReader(const Column& c) : column(c), storage(c.storage()) {
  switch (c.type().root()) {
    case TypeRoot::kNull:
      kind = Kind::kNull;
      break;
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      kind = Kind::kInt32;
      break;
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      kind = Kind::kInt64;
      break;
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      kind = Kind::kText;
      break;
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      kind = Kind::kTimestamp;
      break;
    default:
      kind = Kind::kOther;
  }
}

bool CsvEncoder::HasUnsafeByte(std::string_view text) const {
  constexpr size_t kWord = 8;
  if (text.size() < kWord || min_safe_ > 0x80) {
    return std::any_of(text.begin(), text.end(),
                       [&](char c) { return static_cast<uint8_t>(c) < min_safe_ || c == escape_; });
  }
  // Subtracting borrows from bit 7 of a byte that is too small; whatever a borrow does to the bytes
  // above, one has been found.
  const uint64_t least = Repeat8(static_cast<uint8_t>(min_safe_));
  const uint64_t escape = Repeat8(static_cast<uint8_t>(escape_));
  const auto unsafe = [&](size_t at) {
    const uint64_t word = Load8(text.data() + at);
    const uint64_t zero_if_escape = word ^ escape;
    return ((word - least) & ~word) | ((zero_if_escape - Repeat8(1)) & ~zero_if_escape);
  };
  uint64_t found = unsafe(text.size() - kWord);
  for (size_t at = 0; at + kWord < text.size(); at += kWord) found |= unsafe(at);
  return (found & kHighBits) != 0;
}

bool CsvEncoder::NeedsQuotes(std::string_view text) const {
  if (!options_.quote) return false;
  if (text.size() > 3 * kMaxUnquotedChars) return true;  // no character has more bytes per unit
  if (HasUnsafeByte(text)) return true;
  if (text.size() <= kMaxUnquotedChars) return false;
  size_t units = 0;  // of UTF-16
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    units += (byte & 0xC0) != 0x80;
    units += byte >= 0xF0;
  }
  return units > kMaxUnquotedChars;
}

void CsvEncoder::AppendText(std::string_view text) {
  if (!NeedsQuotes(text)) {
    text_.Append(text);
    return;
  }
  const char quote = *options_.quote;
  char* to = text_.Reserve(2 * text.size() + 2);
  *to++ = quote;
  if (options_.escape) {
    for (const char c : text) {
      if (c == quote || c == *options_.escape) *to++ = c;
      *to++ = c;
    }
  } else {
    size_t done = 0;  // each quote ends one piece and begins the next
    ForEachByte(text, quote, [&](size_t at) {
      std::memcpy(to, text.data() + done, at + 1 - done);
      to += at + 1 - done;
      done = at;
      return true;
    });
    std::memcpy(to, text.data() + done, text.size() - done);
    to += text.size() - done;
  }
  *to++ = quote;
  text_.Commit(to);
}

bool CsvEncoder::AppendValue(const Column& column, int32_t row, std::string* out) {
  const Type& type = column.type();
  const Column& s = column.storage();
  const int32_t i = column.StorageIndex(row);
  switch (type.root()) {
    case TypeRoot::kBoolean:
      out->append(s.values<uint8_t>()[i] != 0 ? "true" : "false");
      return false;
    case TypeRoot::kTinyint:
      data::AppendInt(s.values<int8_t>()[i], out);
      return false;
    case TypeRoot::kSmallint:
      data::AppendInt(s.values<int16_t>()[i], out);
      return false;
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      data::AppendInt(s.values<int32_t>()[i], out);
      return false;
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      data::AppendInt(s.values<int64_t>()[i], out);
      return false;
    case TypeRoot::kFloat:
      data::AppendFloat(s.values<float>()[i], out);
      return false;
    case TypeRoot::kDouble:
      data::AppendDouble(s.values<double>()[i], out);
      return false;
    case TypeRoot::kDecimal:
      text::AppendDecimalStripped(s.values<__int128>()[i], type.scale(), out);
      return false;
    case TypeRoot::kDate:
      text::AppendDate(s.values<int32_t>()[i], out);
      return true;
    case TypeRoot::kTime:
      text::AppendTime(s.values<int32_t>()[i], true, out);
      return true;
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      text::AppendTimestamp(s.values<int64_t>()[i], type.precision(), ' ',
                            type.root() == TypeRoot::kTimestampLtz, out);
      return true;
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      text::AppendBase64(s.values<std::string_view>()[i], out);
      return true;
    case TypeRoot::kArray:
      for (int32_t e = s.offsets()[i]; e < s.offsets()[i + 1]; ++e) {
        AppendElement(*s.children()[0], e, e == s.offsets()[i], out);
      }
      return true;
    case TypeRoot::kRow:
      for (size_t f = 0; f < s.children().size(); ++f) {
        AppendElement(*s.children()[f], i, f == 0, out);
      }
      return true;
    default:
      out->append(s.values<std::string_view>()[i]);
      return true;
  }
}

void CsvEncoder::AppendElement(const Column& column, int32_t row, bool first, std::string* out) {
  if (!first) out->push_back(options_.array_delimiter);
  if (column.IsNull(row)) {
    out->append(null_);
  } else {
    AppendValue(column, row, out);
  }
}

void CsvEncoder::AppendCell(const CellReader& cell, size_t c, int32_t row) {
  constexpr size_t kMaxIntChars = 20;
  const int32_t i = cell.column.StorageIndex(row);
  const uint8_t* validity = cell.storage.validity();
  if (cell.kind == CellReader::Kind::kNull || (validity != nullptr && validity[i] == 0)) {
    text_.Append(null_);
    return;
  }
  const auto integer = [&](auto value) {
    char* to = text_.Reserve(kMaxIntChars);
    text_.Commit(std::to_chars(to, to + kMaxIntChars, value).ptr);
  };
  switch (cell.kind) {
    case CellReader::Kind::kInt32:
      integer(cell.storage.values<int32_t>()[i]);
      break;
    case CellReader::Kind::kInt64:
      integer(cell.storage.values<int64_t>()[i]);
      break;
    case CellReader::Kind::kText:
      AppendText(cell.storage.values<std::string_view>()[i]);
      break;
    case CellReader::Kind::kTimestamp: {
      char buffer[data::kMaxChars];
      const char* end = timestamps_[c].Write(cell.storage.values<int64_t>()[i], buffer);
      AppendText({buffer, static_cast<size_t>(end - buffer)});
      break;
    }
    default:
      scratch_.clear();
      if (AppendValue(cell.column, row, &scratch_)) {
        AppendText(scratch_);
      } else {
        text_.Append(scratch_);
      }
  }
}

Status CsvEncoder::Encode(const data::Batch& batch, std::string* out) {
  std::vector<CellReader> cells;
  for (const data::ColumnPtr& column : batch.columns) cells.emplace_back(*column);
  batch.rows().ForEach([&](int32_t row) {
    for (size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) text_.Append(options_.field_delimiter);
      AppendCell(cells[c], c, row);
    }
    text_.Append('\n');
    if (text_.size() >= kChunkBytes) text_.MoveTo(out);
  });
  text_.MoveTo(out);
  return Status::OK();
}

}  // namespace thalweg::formats::csv
