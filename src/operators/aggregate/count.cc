// COUNT(*) and COUNT(x): one BIGINT.
#include "operators/aggregate/families.h"

namespace thalweg::operators {
namespace {

class CountAccumulator final : public Accumulator {
 public:
  explicit CountAccumulator(bool star) : star_(star) {}
  int32_t bytes() const override { return 8; }

  Status Update(const UpdateInput& in) override {
    const int32_t n = in.rows.count();
    const data::Column* arg = star_ ? nullptr : in.args[0];
    if (arg == nullptr || arg->validity() == nullptr) {
      if (in.signs == nullptr) {
        for (int32_t k = 0; k < n; ++k) ++*StateOf<int64_t>(in.states[k]);
      } else {
        for (int32_t k = 0; k < n; ++k) *StateOf<int64_t>(in.states[k]) += in.signs[k];
      }
      return Status::OK();
    }
    const uint8_t* valid = arg->validity();
    const int32_t mask = arg->encoding() == data::Encoding::kConstant ? 0 : -1;
    for (int32_t k = 0; k < n; ++k) {
      *StateOf<int64_t>(in.states[k]) += valid[in.rows[k] & mask] * in.sign(k);
    }
    return Status::OK();
  }

  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    auto* values = to.out->mutable_values<int64_t>();
    for (int32_t k = 0; k < count; ++k) values[to.positions[k]] = *StateOf<int64_t>(states[k]);
  }

  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) *StateOf<int64_t>(into[k]) += *StateOf<int64_t>(from[k]);
    return Status::OK();
  }

  size_t num_partials() const override { return 1; }
  std::vector<data::ColumnPtr> EmitPartial(uint8_t* const* states, int32_t count) const override {
    auto out = data::Column::Make(data::Type::Bigint().WithNullable(false), count);
    for (int32_t k = 0; k < count; ++k) {
      out->mutable_values<int64_t>()[k] = *StateOf<int64_t>(states[k]);
    }
    return {std::move(out)};
  }

  Status UpdatePartial(const UpdateInput& in) override {
    const data::ColumnView<int64_t> v(*in.args[0]);
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      *StateOf<int64_t>(in.states[k]) += v[in.rows[k]];
    }
    return Status::OK();
  }

 private:
  const bool star_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeCount(const expr::AggregateCall& call,
                                               const AccumulatorOptions&) {
  const bool star = call.kind == expr::AggregateKind::kCountStar || call.args.empty();
  return std::unique_ptr<Accumulator>(new CountAccumulator(star));
}

}  // namespace thalweg::operators
