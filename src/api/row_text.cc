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
      offset_([this](int64_t epoch_seconds) { return zone_->OffsetAt(epoch_seconds); }),
      scratch_(schema_.size()) {}

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
  Cells(batch, row, &scratch_);
  *out += '{';
  for (size_t i = 0; i < scratch_.size(); ++i) {
    if (i > 0) *out += ',';
    AppendJsonString(name(i), out);
    *out += ':';
    const TextCell& cell = scratch_[i];
    const data::TypeRoot root = schema_[i].type.root();
    if (!cell) {
      *out += "null";
    } else if (root == data::TypeRoot::kBoolean) {
      *out += *cell == "TRUE" ? "true" : "false";
    } else if (numeric(i) && IsJsonNumber(*cell)) {
      *out += *cell;
    } else {
      AppendJsonString(*cell, out);
    }
  }
  *out += '}';
}

}  // namespace thalweg::api
