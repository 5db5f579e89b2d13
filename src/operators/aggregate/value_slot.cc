#include "operators/aggregate/value_slot.h"

#include "data/gather.h"
#include "operators/aggregate/dispatch.h"
#include "state/string_ref.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;
using state::StringRef;

StringRef* StringOf(ValueSlot* slot) { return reinterpret_cast<StringRef*>(slot->value); }
const StringRef* StringOf(const ValueSlot* slot) {
  return reinterpret_cast<const StringRef*>(slot->value);
}

}  // namespace

void ValueSlots::Store(ValueSlot* slot, const Column& column, int32_t row,
                       state::Slab* slab) const {
  const Column& s = column.storage();
  const int32_t i = column.StorageIndex(row);
  if (s.validity() != nullptr && s.validity()[i] == 0) {
    Free(slot, slab);
    slot->state = ValueSlot::kNull;
    return;
  }
  if (nested()) {
    std::string bytes;
    state::EncodeRow(column, row, &bytes);
    StringOf(slot)->Assign(bytes, slab);
  } else if (physical_ == data::PhysicalType::kString) {
    StringOf(slot)->Assign(s.values<std::string_view>()[i], slab);
  } else {
    const auto width = static_cast<size_t>(data::PhysicalWidth(physical_));
    std::memcpy(slot->value, s.values<uint8_t>() + static_cast<size_t>(i) * width, width);
  }
  slot->state = ValueSlot::kValue;
}

void ValueSlots::Copy(ValueSlot* to, const ValueSlot& from, state::Slab* slab) const {
  if (owns()) {
    StringOf(to)->Assign(StringOf(&from)->View(), slab);
  } else {
    std::memcpy(to->value, from.value, sizeof(to->value));
  }
  to->state = from.state;
}

void ValueSlots::Free(ValueSlot* slot, state::Slab* slab) const {
  if (owns()) StringOf(slot)->Free(slab);
  slot->state = ValueSlot::kEmpty;
}

void ValueSlots::Save(const ValueSlot& slot, std::string* out) const {
  if (owns()) StringOf(&slot)->Save(out);
}

Status ValueSlots::Load(ValueSlot* slot, state::Slab* slab, state::ByteReader* in) const {
  if (!owns() || StringOf(slot)->Load(slab, in)) return Status::OK();
  return Status::BadData("state is truncated: a value is cut off");
}

void ValueSlots::Write(const std::vector<const ValueSlot*>& slots, const ResultOutput& to) const {
  DispatchPhysical(physical_, [&](auto tag) {
    using T = decltype(tag);
    T* values = to.out->mutable_values<T>();
    for (size_t k = 0; k < slots.size(); ++k) {
      const int32_t at = to.positions[k];
      if (slots[k]->state != ValueSlot::kValue) {
        to.out->SetNull(at);
        std::memset(static_cast<void*>(&values[at]), 0, sizeof(T));
      } else if constexpr (std::is_same_v<T, std::string_view>) {
        values[at] = to.arena->Add(StringOf(slots[k])->View());
      } else {
        std::memcpy(&values[at], slots[k]->value, sizeof(T));
      }
    }
  });
}

ColumnPtr ValueSlots::WriteNested(const std::vector<const ValueSlot*>& slots) const {
  std::vector<ColumnPtr> parts;
  for (const ValueSlot* slot : slots) {
    if (slot->state != ValueSlot::kValue) {
      parts.push_back(data::Flatten(Column::MakeNull(type_, 1)));
      continue;
    }
    state::ByteReader in(StringOf(slot)->View());
    auto part = state::DecodeRows(type_, 1, &in);
    TW_CHECK(part.ok(), part.status().message());
    parts.push_back(std::move(*part));
  }
  return data::Concat(parts);
}

}  // namespace thalweg::operators
