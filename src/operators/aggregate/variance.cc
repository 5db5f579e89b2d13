// VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP: from the sums of x and x * x and the count, computed
// in the argument's type as Flink's rewritten plan does:
//   VAR_POP = (sum(x * x) - sum(x) * sum(x) / n) / n; VAR_SAMP divides by n - 1 (NULL for one
//   value)
#include <cmath>

#include "operators/aggregate/dispatch.h"
#include "operators/aggregate/families.h"
#include "operators/aggregate/sum.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;

template <typename T>
class VarianceAccumulator final : public Accumulator {
 public:
  using S = SumOf<T>;
  struct State {
    SumState<S> squares;
    SumState<S> sum;
  };
  explicit VarianceAccumulator(const expr::AggregateCall& call)
      : scale_(call.arg_types[0].scale()),
        result_(call.result),
        // x is cast to the result's type; the product's scale follows from Flink's rules.
        work_scale_(std::max(2 * call.result.scale() - 39, 6)),
        sample_(call.kind == expr::AggregateKind::kVarSamp ||
                call.kind == expr::AggregateKind::kStddevSamp),
        root_(call.kind == expr::AggregateKind::kStddevPop ||
              call.kind == expr::AggregateKind::kStddevSamp) {}
  int32_t bytes() const override { return sizeof(State); }

  Status Update(const UpdateInput& in) override {
    const data::ColumnView<T> v(*in.args[0]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      if (!v.valid(row)) continue;
      State* s = StateOf<State>(in.states[k]);
      const int sign = in.sign(k);
      S square{};
      const bool fits = Square(v[row], &square);
      const S value = static_cast<S>(v[row]);
      AddToSum<S>(&s->sum, sign > 0 ? value : static_cast<S>(-value), sign);
      if (fits) AddToSum<S>(&s->squares, sign > 0 ? square : static_cast<S>(-square), sign);
    }
    return Status::OK();
  }

  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    T* values = to.out->mutable_values<T>();
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      const int32_t at = to.positions[k];
      values[at] = T{};
      const int64_t n = s.sum.count;
      if (n == 0 || (sample_ && n == 1) || SumLost(s.sum) || SumLost(s.squares) ||
          !Value(s, n, &values[at])) {
        to.out->SetNull(at);
      }
    }
  }

  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      const State& f = *StateOf<State>(from[k]);
      if (f.sum.count == 0) continue;
      AddToSum<S>(&StateOf<State>(into[k])->sum, f.sum.sum, f.sum.count);
      AddToSum<S>(&StateOf<State>(into[k])->squares, f.squares.sum, f.squares.count);
    }
    return Status::OK();
  }

  size_t num_partials() const override { return 3; }
  std::vector<ColumnPtr> EmitPartial(uint8_t* const* states, int32_t count) const override {
    auto squares = Column::Make(SumType(work_scale_), count);
    auto sum = Column::Make(SumType(scale_), count);
    auto n = Column::Make(data::Type::Bigint().WithNullable(false), count);
    for (int32_t k = 0; k < count; ++k) {
      const State& s = *StateOf<State>(states[k]);
      squares->template mutable_values<S>()[k] = s.squares.sum;
      sum->template mutable_values<S>()[k] = s.sum.sum;
      n->template mutable_values<int64_t>()[k] = s.sum.count;
      if (SumLost(s.squares)) squares->SetNull(k);
      if (SumLost(s.sum)) sum->SetNull(k);
    }
    return {std::move(squares), std::move(sum), std::move(n)};
  }

  Status UpdatePartial(const UpdateInput& in) override {
    const data::ColumnView<S> squares(*in.args[0]);
    const data::ColumnView<S> sum(*in.args[1]);
    const data::ColumnView<int64_t> n(*in.args[2]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      State* s = StateOf<State>(in.states[k]);
      if (squares.valid(row)) AddToSum<S>(&s->squares, squares[row], n[row]);
      if (sum.valid(row)) {
        AddToSum<S>(&s->sum, sum[row], n[row]);
      } else {
        s->sum.count += n[row];
      }
    }
    return Status::OK();
  }

 private:
  data::Type SumType(int scale) const {
    if constexpr (std::is_same_v<S, int64_t>) return data::Type::Bigint();
    if constexpr (std::is_same_v<S, double>) return data::Type::Double();
    if constexpr (std::is_same_v<S, float>) return data::Type::Float();
    return data::Type::Decimal(38, scale);
  }

  bool Square(T x, S* out) const {
    if constexpr (std::is_same_v<T, __int128>) {
      __int128 wide;
      __int128 square;
      if (!expr::DecimalRescale(x, scale_, {38, result_.scale()}, &wide) ||
          !expr::DecimalMultiply(wide, result_.scale(), wide, result_.scale(), {38, work_scale_},
                                 &square)) {
        return false;
      }
      *out = square;
    } else if constexpr (std::is_integral_v<T>) {
      *out = static_cast<T>(static_cast<uint64_t>(x) * static_cast<uint64_t>(x));
    } else {
      *out = x * x;
    }
    return true;
  }

  bool Value(const State& s, int64_t n, T* out) const {
    const int64_t divisor = sample_ ? n - 1 : n;
    if constexpr (std::is_same_v<T, __int128>) {
      const expr::DecimalFormat work{38, work_scale_};
      __int128 sum;
      __int128 square;
      __int128 v;
      if (!expr::DecimalRescale(s.sum.sum, scale_, {38, result_.scale()}, &sum) ||
          !expr::DecimalMultiply(sum, result_.scale(), sum, result_.scale(), work, &square) ||
          !expr::DecimalDivide(square, work_scale_, n, 0, work, &v) ||
          !expr::DecimalAdd(s.squares.sum, work_scale_, -v, work_scale_, work, &v) ||
          !expr::DecimalDivide(v, work_scale_, divisor, 0, work, &v)) {
        return false;
      }
      if (root_) {
        return expr::DecimalFromDouble(std::pow(expr::DecimalToDouble(v, work_scale_), 0.5),
                                       {38, result_.scale()}, out);
      }
      return expr::DecimalRescale(v, work_scale_, {38, result_.scale()}, out);
    } else if constexpr (std::is_integral_v<T>) {
      const auto sum = static_cast<T>(s.sum.sum);
      const auto square = static_cast<T>(static_cast<uint64_t>(sum) * static_cast<uint64_t>(sum));
      const int64_t v =
          (static_cast<int64_t>(static_cast<T>(s.squares.sum)) - static_cast<int64_t>(square) / n) /
          divisor;
      if (!root_) {
        *out = static_cast<T>(v);
      } else {
        const double root = std::pow(static_cast<double>(v), 0.5);
        *out = std::isnan(root) ? T{} : static_cast<T>(root);  // (int) NaN is 0 in Java
      }
      return true;
    } else {
      const T square = s.sum.sum * s.sum.sum;
      const T v = (s.squares.sum - square / static_cast<T>(n)) / static_cast<T>(divisor);
      *out = static_cast<T>(root_ ? std::pow(static_cast<double>(v), 0.5) : v);
      return true;
    }
  }

  const int scale_;
  const data::Type result_;
  const int work_scale_;
  const bool sample_;
  const bool root_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeVariance(const expr::AggregateCall& call,
                                                  const AccumulatorOptions&) {
  std::unique_ptr<Accumulator> made;
  DispatchPhysical(data::PhysicalTypeOf(call.arg_types[0]), [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_same_v<T, state::Int128>) {
      made = std::make_unique<VarianceAccumulator<__int128>>(call);
    } else if constexpr (!std::is_same_v<T, std::string_view> && !std::is_same_v<T, uint8_t>) {
      made = std::make_unique<VarianceAccumulator<T>>(call);
    }
  });
  if (made == nullptr) {
    return Status::NotSupported(call.name + " over " + call.arg_types[0].ToString());
  }
  return made;
}

}  // namespace thalweg::operators
