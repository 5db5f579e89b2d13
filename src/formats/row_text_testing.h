// For tests: rows as text, "1|x|NULL|[1, 2]|{k=v}|(1, y)".
#pragma once

#include <string>
#include <vector>

#include "data/batch.h"
#include "data/print.h"
#include "formats/text/number_text.h"
#include "formats/text/time_output.h"

namespace thalweg::formats {

inline void AppendValueText(const data::Column& c, int32_t row, std::string* out) {
  using data::TypeRoot;
  if (c.type().root() == TypeRoot::kNull || c.IsNull(row)) {
    out->append("NULL");
    return;
  }
  const data::Column& s = c.storage();
  const int32_t i = c.StorageIndex(row);
  const auto list = [&](char open, char close, bool pairs) {
    out->push_back(open);
    for (int32_t e = s.offsets()[i]; e < s.offsets()[i + 1]; ++e) {
      if (e > s.offsets()[i]) out->append(", ");
      AppendValueText(*s.children()[0], e, out);
      if (!pairs) continue;
      out->push_back('=');
      AppendValueText(*s.children()[1], e, out);
    }
    out->push_back(close);
  };
  switch (c.type().root()) {
    case TypeRoot::kBoolean:
      out->append(c.At<uint8_t>(row) != 0 ? "true" : "false");
      break;
    case TypeRoot::kTinyint:
      data::AppendInt(c.At<int8_t>(row), out);
      break;
    case TypeRoot::kSmallint:
      data::AppendInt(c.At<int16_t>(row), out);
      break;
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      data::AppendInt(c.At<int32_t>(row), out);
      break;
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      data::AppendInt(c.At<int64_t>(row), out);
      break;
    case TypeRoot::kFloat:
      data::AppendFloat(c.At<float>(row), out);
      break;
    case TypeRoot::kDouble:
      data::AppendDouble(c.At<double>(row), out);
      break;
    case TypeRoot::kDecimal:
      data::AppendDecimal(c.At<__int128>(row), c.type().scale(), out);
      break;
    case TypeRoot::kDate:
      text::AppendDate(c.At<int32_t>(row), out);
      break;
    case TypeRoot::kTime:
      text::AppendTime(c.At<int32_t>(row), true, out);
      break;
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      text::AppendTimestamp(c.At<int64_t>(row), c.type().precision(), ' ',
                            c.type().root() == TypeRoot::kTimestampLtz, out);
      break;
    case TypeRoot::kArray:
      list('[', ']', false);
      break;
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
      list('{', '}', true);
      break;
    case TypeRoot::kRow:
      out->push_back('(');
      for (size_t f = 0; f < s.children().size(); ++f) {
        if (f > 0) out->append(", ");
        AppendValueText(*s.children()[f], i, out);
      }
      out->push_back(')');
      break;
    default:
      out->append(c.At<std::string_view>(row));
  }
}

/// Expected rows.
template <typename... T>
std::vector<std::string> Rows(const T&... rows) {
  return {std::string(rows)...};
}

/// For EXPECT_PRED2.
inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::vector<std::string> RowTexts(const std::vector<data::Batch>& batches) {
  std::vector<std::string> rows;
  for (const data::Batch& b : batches) {
    b.rows().ForEach([&](int32_t row) {
      std::string& text = rows.emplace_back();
      for (size_t c = 0; c < b.columns.size(); ++c) {
        if (c > 0) text.push_back('|');
        AppendValueText(*b.columns[c], row, &text);
      }
    });
  }
  return rows;
}

}  // namespace thalweg::formats
