#include "operators/window/window_output.h"

#include <algorithm>

namespace thalweg::operators {
using data::Batch;
using data::Column;
using data::ColumnPtr;
using graph::WindowProperty;

Status WindowOutput::Begin(MemoryPool* pool, GroupTable* table, const WindowSlicer* slicer,
                           std::vector<uint8_t*> rows, std::vector<int64_t> starts,
                           std::vector<int64_t> ends) {
  table_ = table;
  slicer_ = slicer;
  rows_ = std::move(rows);
  starts_ = std::move(starts);
  ends_ = std::move(ends);
  next_ = 0;
  charge_.Open(pool);
  return charge_.Set(AllocatedBytes(rows_) + AllocatedBytes(starts_) + AllocatedBytes(ends_));
}

ColumnPtr WindowOutput::PropertyColumn(size_t property, size_t begin, int32_t count) const {
  const size_t at = schema_.size() - properties_.size() + property;
  const data::Type& type = schema_[at].type;
  const int64_t unit = data::TimestampUnitsPerSecond(type.precision()) / 1000;
  auto out = Column::Make(type, count);
  auto* values = out->mutable_values<int64_t>();
  for (int32_t k = 0; k < count; ++k) {
    const size_t i = begin + static_cast<size_t>(k);
    int64_t v = properties_[property] == WindowProperty::kStart ? starts_[i] : ends_[i];
    if (properties_[property] == WindowProperty::kTime) {
      v -= 1;
      if (type.root() == data::TypeRoot::kTimestampLtz) v = slicer_->ToEpoch(v);
    }
    values[k] = v * unit;
  }
  return out;
}

Progress WindowOutput::Run(OperatorContext* context) {
  while (!done()) {
    if (context->output_full()) return Progress::kMore;
    const auto n = static_cast<int32_t>(
        std::min(rows_.size() - next_, static_cast<size_t>(context->batch_rows())));
    uint8_t* const* rows = rows_.data() + next_;
    Batch out;
    out.size = n;
    for (int i = 0; i < num_keys_; ++i) {
      out.columns.push_back(table_->table().EmitKey(i, rows, n));
    }
    for (auto& c : table_->aggregates().Results(rows, n)) out.columns.push_back(std::move(c));
    for (size_t p = 0; p < properties_.size(); ++p) {
      out.columns.push_back(PropertyColumn(p, next_, n));
    }
    next_ += static_cast<size_t>(n);
    context->Emit(std::move(out));
  }
  // The lists of a large window are not kept for the next one.
  rows_ = {};
  starts_ = {};
  ends_ = {};
  next_ = 0;
  charge_.Clear();
  return Progress::kDone;
}

}  // namespace thalweg::operators
