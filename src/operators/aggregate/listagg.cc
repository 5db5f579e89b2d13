// LISTAGG: strings in arrival order, joined by a separator (default ","), NULLs left out; NULL when
// there is none. Insert-only input keeps the joined text alone.
#include "operators/aggregate/families.h"
#include "operators/aggregate/value_list_state.h"
#include "operators/aggregate/value_slot.h"
#include "state/string_ref.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;
using state::StringRef;

class ListaggAccumulator final : public Accumulator {
 public:
  ListaggAccumulator(const expr::AggregateCall& call, std::string separator)
      : slots_(call.result.WithNullable(true)),
        owned_(&slots_, &offset_),
        separator_(std::move(separator)) {}
  int32_t bytes() const override { return sizeof(ValueSlot); }
  state::OwnedField* owned() override { return &owned_; }
  std::vector<state::TailPart> tails() const override {
    return {{state::TailPart::Kind::kString, offset_}};
  }

  Status Update(const UpdateInput& in) override {
    const data::ColumnView<std::string_view> v(*in.args[0]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      if (v.valid(row)) Add(in.states[k], v[row]);
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
      const ValueSlot* f = StateOf<ValueSlot>(from[k]);
      if (f->state != ValueSlot::kValue) continue;
      Add(into[k], reinterpret_cast<const StringRef*>(f->value)->View());
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
  void Add(uint8_t* row, std::string_view text) {
    ValueSlot* slot = StateOf<ValueSlot>(row);
    auto* all = reinterpret_cast<StringRef*>(slot->value);
    if (slot->state == ValueSlot::kValue) all->Append(separator_, SlabOf(row));
    all->Append(text, SlabOf(row));
    slot->state = ValueSlot::kValue;
  }
  const ValueSlots slots_;
  OwnedSlot owned_;
  const std::string separator_;
};

class ListaggRetractAccumulator final : public ValueListAccumulator {
 public:
  explicit ListaggRetractAccumulator(std::string separator) : separator_(std::move(separator)) {}

  Status Update(const UpdateInput& in) override {
    const data::ColumnView<std::string_view> v(*in.args[0]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      if (!v.valid(row)) continue;
      StateOf<ValueListState>(in.states[k])->Add(v[row], in.sign(k), SlabOf(in.states[k]));
    }
    return Status::OK();
  }
  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    auto* values = to.out->mutable_values<std::string_view>();
    std::string joined;
    for (int32_t k = 0; k < count; ++k) {
      const state::ValueList& list = StateOf<ValueListState>(states[k])->values;
      const int32_t at = to.positions[k];
      joined.clear();
      for (uint32_t i = 0; i < list.size(); ++i) {
        if (i > 0) joined += separator_;
        joined += list[i];
      }
      values[at] = to.arena->Add(joined);
      if (list.size() == 0) to.out->SetNull(at);
    }
  }

 private:
  const std::string separator_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeListagg(const expr::AggregateCall& call,
                                                 const AccumulatorOptions& options) {
  std::string separator = ",";
  if (call.literal != nullptr) {
    if (call.literal->IsNull(0)) return Status::InvalidSql("LISTAGG: the separator is NULL");
    separator = call.literal->At<std::string_view>(0);
  }
  if (options.retracts) {
    return std::unique_ptr<Accumulator>(new ListaggRetractAccumulator(std::move(separator)));
  }
  return std::unique_ptr<Accumulator>(new ListaggAccumulator(call, std::move(separator)));
}

}  // namespace thalweg::operators
