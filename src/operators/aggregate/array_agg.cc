// ARRAY_AGG: all values in arrival order, NULLs included; NULL when there is no row.
#include "data/gather.h"
#include "operators/aggregate/families.h"
#include "operators/aggregate/value_list_state.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;

class ArrayAggAccumulator final : public ValueListAccumulator {
 public:
  explicit ArrayAggAccumulator(const expr::AggregateCall& call) : result_(call.result) {}

  Status Update(const UpdateInput& in) override {
    std::string bytes;
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      bytes.clear();
      state::EncodeRow(*in.args[0], in.rows[k], &bytes);
      StateOf<ValueListState>(in.states[k])->Add(bytes, in.sign(k), SlabOf(in.states[k]));
    }
    return Status::OK();
  }

  ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const override {
    const data::Type& element = result_.child(0);
    auto offsets = Buffer::Allocate((static_cast<int64_t>(count) + 1) * 4);
    int32_t* to = offsets->as<int32_t>();
    to[0] = 0;
    std::vector<ColumnPtr> parts;
    for (int32_t k = 0; k < count; ++k) {
      const state::ValueList& list = StateOf<ValueListState>(states[k])->values;
      to[k + 1] = to[k] + static_cast<int32_t>(list.size());
      for (uint32_t i = 0; i < list.size(); ++i) {
        state::ByteReader in(list[i]);
        auto part = state::DecodeRows(element, 1, &in);
        TW_CHECK(part.ok(), part.status().message());
        parts.push_back(std::move(*part));
      }
    }
    ColumnPtr elements =
        parts.empty() ? data::Flatten(Column::MakeNull(element, 0)) : data::Concat(parts);
    auto out = Column::MakeList(result_, count, std::move(offsets), {std::move(elements)});
    for (int32_t k = 0; k < count; ++k) {
      if (StateOf<ValueListState>(states[k])->values.size() == 0) out->SetNull(k);
    }
    return out;
  }

 private:
  const data::Type result_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeArrayAgg(const expr::AggregateCall& call,
                                                  const AccumulatorOptions&) {
  return std::unique_ptr<Accumulator>(new ArrayAggAccumulator(call));
}

}  // namespace thalweg::operators
