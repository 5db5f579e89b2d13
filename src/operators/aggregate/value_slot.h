// ValueSlot: one value of any type inside a group's row: fixed width as it is, strings and encoded
// nested values as StringRef. For MIN, MAX, FIRST_VALUE, LAST_VALUE, SINGLE_VALUE.
//
//   | value, 16 bytes | state, 8 bytes: kEmpty, kNull, kValue |
#pragma once

#include <string>
#include <vector>

#include "data/column.h"
#include "data/string_arena.h"
#include "operators/aggregate/accumulator.h"
#include "state/keyed_table.h"

namespace thalweg::operators {

struct ValueSlot {
  enum State : int64_t { kEmpty = 0, kNull = 1, kValue = 2 };
  alignas(8) uint8_t value[16];
  int64_t state;
};

/// What to do with slots of one type.
class ValueSlots {
 public:
  explicit ValueSlots(data::Type type)
      : type_(std::move(type)), physical_(data::PhysicalTypeOf(type_)) {}

  /// Whether the slot holds a StringRef.
  bool owns() const { return physical_ == data::PhysicalType::kString || nested(); }
  bool nested() const {
    return physical_ == data::PhysicalType::kList || physical_ == data::PhysicalType::kRow;
  }
  /// Overwrites the slot with row `row` of `column` (any encoding), freeing what it held.
  void Store(ValueSlot* slot, const data::Column& column, int32_t row, state::Slab* slab) const;
  void Copy(ValueSlot* to, const ValueSlot& from, state::Slab* slab) const;
  void Free(ValueSlot* slot, state::Slab* slab) const;
  void Save(const ValueSlot& slot, std::string* out) const;
  Status Load(ValueSlot* slot, state::Slab* slab, state::ByteReader* in) const;

  /// slot_of(k) for k in [0, count): empty and NULL slots give NULL.
  void Write(const std::vector<const ValueSlot*>& slots, const ResultOutput& to) const;
  data::ColumnPtr WriteNested(const std::vector<const ValueSlot*>& slots) const;
  const data::Type& type() const { return type_; }

 private:
  data::Type type_;
  data::PhysicalType physical_;
};

/// The slot at a fixed place of each row, as the table's owned field.
class OwnedSlot final : public state::OwnedField {
 public:
  OwnedSlot(const ValueSlots* slots, const int32_t* offset) : slots_(slots), offset_(offset) {}
  void Free(uint8_t* row, state::Slab* slab) override { slots_->Free(SlotOf(row), slab); }
  void Save(const uint8_t* row, std::string* out) const override {
    slots_->Save(*SlotOf(const_cast<uint8_t*>(row)), out);
  }
  Status Load(uint8_t* row, state::Slab* slab, state::ByteReader* in) override {
    return slots_->Load(SlotOf(row), slab, in);
  }

 private:
  ValueSlot* SlotOf(uint8_t* row) const { return reinterpret_cast<ValueSlot*>(row + *offset_); }
  const ValueSlots* const slots_;
  const int32_t* const offset_;  // the accumulator's, set by Place
};

}  // namespace thalweg::operators
