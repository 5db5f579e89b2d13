// SINGLE_VALUE: the one row of a scalar subquery; a second row is an error.
#include "operators/aggregate/families.h"
#include "operators/aggregate/value_slot.h"

namespace thalweg::operators {
namespace {

class SingleValueAccumulator final : public Accumulator {
 public:
  struct State {
    ValueSlot slot;  // first: OwnedSlot finds it at the accumulator's offset
    int64_t count;
  };
  explicit SingleValueAccumulator(const expr::AggregateCall& call)
      : slots_(call.result.WithNullable(true)), owned_(&slots_, &offset_) {}
  int32_t bytes() const override { return sizeof(State); }
  state::OwnedField* owned() override { return slots_.owns() ? &owned_ : nullptr; }
  std::vector<state::TailPart> tails() const override {
    if (!slots_.owns()) return {};
    return {{state::TailPart::Kind::kString, offset_}};
  }

  Status Update(const UpdateInput& in) override {
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      State* s = StateOf<State>(in.states[k]);
      if (in.sign(k) > 0) {
        if (s->count > 0) return TooMany();
        slots_.Store(&s->slot, *in.args[0], in.rows[k], SlabOf(in.states[k]));
        ++s->count;
      } else {
        if (s->count != 0 && s->count != 1) return TooMany();
        slots_.Free(&s->slot, SlabOf(in.states[k]));
        --s->count;
      }
    }
    return Status::OK();
  }
  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    slots_.Write(SlotsOf(states, count), to);
  }
  data::ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const override {
    return slots_.WriteNested(SlotsOf(states, count));
  }
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      State* to = StateOf<State>(into[k]);
      const State& f = *StateOf<State>(from[k]);
      if (f.count == 0) continue;
      if (to->count + f.count > 1) return TooMany();
      slots_.Copy(&to->slot, f.slot, SlabOf(into[k]));
      to->count += f.count;
    }
    return Status::OK();
  }

 private:
  static Status TooMany() {
    return Status::Evaluation("SingleValueAggFunction received more than one element.");
  }
  std::vector<const ValueSlot*> SlotsOf(uint8_t* const* states, int32_t count) const {
    std::vector<const ValueSlot*> slots;
    for (int32_t k = 0; k < count; ++k) slots.push_back(&StateOf<State>(states[k])->slot);
    return slots;
  }
  const ValueSlots slots_;
  OwnedSlot owned_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeSingleValue(const expr::AggregateCall& call,
                                                     const AccumulatorOptions&) {
  return std::unique_ptr<Accumulator>(new SingleValueAccumulator(call));
}

}  // namespace thalweg::operators
