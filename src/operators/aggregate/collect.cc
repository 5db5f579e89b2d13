// COLLECT: a multiset of the non-NULL values; empty, never NULL, when there is none.
#include <numeric>

#include "data/gather.h"
#include "data/java_map_order.h"
#include "operators/aggregate/counted_values.h"
#include "operators/aggregate/families.h"

namespace thalweg::operators {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;

class CollectAccumulator final : public CountedValues {
 public:
  CollectAccumulator(const expr::AggregateCall& call, const AccumulatorOptions& o)
      : CountedValues(call.arg_types[0], o), result_(call.result) {}

  Status Update(const UpdateInput& in) override {
    std::vector<int32_t> rows;
    std::vector<uint8_t*> owners;
    std::vector<int64_t> changes;
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      if (in.args[0]->IsNull(in.rows[k])) continue;
      rows.push_back(in.rows[k]);
      owners.push_back(in.states[k]);
      changes.push_back(in.sign(k));
    }
    Add(*in.args[0], rows, owners, changes);
    return Status::OK();
  }

  ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const override {
    auto offsets = Buffer::Allocate((static_cast<int64_t>(count) + 1) * 4);
    int32_t* to = offsets->as<int32_t>();
    to[0] = 0;
    std::vector<uint8_t*> all;
    for (int32_t k = 0; k < count; ++k) {
      const std::vector<uint8_t*> entries = EntriesOf(states[k]);
      all.insert(all.end(), entries.begin(), entries.end());
      to[k + 1] = static_cast<int32_t>(all.size());
    }
    // Each group's values in the order of Flink's hash map.
    const auto n = static_cast<int32_t>(all.size());
    const ColumnPtr values = sets_.EmitValues(0, all.data(), n);
    std::vector<int32_t> order;
    for (int32_t k = 0; k < count; ++k) {
      std::vector<int32_t> entries(static_cast<size_t>(to[k + 1] - to[k]));
      std::iota(entries.begin(), entries.end(), to[k]);
      entries = data::JavaHashMapOrder(*values, std::move(entries), data::JavaKeys::kInternal);
      order.insert(order.end(), entries.begin(), entries.end());
    }
    auto counts = Column::Make(data::Type::Int().WithNullable(false), n);
    for (int32_t i = 0; i < n; ++i) {
      counts->mutable_values<int32_t>()[i] =
          static_cast<int32_t>(*CountOf(all[static_cast<size_t>(order[static_cast<size_t>(i)])]));
    }
    return Column::MakeList(result_, count, std::move(offsets),
                            {data::Gather(*values, order.data(), n), std::move(counts)});
  }

 private:
  const data::Type result_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeCollect(const expr::AggregateCall& call,
                                                 const AccumulatorOptions& options) {
  return std::unique_ptr<Accumulator>(new CollectAccumulator(call, options));
}

}  // namespace thalweg::operators
