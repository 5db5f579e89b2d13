#include "api/row_text.h"

#include <cstdio>
#include <utility>

#include "api/json_string.h"
#include "data/print.h"

namespace thalweg::api {
namespace {

// Whether the cell's text is JSON's notation already: not so for NaN and Infinity.
bool IsJsonNumber(std::string_view text) {
  return text.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
}

}  // namespace

Result<std::shared_ptr<const expr::TimeZone>> SessionZone(const Configuration& configuration) {
  const std::string id = configuration.GetString("table.local-time-zone");
  if (id == "default") return expr::TimeZone::System();
  return expr::TimeZone::Find(id);
}

RowText::RowText(data::Schema schema, std::shared_ptr<const expr::TimeZone> zone)
    : schema_(std::move(schema)),
      zone_(std::move(zone)),
      offset_([this](int64_t epoch_seconds) { return zone_->OffsetAt(epoch_seconds); }) {}

void RowText::Cells(const data::Batch& batch, int32_t row, TextRow* out) {
  out->resize(batch.columns.size());
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    TextCell& cell = (*out)[i];
    if (batch.columns[i]->IsNull(row)) {
      cell.reset();
      continue;
    }
    if (cell) {
      cell->clear();
    } else {
      cell.emplace();
    }
    data::AppendCell(*batch.columns[i], row, &*cell, offset_);
  }
}

void RowText::AppendChange(const data::Batch& batch, int32_t row, std::string* out) {
  *out += data::ShortString(batch.kind(row));
  *out += '[';
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    if (i > 0) *out += ", ";
    data::AppendPrint(*batch.columns[i], row, out);
  }
  *out += ']';
}

void RowText::AppendJson(const data::Batch& batch, int32_t row, std::string* out) {
  *out += '{';
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    if (i > 0) *out += ',';
    AppendJsonString(name(i), out);
    *out += ':';
    AppendJsonValue(*batch.columns[i], row, out);
  }
  *out += '}';
}

void RowText::AppendJsonValue(const data::Column& column, int32_t row, std::string* out) {
  if (column.IsNull(row) || column.physical() == data::PhysicalType::kNull) {
    *out += "null";
    return;
  }
  const data::Column& c = column.storage();
  const int32_t i = column.StorageIndex(row);
  const char* separator = "";
  switch (c.type().root()) {
    case data::TypeRoot::kBoolean:
      *out += c.values<uint8_t>()[i] != 0 ? "true" : "false";
      return;
    case data::TypeRoot::kArray:
      *out += '[';
      for (int32_t k = c.offsets()[i]; k < c.offsets()[i + 1]; ++k) {
        *out += std::exchange(separator, ",");
        AppendJsonValue(*c.children()[0], k, out);
      }
      *out += ']';
      return;
    case data::TypeRoot::kRow:
      *out += '{';
      for (size_t k = 0; k < c.children().size(); ++k) {
        *out += std::exchange(separator, ",");
        AppendJsonString(c.type().fields()[k].name, out);
        *out += ':';
        AppendJsonValue(*c.children()[k], i, out);
      }
      *out += '}';
      return;
    case data::TypeRoot::kMap:
    case data::TypeRoot::kMultiset:
      return AppendJsonMap(c, i, out);
    default:
      break;
  }
  scratch_.clear();
  data::AppendCell(c, i, &scratch_, offset_);
  if (c.type().is_numeric() && IsJsonNumber(scratch_)) {
    *out += scratch_;
  } else {
    AppendJsonString(scratch_, out);
  }
}

// A key that is no text is named by its cell.
void RowText::AppendJsonMap(const data::Column& map, int32_t row, std::string* out) {
  *out += '{';
  for (int32_t k = map.offsets()[row]; k < map.offsets()[row + 1]; ++k) {
    if (k > map.offsets()[row]) *out += ',';
    scratch_.clear();
    data::AppendCell(*map.children()[0], k, &scratch_, offset_);
    AppendJsonString(scratch_, out);
    *out += ':';
    AppendJsonValue(*map.children()[1], k, out);
  }
  *out += '}';
}

}  // namespace thalweg::api
