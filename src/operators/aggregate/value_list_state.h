// Two value lists in a group's row: the values, and the retractions that have not yet met their
// value (they cancel what is merged later). What LISTAGG with retractions and ARRAY_AGG keep.
#pragma once

#include "operators/aggregate/accumulator.h"
#include "state/value_list.h"

namespace thalweg::operators {

struct ValueListState {
  state::ValueList values;
  state::ValueList retracted;

  void Add(std::string_view bytes, int sign, state::Slab* slab) {
    if (sign > 0) {
      values.Append(bytes, slab);
    } else if (!values.RemoveFirst(bytes, slab)) {
      retracted.Append(bytes, slab);
    }
  }
  void Merge(const ValueListState& from, state::Slab* slab) {
    for (uint32_t i = 0; i < from.values.size(); ++i) values.Append(from.values[i], slab);
    for (uint32_t i = 0; i < from.retracted.size(); ++i) retracted.Append(from.retracted[i], slab);
    if (retracted.size() == 0) return;
    std::vector<std::string> open;
    for (uint32_t i = 0; i < retracted.size(); ++i) open.emplace_back(retracted[i]);
    retracted.Free(slab);
    for (const std::string& bytes : open) {
      if (!values.RemoveFirst(bytes, slab)) retracted.Append(bytes, slab);
    }
  }
};

/// Base of accumulators whose state is a ValueListState.
class ValueListAccumulator : public Accumulator, private state::OwnedField {
 public:
  int32_t bytes() const override { return sizeof(ValueListState); }
  state::OwnedField* owned() override { return this; }
  std::vector<state::TailPart> tails() const override {
    constexpr auto kList = state::TailPart::Kind::kList;
    return {{kList, offset_}, {kList, offset_ + static_cast<int32_t>(sizeof(state::ValueList))}};
  }
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      StateOf<ValueListState>(into[k])->Merge(*StateOf<ValueListState>(from[k]), SlabOf(into[k]));
    }
    return Status::OK();
  }

 private:
  void Free(uint8_t* row, state::Slab* slab) override {
    StateOf<ValueListState>(row)->values.Free(slab);
    StateOf<ValueListState>(row)->retracted.Free(slab);
  }
  void Save(const uint8_t* row, std::string* out) const override {
    StateOf<ValueListState>(row)->values.Save(out);
    StateOf<ValueListState>(row)->retracted.Save(out);
  }
  Status Load(uint8_t* row, state::Slab* slab, state::ByteReader* in) override {
    TW_RETURN_IF_ERROR(StateOf<ValueListState>(row)->values.Load(slab, in));
    return StateOf<ValueListState>(row)->retracted.Load(slab, in);
  }
};

}  // namespace thalweg::operators
