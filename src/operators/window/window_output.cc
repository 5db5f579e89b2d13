#include "operators/window/window_output.h"

namespace thalweg::operators {
using data::Batch;
using data::Column;
using data::ColumnPtr;
using graph::WindowProperty;

ColumnPtr WindowOutput::PropertyColumn(size_t property, const WindowSlicer& slicer,
                                       std::span<const FiredRow> fired) const {
  const size_t at = schema_.size() - properties_.size() + property;
  const data::Type& type = schema_[at].type;
  const int64_t unit = data::TimestampUnitsPerSecond(type.precision()) / 1000;
  auto out = Column::Make(type, static_cast<int32_t>(fired.size()));
  auto* values = out->mutable_values<int64_t>();
  for (size_t k = 0; k < fired.size(); ++k) {
    int64_t v = properties_[property] == WindowProperty::kStart ? fired[k].start : fired[k].end;
    if (properties_[property] == WindowProperty::kTime) {
      v -= 1;
      if (type.root() == data::TypeRoot::kTimestampLtz) v = slicer.ToEpoch(v);
    }
    values[k] = v * unit;
  }
  return out;
}

void WindowOutput::Send(OperatorContext* context, GroupTable* table, const WindowSlicer& slicer,
                        std::span<const FiredRow> fired) const {
  std::vector<uint8_t*> rows;
  rows.reserve(fired.size());
  for (const FiredRow& f : fired) rows.push_back(f.row);
  Batch out;
  out.size = static_cast<int32_t>(rows.size());
  for (int i = 0; i < num_keys_; ++i) {
    out.columns.push_back(table->table().EmitKey(i, rows.data(), out.size));
  }
  for (auto& c : table->aggregates().Results(rows.data(), out.size)) {
    out.columns.push_back(std::move(c));
  }
  for (size_t p = 0; p < properties_.size(); ++p) {
    out.columns.push_back(PropertyColumn(p, slicer, fired));
  }
  context->Emit(std::move(out));
}

}  // namespace thalweg::operators
