#include "formats/csv/csv_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "formats/text/base64.h"
#include "formats/text/number_text.h"

namespace thalweg::formats::csv {

using data::Type;
using data::TypeRoot;
using text::ColumnWriter;
using text::Trim;

CsvValue::CsvValue(const Type& type, const CsvOptions& options)
    : type_(type),
      root_(type.root()),
      null_literal_(options.null_literal),
      array_delimiter_(options.array_delimiter),
      ignore_parse_errors_(options.ignore_parse_errors),
      timestamps_(text::TimestampStandard::kSql, type.root() == TypeRoot::kTimestampLtz,
                  type.precision()) {
  if (root_ != TypeRoot::kArray && root_ != TypeRoot::kRow) return;
  for (int i = 0; i < type.num_children(); ++i) {
    children_.emplace_back(type.child(i), options);
    positions_.push_back(i);
  }
  text_fields_ = type.num_children();
}

void CsvValue::MapFields(const Type& physical) {
  if (root_ != TypeRoot::kRow) return;
  const auto& all = physical.fields();
  text_fields_ = static_cast<int>(all.size());
  for (size_t i = 0; i < positions_.size(); ++i) {
    for (size_t k = 0; k < all.size(); ++k) {
      if (all[k].name == type_.fields()[i].name) positions_[i] = static_cast<int>(k);
    }
  }
}

bool CsvValue::ConvertOther(std::string_view text, ColumnWriter* writer, int32_t row) {
  if (root_ == TypeRoot::kArray || root_ == TypeRoot::kRow) {
    return ConvertNested(text, writer, row);
  }
  return is_null(text) || ConvertScalar(text, writer, row);
}

bool CsvValue::ConvertScalar(std::string_view text, ColumnWriter* writer, int32_t row) {
  int64_t v;
  switch (root_) {
    case TypeRoot::kNull:
      return true;
    case TypeRoot::kBoolean: {
      const std::string_view t = Trim(text);
      const bool yes = t.size() == 4 && (t[0] | 32) == 't' && (t[1] | 32) == 'r' &&
                       (t[2] | 32) == 'u' && (t[3] | 32) == 'e';
      writer->Set<uint8_t>(row, yes);
      return true;
    }
    case TypeRoot::kTinyint:
      if (!text::ParseInteger(Trim(text), -128, 127, &v)) return false;
      writer->Set(row, static_cast<int8_t>(v));
      return true;
    case TypeRoot::kSmallint:
      if (!text::ParseInteger(Trim(text), -32768, 32767, &v)) return false;
      writer->Set(row, static_cast<int16_t>(v));
      return true;
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      if (!text::ParseInteger(Trim(text), std::numeric_limits<int32_t>::min(),
                              std::numeric_limits<int32_t>::max(), &v)) {
        return false;
      }
      writer->Set(row, static_cast<int32_t>(v));
      return true;
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      if (!text::ParseLong(Trim(text), &v)) return false;
      writer->Set(row, v);
      return true;
    case TypeRoot::kFloat: {
      float f;
      if (!text::ParseFloat(text, &f)) return false;
      writer->Set(row, f);
      return true;
    }
    case TypeRoot::kDouble: {
      double d;
      if (!text::ParseDouble(text, &d)) return false;
      writer->Set(row, d);
      return true;
    }
    case TypeRoot::kDecimal: {
      __int128 d;
      switch (text::ParseDecimal(text, type_.precision(), type_.scale(), &d)) {
        case text::DecimalResult::kOk:
          writer->Set(row, d);
          return true;
        case text::DecimalResult::kOverflow:
          return true;  // NULL
        case text::DecimalResult::kMalformed:
          return false;
      }
      return false;
    }
    case TypeRoot::kDate: {
      const auto days = text::ParseSqlDate(text);
      if (!days) return false;
      writer->Set(row, *days);
      return true;
    }
    case TypeRoot::kTime: {
      const auto millis = text::ParseTimeText(text, true);
      if (!millis || text.starts_with("24")) return false;
      static constexpr int32_t kUnits[] = {1000, 100, 10, 1};
      const int32_t unit = kUnits[std::min(type_.precision(), 3)];
      writer->Set(row, *millis / unit * unit);
      return true;
    }
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      if (timestamps_.Parse(Trim(text), &v) != text::TimestampResult::kOk) return false;
      writer->Set(row, v);
      return true;
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary: {
      std::string bytes;
      if (!text::DecodeBase64(text, &bytes)) return false;
      writer->SetString(row, bytes);
      return true;
    }
    default:
      return false;
  }
}

bool CsvValue::ConvertNested(std::string_view text, ColumnWriter* writer, int32_t row) {
  const bool blank = Trim(text).empty();
  if (root_ == TypeRoot::kArray) {
    bool ok = true;
    for (bool more = !blank; more;) {
      const size_t cut = text.find(array_delimiter_);
      more = cut != std::string_view::npos;
      const int32_t element = writer->AddElement();
      ok = (children_[0].Convert(text.substr(0, cut), true, writer->child(0), element) ||
            ignore_parse_errors_) &&
           ok;
      if (more) text.remove_prefix(cut + 1);
    }
    writer->EndList(row);
    return ok;
  }
  if (blank) return true;  // a ROW without fields is NULL
  int count = 0;
  bool ok = true;
  for (bool more = true; more; ++count) {
    const size_t cut = text.find(array_delimiter_);
    more = cut != std::string_view::npos;
    for (size_t i = 0; i < positions_.size(); ++i) {
      if (positions_[i] != count) continue;
      ok = (children_[i].Convert(text.substr(0, cut), true, writer->child(static_cast<int>(i)),
                                 row) ||
            ignore_parse_errors_) &&
           ok;
    }
    if (more) text.remove_prefix(cut + 1);
  }
  if (count < text_fields_ && !ignore_parse_errors_) ok = false;  // more are left out
  if (ok) writer->SetValid(row);
  return ok;
}

std::string CsvValue::Expected() const {
  if (root_ == TypeRoot::kRow) {
    return fmt::format("{} field{} separated by '{}' for {}", text_fields_,
                       text_fields_ == 1 ? "" : "s", array_delimiter_, type_.ToSummary());
  }
  const std::string summary = type_.WithNullable(true).ToSummary();
  const char first = summary.empty() ? 'x' : summary[0];
  const bool vowel = first == 'A' || first == 'E' || first == 'I' || first == 'O' || first == 'U';
  return fmt::format("a{} {}", vowel ? "n" : "", summary);
}

}  // namespace thalweg::formats::csv
