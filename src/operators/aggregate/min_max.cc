// MIN and MAX over insert-only input: the extreme value so far.
#include "operators/aggregate/dispatch.h"
#include "operators/aggregate/families.h"
#include "operators/aggregate/value_slot.h"
#include "state/string_ref.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;
using state::StringRef;

template <typename T, bool kMax>
class MinMaxAccumulator final : public Accumulator {
 public:
#pragma pack(push, 8)
  struct State {
    T value;
    int64_t has;
  };
#pragma pack(pop)
  explicit MinMaxAccumulator(data::Type result) : result_(std::move(result)) {}
  int32_t bytes() const override { return sizeof(State); }

  Status Update(const UpdateInput& in) override {
    const data::ColumnView<T> v(*in.args[0]);
    const int32_t n = in.rows.count();
    if (v.validity == nullptr && v.mask == -1 && in.rows.dense()) {
      const T* values = v.values;
      for (int32_t k = 0; k < n; ++k) Take(StateOf<State>(in.states[k]), values[k]);
      return Status::OK();
    }
    for (int32_t k = 0; k < n; ++k) {
      const int32_t row = in.rows[k];
      if (v.valid(row)) Take(StateOf<State>(in.states[k]), v[row]);
    }
    return Status::OK();
  }
  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    T* values = to.out->mutable_values<T>();
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      values[to.positions[k]] = s.value;
      if (s.has == 0) to.out->SetNull(to.positions[k]);
    }
  }
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      const State& f = *StateOf<State>(from[k]);
      if (f.has != 0) Take(StateOf<State>(into[k]), f.value);
    }
    return Status::OK();
  }
  size_t num_partials() const override { return 1; }
  std::vector<ColumnPtr> EmitPartial(uint8_t* const* states, int32_t count) const override {
    auto out = Column::Make(result_.WithNullable(true), count);
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      out->template mutable_values<T>()[k] = s.value;
      if (s.has == 0) out->SetNull(k);
    }
    return {std::move(out)};
  }
  Status UpdatePartial(const UpdateInput& in) override { return Update(in); }

 private:
  static void Take(State* s, T v) {
    if (s->has == 0 || (kMax ? v > s->value : v < s->value)) {
      s->value = v;
      s->has = 1;
    }
  }
  const data::Type result_;
};

class StringMinMaxAccumulator final : public Accumulator {
 public:
  StringMinMaxAccumulator(const expr::AggregateCall& call, bool max)
      : slots_(call.result.WithNullable(true)), owned_(&slots_, &offset_), max_(max) {}
  int32_t bytes() const override { return sizeof(ValueSlot); }
  state::OwnedField* owned() override { return &owned_; }
  std::vector<state::TailPart> tails() const override {
    return {{state::TailPart::Kind::kString, offset_}};
  }

  Status Update(const UpdateInput& in) override {
    const data::ColumnView<std::string_view> v(*in.args[0]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      if (v.valid(row)) Take(in.states[k], v[row]);
    }
    return Status::OK();
  }
  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    std::vector<const ValueSlot*> slots;
    for (int32_t k = 0; k < count; ++k) slots.push_back(StateOf<ValueSlot>(states[k]));
    slots_.Write(slots, to);
  }
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      ValueSlot* f = StateOf<ValueSlot>(from[k]);
      if (f->state == ValueSlot::kValue) Take(into[k], StringOf(f)->View());
    }
    return Status::OK();
  }
  size_t num_partials() const override { return 1; }
  std::vector<ColumnPtr> EmitPartial(uint8_t* const* states, int32_t count) const override {
    auto out = Column::Make(slots_.type(), count);
    std::vector<int32_t> positions;
    for (int32_t k = 0; k < count; ++k) positions.push_back(k);
    data::StringArena arena;
    Result(states, count, {out.get(), positions.data(), &arena});
    arena.AttachTo(out.get());
    return {std::move(out)};
  }
  Status UpdatePartial(const UpdateInput& in) override { return Update(in); }

 private:
  static StringRef* StringOf(ValueSlot* s) { return reinterpret_cast<StringRef*>(s->value); }
  void Take(uint8_t* row, std::string_view v) {
    ValueSlot* slot = StateOf<ValueSlot>(row);
    if (slot->state == ValueSlot::kValue) {
      const int order = v.compare(StringOf(slot)->View());
      if (max_ ? order <= 0 : order >= 0) return;
    }
    StringOf(slot)->Assign(v, SlabOf(row));
    slot->state = ValueSlot::kValue;
  }
  const ValueSlots slots_;
  OwnedSlot owned_;
  const bool max_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeMinMax(const expr::AggregateCall& call,
                                                const AccumulatorOptions&) {
  const bool max = call.kind == expr::AggregateKind::kMax;
  std::unique_ptr<Accumulator> made;
  DispatchPhysical(data::PhysicalTypeOf(call.arg_types[0]), [&](auto tag) {
    using T =
        std::conditional_t<std::is_same_v<decltype(tag), state::Int128>, __int128, decltype(tag)>;
    if constexpr (std::is_same_v<T, std::string_view>) {
      made = std::make_unique<StringMinMaxAccumulator>(call, max);
    } else if (max) {
      made = std::make_unique<MinMaxAccumulator<T, true>>(call.result);
    } else {
      made = std::make_unique<MinMaxAccumulator<T, false>>(call.result);
    }
  });
  if (made == nullptr) {
    return Status::NotSupported(call.name + " over " + call.arg_types[0].ToString());
  }
  return made;
}

}  // namespace thalweg::operators
