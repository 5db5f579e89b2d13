// SUM: NULL while no non-NULL value is in it.
#include "operators/aggregate/sum.h"

#include "operators/aggregate/dispatch.h"
#include "operators/aggregate/families.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;

template <typename T>
class SumAccumulator final : public Accumulator {
 public:
  using S = SumOf<T>;
  using State = SumState<S>;
  explicit SumAccumulator(data::Type result) : result_(std::move(result)) {}
  int32_t bytes() const override { return sizeof(State); }

  Status Update(const UpdateInput& in) override {
    const data::ColumnView<T> v(*in.args[0]);
    const int32_t n = in.rows.count();
    if (v.validity == nullptr && in.signs == nullptr && v.mask == -1) {
      const T* values = v.values;
      in.rows.dense()
          ? Add(in, [=](int32_t k) { return values[k]; })
          : Add(in, [=, index = in.rows.indices()](int32_t k) { return values[index[k]]; });
      return Status::OK();
    }
    for (int32_t k = 0; k < n; ++k) {
      const int32_t row = in.rows[k];
      if (!v.valid(row)) continue;
      const S value = static_cast<S>(v[row]);
      if (in.sign(k) > 0) {
        AddToSum<S>(StateOf<State>(in.states[k]), value, 1);
      } else {
        AddToSum<S>(StateOf<State>(in.states[k]), static_cast<S>(-value), -1);
      }
    }
    return Status::OK();
  }

  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    T* values = to.out->mutable_values<T>();
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      const int32_t at = to.positions[k];
      if (s.count == 0 || SumLost(s)) {
        to.out->SetNull(at);
        values[at] = T{};
      } else {
        values[at] = static_cast<T>(s.sum);
      }
    }
  }

  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) Merge(StateOf<State>(into[k]), *StateOf<State>(from[k]));
    return Status::OK();
  }

  size_t num_partials() const override { return 2; }
  std::vector<ColumnPtr> EmitPartial(uint8_t* const* states, int32_t count) const override {
    auto sum = Column::Make(result_.WithNullable(true), count);
    auto n = Column::Make(data::Type::Bigint().WithNullable(false), count);
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      sum->template mutable_values<T>()[k] = static_cast<T>(s.sum);
      n->template mutable_values<int64_t>()[k] = s.count;
      if (SumLost(s)) sum->SetNull(k);
    }
    return {std::move(sum), std::move(n)};
  }

  Status UpdatePartial(const UpdateInput& in) override {
    const data::ColumnView<T> sum(*in.args[0]);
    const data::ColumnView<int64_t> n(*in.args[1]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      State* s = StateOf<State>(in.states[k]);
      if (sum.valid(row)) {
        AddToSum<S>(s, static_cast<S>(sum[row]), n[row]);
      } else {
        s->count += n[row];
      }
    }
    return Status::OK();
  }

 private:
  template <typename ValueAt>
  void Add(const UpdateInput& in, ValueAt value_at) {
    const int32_t n = in.rows.count();
    for (int32_t k = 0; k < n; ++k) {
      AddToSum<S>(StateOf<State>(in.states[k]), static_cast<S>(value_at(k)), 1);
    }
  }
  static void Merge(State* into, const State& from) {
    if (from.count == 0 && from.sum == S{}) return;
    if (SumLost(from)) {
      into->count += from.count;
    } else {
      AddToSum<S>(into, from.sum, from.count);
    }
  }

  const data::Type result_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeSum(const expr::AggregateCall& call,
                                             const AccumulatorOptions&) {
  std::unique_ptr<Accumulator> made;
  DispatchPhysical(data::PhysicalTypeOf(call.arg_types[0]), [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_same_v<T, state::Int128>) {
      made = std::make_unique<SumAccumulator<__int128>>(call.result);
    } else if constexpr (!std::is_same_v<T, std::string_view> && !std::is_same_v<T, uint8_t>) {
      made = std::make_unique<SumAccumulator<T>>(call.result);
    }
  });
  if (made == nullptr) {
    return Status::NotSupported("SUM over " + call.arg_types[0].ToString());
  }
  return made;
}

}  // namespace thalweg::operators
