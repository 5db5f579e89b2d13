// COLLECT: a multiset of the non-NULL values; empty, never NULL, when there is none.
#include <numeric>

#include "data/gather.h"
#include "data/java_map_order.h"
#include "operators/aggregate/families.h"
#include "state/owned_sets.h"

namespace thalweg::operators {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using state::OwnedSets;

class CollectAccumulator final : public Accumulator, private state::OwnedField {
 public:
  CollectAccumulator(const expr::AggregateCall& call, const AccumulatorOptions& o)
      : result_(call.result),
        sets_({call.arg_types[0]}, 8, o.groups, o.max_parallelism, o.memory) {}
  int32_t bytes() const override { return sizeof(OwnedSets::Chain); }
  state::OwnedField* owned() override { return this; }
  void MergeFrom(const Accumulator& other) override {
    source_ = &static_cast<const CollectAccumulator&>(other).sets_;
  }
  OwnedSets* sets() override { return &sets_; }

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

  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      const std::vector<uint8_t*> entries = EntriesOf(*source_, from[k]);
      if (entries.empty()) continue;
      std::vector<int32_t> rows;
      std::vector<int64_t> changes;
      for (uint8_t* e : entries) {
        rows.push_back(static_cast<int32_t>(rows.size()));
        changes.push_back(*CountOf(e));
      }
      const auto n = static_cast<int32_t>(entries.size());
      Add(*source_->EmitValues(0, entries.data(), n), rows,
          std::vector<uint8_t*>(entries.size(), into[k]), changes);
    }
    return Status::OK();
  }

  ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const override {
    auto offsets = Buffer::Allocate((static_cast<int64_t>(count) + 1) * 4);
    int32_t* to = offsets->as<int32_t>();
    to[0] = 0;
    std::vector<uint8_t*> all;
    for (int32_t k = 0; k < count; ++k) {
      const std::vector<uint8_t*> entries = EntriesOf(sets_, states[k]);
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
  int64_t* CountOf(uint8_t* entry) const {
    return reinterpret_cast<int64_t*>(sets_.EntryBytes(entry));
  }
  std::vector<uint8_t*> EntriesOf(const OwnedSets& sets, uint8_t* row) const {
    std::vector<uint8_t*> entries;
    sets.CollectEntries(row, offset_, &entries);
    return entries;
  }
  void Add(const Column& values, const std::vector<int32_t>& rows,
           const std::vector<uint8_t*>& owners, const std::vector<int64_t>& changes) {
    std::vector<uint8_t*> entries(rows.size());
    const Column* column = &values;
    sets_.FindOrInsert(std::span(&column, 1),
                       data::Rows::Of(rows.data(), static_cast<int32_t>(rows.size())),
                       owners.data(), offset_, entries.data());
    for (size_t i = 0; i < rows.size(); ++i) {
      sets_.MarkDirty(entries[i]);
      *CountOf(entries[i]) += changes[i];
    }
    for (size_t i = 0; i < rows.size(); ++i) {
      if (state::HeaderOf(entries[i])->stamp == state::RowHeader::kFree) continue;
      if (*CountOf(entries[i]) == 0) sets_.Erase(owners[i], offset_, entries[i]);
    }
  }
  void Free(uint8_t* row, state::Slab*) override { sets_.Clear(row, offset_); }

  const data::Type result_;
  OwnedSets sets_;
  const OwnedSets* source_ = &sets_;  // of MergeStates
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeCollect(const expr::AggregateCall& call,
                                                 const AccumulatorOptions& options) {
  return std::unique_ptr<Accumulator>(new CollectAccumulator(call, options));
}

}  // namespace thalweg::operators
