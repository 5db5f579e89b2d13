// FIRST_VALUE and LAST_VALUE: by arrival, NULLs ignored. With retractions all values are kept in
// arrival order; a retraction takes out the oldest equal one.
#include "data/gather.h"
#include "operators/aggregate/families.h"
#include "operators/aggregate/value_slot.h"
#include "state/value_codec.h"
#include "state/value_list.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;

class FirstLastAccumulator final : public Accumulator {
 public:
  FirstLastAccumulator(const expr::AggregateCall& call, bool first)
      : slots_(call.result.WithNullable(true)), owned_(&slots_, &offset_), first_(first) {}
  int32_t bytes() const override { return sizeof(ValueSlot); }
  state::OwnedField* owned() override { return slots_.owns() ? &owned_ : nullptr; }
  std::vector<state::TailPart> tails() const override {
    if (!slots_.owns()) return {};
    return {{state::TailPart::Kind::kString, offset_}};
  }

  Status Update(const UpdateInput& in) override {
    const Column& arg = *in.args[0];
    const int32_t n = in.rows.count();
    // LAST_VALUE: only the last row of a group counts, but which that is costs more to find out.
    for (int32_t k = 0; k < n; ++k) {
      ValueSlot* slot = StateOf<ValueSlot>(in.states[k]);
      if (first_ && slot->state != ValueSlot::kEmpty) continue;
      if (arg.IsNull(in.rows[k])) continue;
      slots_.Store(slot, arg, in.rows[k], SlabOf(in.states[k]));
    }
    return Status::OK();
  }
  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    slots_.Write(SlotsOf(states, count), to);
  }
  ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const override {
    return slots_.WriteNested(SlotsOf(states, count));
  }
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      const ValueSlot& f = *StateOf<ValueSlot>(from[k]);
      ValueSlot* to = StateOf<ValueSlot>(into[k]);
      if (f.state == ValueSlot::kEmpty || (first_ && to->state != ValueSlot::kEmpty)) continue;
      slots_.Copy(to, f, SlabOf(into[k]));
    }
    return Status::OK();
  }

 private:
  std::vector<const ValueSlot*> SlotsOf(uint8_t* const* states, int32_t count) const {
    std::vector<const ValueSlot*> slots;
    for (int32_t k = 0; k < count; ++k) slots.push_back(StateOf<ValueSlot>(states[k]));
    return slots;
  }
  const ValueSlots slots_;
  OwnedSlot owned_;
  const bool first_;
};

class FirstLastRetractAccumulator final : public Accumulator, private state::OwnedField {
 public:
  FirstLastRetractAccumulator(const expr::AggregateCall& call, bool first)
      : type_(call.result.WithNullable(true)), first_(first) {}
  int32_t bytes() const override { return sizeof(state::ValueList); }
  state::OwnedField* owned() override { return this; }
  std::vector<state::TailPart> tails() const override {
    return {{state::TailPart::Kind::kList, offset_}};
  }

  Status Update(const UpdateInput& in) override {
    const Column& arg = *in.args[0];
    std::string bytes;
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      if (arg.IsNull(in.rows[k])) continue;
      bytes.clear();
      state::EncodeRow(arg, in.rows[k], &bytes);
      auto* list = StateOf<state::ValueList>(in.states[k]);
      if (in.sign(k) > 0) {
        list->Append(bytes, SlabOf(in.states[k]));
      } else {
        list->RemoveFirst(bytes, SlabOf(in.states[k]));
      }
    }
    return Status::OK();
  }
  ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const override {
    std::vector<ColumnPtr> parts;
    for (int32_t k = 0; k < count; ++k) {
      const auto& list = *StateOf<state::ValueList>(states[k]);
      if (list.size() == 0) {
        parts.push_back(data::Flatten(Column::MakeNull(type_, 1)));
        continue;
      }
      state::ByteReader in(list[first_ ? 0 : list.size() - 1]);
      auto part = state::DecodeRows(type_, 1, &in);
      TW_CHECK(part.ok(), part.status().message());
      parts.push_back(std::move(*part));
    }
    return data::Concat(parts);
  }
  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    const ValueSlots slots(type_);
    const ColumnPtr values = NestedResult(states, count);
    std::vector<ValueSlot> made(static_cast<size_t>(count));
    std::vector<const ValueSlot*> pointers;
    // Through slots of our own, which keep the bytes only until they are written out.
    for (int32_t k = 0; k < count; ++k) {
      ValueSlot& s = made[static_cast<size_t>(k)];
      s = ValueSlot{};
      slots.Store(&s, *values, k, SlabOf(states[k]));
      pointers.push_back(&s);
    }
    slots.Write(pointers, to);
    for (int32_t k = 0; k < count; ++k) {
      slots.Free(&made[static_cast<size_t>(k)], SlabOf(states[k]));
    }
  }
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      const auto& f = *StateOf<state::ValueList>(from[k]);
      for (uint32_t i = 0; i < f.size(); ++i) {
        StateOf<state::ValueList>(into[k])->Append(f[i], SlabOf(into[k]));
      }
    }
    return Status::OK();
  }

 private:
  void Free(uint8_t* row, state::Slab* slab) override {
    StateOf<state::ValueList>(row)->Free(slab);
  }
  void Save(const uint8_t* row, std::string* out) const override {
    StateOf<state::ValueList>(row)->Save(out);
  }
  Status Load(uint8_t* row, state::Slab* slab, state::ByteReader* in) override {
    return StateOf<state::ValueList>(row)->Load(slab, in);
  }
  const data::Type type_;
  const bool first_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeFirstLast(const expr::AggregateCall& call,
                                                   const AccumulatorOptions&) {
  return std::unique_ptr<Accumulator>(
      new FirstLastAccumulator(call, call.kind == expr::AggregateKind::kFirstValue));
}

Result<std::unique_ptr<Accumulator>> MakeFirstLastRetract(const expr::AggregateCall& call,
                                                          const AccumulatorOptions&) {
  return std::unique_ptr<Accumulator>(
      new FirstLastRetractAccumulator(call, call.kind == expr::AggregateKind::kFirstValue));
}

}  // namespace thalweg::operators
