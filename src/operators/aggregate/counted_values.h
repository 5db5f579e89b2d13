// CountedValues: the state of accumulators that keep every value with how often it is there
// (COLLECT, PERCENTILE): a multiset per group.
#pragma once

#include <vector>

#include "operators/aggregate/accumulator.h"
#include "state/owned_sets.h"

namespace thalweg::operators {

class CountedValues : public Accumulator, private state::OwnedField {
 public:
  CountedValues(const data::Type& value, const AccumulatorOptions& options)
      : sets_({value}, sizeof(int64_t), state::OwnedSets::Erases::kEntries, options.groups,
              options.max_parallelism, options.memory) {}

  int32_t bytes() const override { return sizeof(state::OwnedSets::Chain); }
  state::OwnedField* owned() override { return this; }
  state::OwnedSets* sets() override { return &sets_; }
  void MergeFrom(const Accumulator& other) override {
    source_ = &static_cast<const CountedValues&>(other).sets_;
  }
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override;

 protected:
  /// Adds changes[i] to the count of value rows[i] in the group owners[i]; at 0 the value goes.
  void Add(const data::Column& values, const std::vector<int32_t>& rows,
           const std::vector<uint8_t*>& owners, const std::vector<int64_t>& changes);
  /// The values of a group in the order of their first coming.
  std::vector<uint8_t*> EntriesOf(uint8_t* state) const { return EntriesOf(sets_, state); }
  int64_t* CountOf(uint8_t* entry) const {
    return reinterpret_cast<int64_t*>(sets_.EntryBytes(entry));
  }

  state::OwnedSets sets_;

 private:
  std::vector<uint8_t*> EntriesOf(const state::OwnedSets& sets, uint8_t* state) const;
  void Free(uint8_t* row, state::Slab*) override { sets_.Clear(row, offset_); }
  void FreeAll() override { sets_.Recycle(); }

  const state::OwnedSets* source_ = &sets_;  // of MergeStates
};

}  // namespace thalweg::operators
