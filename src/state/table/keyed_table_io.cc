// Keys of a KeyedTable as columns.
#include <fmt/format.h>

#include <cstring>

#include "data/gather.h"
#include "data/string_arena.h"
#include "state/keyed_table.h"
#include "state/string_ref.h"
#include "state/value_codec.h"

namespace thalweg::state {
namespace {
using data::Column;
using data::ColumnPtr;
using data::PhysicalType;

template <typename T>
void CopyKeys(uint8_t* const* rows, int32_t count, int32_t offset, Column* out) {
  T* to = out->mutable_values<T>();
  for (int32_t k = 0; k < count; ++k) std::memcpy(&to[k], rows[k] + offset, sizeof(T));
}

ColumnPtr EmitNested(const data::Type& type, uint8_t* const* rows, int32_t count, int32_t offset) {
  std::vector<ColumnPtr> parts;
  for (int32_t k = 0; k < count; ++k) {
    const std::string_view bytes = reinterpret_cast<const StringRef*>(rows[k] + offset)->View();
    if (bytes.empty()) {
      parts.push_back(data::Flatten(Column::MakeNull(type, 1)));
      continue;
    }
    ByteReader in(bytes);
    auto part = DecodeRows(type, 1, &in);
    TW_CHECK(part.ok(), part.status().message());
    parts.push_back(std::move(*part));
  }
  if (parts.empty()) return data::Flatten(Column::MakeNull(type, 0));
  return data::Concat(parts);
}

}  // namespace

ColumnPtr KeyedTable::EmitKey(int key, uint8_t* const* rows, int32_t count) const {
  const PhysicalType physical = layout_.key_physical(key);
  const data::Type& type = layout_.key_type(key);
  const int32_t offset = layout_.key_offset(key);
  if (physical == PhysicalType::kList || physical == PhysicalType::kRow) {
    return EmitNested(type, rows, count, offset);
  }
  auto out = Column::Make(type, count);
  if (physical == PhysicalType::kString) {
    data::StringArena arena;
    auto* to = out->mutable_values<std::string_view>();
    for (int32_t k = 0; k < count; ++k) {
      to[k] = arena.Add(reinterpret_cast<const StringRef*>(rows[k] + offset)->View());
    }
    arena.AttachTo(out.get());
  } else {
    switch (data::PhysicalWidth(physical)) {
      case 1:
        CopyKeys<uint8_t>(rows, count, offset, out.get());
        break;
      case 2:
        CopyKeys<uint16_t>(rows, count, offset, out.get());
        break;
      case 4:
        CopyKeys<uint32_t>(rows, count, offset, out.get());
        break;
      case 8:
        CopyKeys<uint64_t>(rows, count, offset, out.get());
        break;
      case 16:
        CopyKeys<Int128>(rows, count, offset, out.get());
        break;
      default:
        break;
    }
  }
  for (int32_t k = 0; k < count; ++k) {
    if (layout_.IsNull(rows[k], key)) out->SetNull(k);
  }
  return out;
}

}  // namespace thalweg::state
