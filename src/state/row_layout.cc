#include "state/row_layout.h"

namespace thalweg::state {

RowLayout::RowLayout(const std::vector<data::Type>& key_types, int32_t value_bytes)
    : value_bytes_(value_bytes) {
  const auto words = static_cast<int32_t>((key_types.size() + 31) / 32);
  int32_t offset = static_cast<int32_t>(sizeof(RowHeader)) + (words * 4 + 7) / 8 * 8;
  for (const data::Type& type : key_types) {
    using data::PhysicalType;
    const PhysicalType p = data::PhysicalTypeOf(type);
    const bool is_string =
        p == PhysicalType::kString || p == PhysicalType::kList || p == PhysicalType::kRow;
    keys_.push_back({type, p, offset, is_string});
    offset += is_string || p == PhysicalType::kInt128 ? 16 : 8;
  }
  value_offset_ = offset;
  row_bytes_ = (offset + value_bytes + 7) / 8 * 8;
}

}  // namespace thalweg::state
