#include "formats/csv/csv_encoder.h"

#include <algorithm>

#include "data/print.h"
#include "formats/text/base64.h"
#include "formats/text/number_text.h"
#include "formats/text/time_output.h"

namespace thalweg::formats::csv {
namespace {

using data::Column;
using data::Type;
using data::TypeRoot;

constexpr int kMaxUnquotedChars = 24;

}  // namespace

CsvEncoder::CsvEncoder(data::Schema schema, const CsvOptions& options)
    : schema_(std::move(schema)), options_(options), null_(options.null_literal.value_or("")) {
  int highest = std::max<int>('\n', static_cast<uint8_t>(options.field_delimiter));
  if (options.quote) highest = std::max<int>(highest, static_cast<uint8_t>(*options.quote));
  min_safe_ = highest + 1;
}

bool CsvEncoder::NeedsQuotes(std::string_view text) const {
  if (!options_.quote) return false;
  int chars = 0;  // UTF-16 units
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    chars += (byte & 0xC0) != 0x80;
    chars += byte >= 0xF0;
    if (byte < min_safe_ || c == options_.escape.value_or('\\')) return true;
  }
  return chars > kMaxUnquotedChars;
}

void CsvEncoder::AppendText(std::string_view text, std::string* out) const {
  if (!NeedsQuotes(text)) {
    out->append(text);
    return;
  }
  const char quote = *options_.quote;
  out->push_back(quote);
  for (const char c : text) {
    if (c == quote || (options_.escape && c == *options_.escape)) out->push_back(c);
    out->push_back(c);
  }
  out->push_back(quote);
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

void CsvEncoder::AppendCell(const Column& column, int32_t row, std::string* out) {
  if (column.type().root() == TypeRoot::kNull || column.IsNull(row)) {
    out->append(null_);
    return;
  }
  if (column.type().is_character()) {
    AppendText(column.At<std::string_view>(row), out);
    return;
  }
  const size_t begin = out->size();
  if (!AppendValue(column, row, out)) return;
  if (!NeedsQuotes(std::string_view(*out).substr(begin))) return;
  scratch_.assign(*out, begin);
  out->resize(begin);
  AppendText(scratch_, out);
}

Status CsvEncoder::Encode(const data::Batch& batch, std::string* out) {
  batch.rows().ForEach([&](int32_t row) {
    for (size_t c = 0; c < batch.columns.size(); ++c) {
      if (c > 0) out->push_back(options_.field_delimiter);
      AppendCell(*batch.columns[c], row, out);
    }
    out->push_back('\n');
  });
  return Status::OK();
}

}  // namespace thalweg::formats::csv
