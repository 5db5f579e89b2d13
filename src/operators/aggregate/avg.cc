// AVG: sum and count. An integer result is cut toward zero; a DECIMAL is rounded half up. The sum
// is wider than the argument; in kAvgOfSum it is SUM's, which wraps in the argument's type.
#include "operators/aggregate/dispatch.h"
#include "operators/aggregate/families.h"
#include "operators/aggregate/sum.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;

template <typename T, typename S>
class AvgAccumulator final : public Accumulator {
 public:
  using State = SumState<S>;
  explicit AvgAccumulator(const expr::AggregateCall& call)
      : argument_(call.arg_types[0]),
        result_(call.result),
        of_sum_(call.kind == expr::AggregateKind::kAvgOfSum) {}
  int32_t bytes() const override { return sizeof(State); }

  Status Update(const UpdateInput& in) override {
    const data::ColumnView<T> v(*in.args[0]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      if (!v.valid(row)) continue;
      const S value = static_cast<S>(v[row]);
      const int sign = in.sign(k);
      Add(StateOf<State>(in.states[k]), sign > 0 ? value : static_cast<S>(-value), sign);
    }
    return Status::OK();
  }

  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    T* values = to.out->mutable_values<T>();
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      const int32_t at = to.positions[k];
      values[at] = T{};
      if (s.count == 0 || SumLost(s) || !Quotient(s, &values[at])) to.out->SetNull(at);
    }
  }

  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      const State& f = *StateOf<State>(from[k]);
      State* s = StateOf<State>(into[k]);
      if (SumLost(f)) {
        Lose(s, f.count);
      } else if (f.count != 0) {
        Add(s, f.sum, f.count);
      }
    }
    return Status::OK();
  }

  size_t num_partials() const override { return 2; }
  std::vector<ColumnPtr> EmitPartial(uint8_t* const* states, int32_t count) const override {
    auto sum = Column::Make(SumType(), count);
    auto n = Column::Make(data::Type::Bigint().WithNullable(false), count);
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      sum->template mutable_values<S>()[k] = s.sum;
      n->template mutable_values<int64_t>()[k] = s.count;
      if (SumLost(s)) sum->SetNull(k);
    }
    return {std::move(sum), std::move(n)};
  }

  Status UpdatePartial(const UpdateInput& in) override {
    const data::ColumnView<S> sum(*in.args[0]);
    const data::ColumnView<int64_t> n(*in.args[1]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      State* s = StateOf<State>(in.states[k]);
      if (sum.valid(row)) {
        Add(s, sum[row], n[row]);
      } else {
        Lose(s, n[row]);
      }
    }
    return Status::OK();
  }

 private:
  /// Unlike SUM, AVG stays NULL once its DECIMAL sum has overflowed.
  static void Add(State* s, S value, int64_t count) {
    if (SumLost(*s)) {
      s->count += count;
    } else {
      AddToSum<S>(s, value, count);
    }
  }
  /// Adds `count` values whose sum is NULL.
  static void Lose(State* s, int64_t count) {
    s->count += count;
    if constexpr (std::is_same_v<S, state::Int128>) {
      if (count != 0) s->lost = 1;
    }
  }

  data::Type SumType() const {
    if constexpr (std::is_same_v<S, int64_t>) return data::Type::Bigint();
    if constexpr (std::is_same_v<S, double>) return data::Type::Double();
    if constexpr (std::is_same_v<S, float>) return data::Type::Float();
    return data::Type::Decimal(38, argument_.scale());
  }

  bool Quotient(const State& s, T* out) const {
    if constexpr (std::is_same_v<T, __int128>) {
      __int128 sum = s.sum;
      if (!expr::DecimalRescale(sum, argument_.scale(), {38, result_.scale()}, &sum)) return false;
      return expr::DecimalDivide(sum, result_.scale(), s.count, 0, {38, result_.scale()}, out);
    } else if constexpr (std::is_integral_v<T>) {
      const int64_t sum = of_sum_ ? static_cast<int64_t>(static_cast<T>(s.sum)) : s.sum;
      // INT64_MIN / -1 wraps in Java; here it would trap.
      *out = s.count == -1 ? static_cast<T>(0 - static_cast<uint64_t>(sum))
                           : static_cast<T>(sum / s.count);
      return true;
    } else {
      *out = static_cast<T>(static_cast<double>(s.sum) / static_cast<double>(s.count));
      return true;
    }
  }

  const data::Type argument_;
  const data::Type result_;
  const bool of_sum_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeAvg(const expr::AggregateCall& call,
                                             const AccumulatorOptions&) {
  std::unique_ptr<Accumulator> made;
  DispatchPhysical(data::PhysicalTypeOf(call.arg_types[0]), [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_same_v<T, state::Int128>) {
      made = std::make_unique<AvgAccumulator<__int128, state::Int128>>(call);
    } else if constexpr (std::is_same_v<T, float>) {
      if (call.kind == expr::AggregateKind::kAvg) {
        made = std::make_unique<AvgAccumulator<float, double>>(call);
      } else {
        made = std::make_unique<AvgAccumulator<float, float>>(call);
      }
    } else if constexpr (!std::is_same_v<T, std::string_view> && !std::is_same_v<T, uint8_t>) {
      made = std::make_unique<AvgAccumulator<T, SumOf<T>>>(call);
    }
  });
  if (made == nullptr) {
    return Status::NotSupported("AVG over " + call.arg_types[0].ToString());
  }
  return made;
}

}  // namespace thalweg::operators
