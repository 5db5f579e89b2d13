// Rows of a KeyedTable as columns and as snapshot bytes.
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

constexpr uint32_t kFormat = 0x54574B31;  // "TWK1"

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

void KeyedTable::AppendGroup(int key_group, std::string* bytes) const {
  const auto& p = partitions_[static_cast<size_t>(key_group - options_.groups.first)];
  if (p == nullptr) return;
  const size_t start = bytes->size();
  AppendFixed(kFormat, bytes);
  AppendFixed(layout_.row_bytes(), bytes);
  AppendFixed(int64_t{0}, bytes);
  int64_t count = 0;
  for (const Page& page : p->pages) {
    for (int32_t i = 0; i < page.used; ++i) {
      const uint8_t* row = page.data + static_cast<int64_t>(i) * layout_.row_bytes();
      if (HeaderOf(row)->stamp == RowHeader::kFree) continue;
      ++count;
      bytes->append(reinterpret_cast<const char*>(row), static_cast<size_t>(layout_.row_bytes()));
      for (int k = 0; k < layout_.num_keys(); ++k) {
        if (!layout_.key_is_string(k)) continue;
        AppendBytes(reinterpret_cast<const StringRef*>(row + layout_.key_offset(k))->View(), bytes);
      }
      for (const OwnedField* f : owned_) f->Save(row, bytes);
    }
  }
  if (count == 0) {
    bytes->resize(start);
    return;
  }
  std::memcpy(bytes->data() + start + 8, &count, sizeof(count));
}

Status KeyedTable::LoadGroup(std::string_view bytes, const OnDuplicate& on_duplicate) {
  ByteReader in(bytes);
  const auto format = in.Fixed<uint32_t>();
  const auto row_bytes = in.Fixed<int32_t>();
  const auto count = in.Fixed<int64_t>();
  if (format != kFormat || row_bytes != layout_.row_bytes()) {
    return Status::BadData(
        fmt::format("state does not fit the operator: rows of {} bytes, expected {}", row_bytes,
                    layout_.row_bytes()));
  }
  for (int64_t i = 0; i < count; ++i) {
    const char* saved = in.Raw(static_cast<size_t>(row_bytes));
    if (saved == nullptr) return Status::BadData("state is truncated: a row is cut off");
    uint64_t hash;
    std::memcpy(&hash, saved, sizeof(hash));
    if (!options_.groups.contains(data::KeyGroupOf(hash, options_.max_parallelism))) {
      return Status::BadData("state holds a row of another subtask's key group");
    }
    Partition& p = PartitionOf(hash);
    uint8_t* row = Take(&p, hash);
    std::memcpy(row, saved, static_cast<size_t>(row_bytes));
    HeaderOf(row)->stamp = RowHeader::kRestored;
    for (int k = 0; k < layout_.num_keys(); ++k) {
      if (!layout_.key_is_string(k)) continue;
      reinterpret_cast<StringRef*>(row + layout_.key_offset(k))->Store(in.Bytes(), p.slab.get());
    }
    for (OwnedField* f : owned_) TW_RETURN_IF_ERROR(f->Load(row, p.slab.get(), &in));
    if (!in.ok()) return Status::BadData("state is truncated: a row's values are cut off");
    uint8_t* first = FindSameKey(row);
    if (first == nullptr) {
      index_.Insert(hash, row);
    } else if (on_duplicate != nullptr) {
      on_duplicate(first, row);
    } else {
      return Status::BadData("state holds a key twice");
    }
  }
  return Status::OK();
}

}  // namespace thalweg::state
