// DistinctSet: the values that a group of DISTINCT aggregates over one column has seen, one entry
// per group and value. It passes a row on to an aggregate when the value is new for it (or, with
// retractions, when its last occurrence is taken back).
//
// An entry holds, insert-only: one bit per aggregate (its FILTER passed for this value);
// retracting: one counter per aggregate.
#pragma once

#include <span>
#include <vector>

#include "operators/aggregate/accumulator.h"
#include "state/owned_sets.h"

namespace thalweg::operators {

/// Some rows with their signs and group rows; scratch that keeps its memory.
struct RowList {
  std::vector<int32_t> rows;
  std::vector<int8_t> signs;  // empty: all +1
  std::vector<uint8_t*> states;
  void Clear() {
    rows.clear();
    signs.clear();
    states.clear();
  }
  UpdateInput Input(const data::Column* const* args) const {
    return {args, data::Rows::Of(rows.data(), static_cast<int32_t>(rows.size())),
            signs.empty() ? nullptr : signs.data(), states.data()};
  }
};

class DistinctSet final : public state::OwnedField {
 public:
  /// Members: the accumulators in mask order; not owned.
  DistinctSet(std::vector<data::Type> value_types, std::vector<Accumulator*> members,
              bool nulls_count, const AccumulatorOptions& options);

  static constexpr int32_t kBytes = sizeof(state::OwnedSets::Chain);
  void Place(int32_t offset) { offset_ = offset; }

  /// The k-th row counts for the members in masks[k].
  Status Update(std::span<const data::Column* const> values, const UpdateInput& in,
                const uint64_t* masks);
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count);
  /// The arguments are what DistinctPartials makes; insert-only, one value column.
  Status UpdatePartial(const UpdateInput& in);

  void Free(uint8_t* row, state::Slab*) override { sets_.Clear(row, offset_); }
  void FreeAll() override { sets_.Recycle(); }
  state::OwnedSets* sets() { return &sets_; }
  void MergeFrom(const DistinctSet& other) { source_ = &other.sets_; }

 private:
  uint64_t* BitsOf(uint8_t* entry) const {
    return reinterpret_cast<uint64_t*>(sets_.EntryBytes(entry));
  }
  int64_t* CountsOf(uint8_t* entry) const {
    return reinterpret_cast<int64_t*>(sets_.EntryBytes(entry));
  }
  /// Rows of values[..] into the sets; mask(k) or, when retracting, change(k, member).
  template <typename Mask, typename Change>
  Status Apply(std::span<const data::Column* const> values, const RowList& list, Mask mask,
               Change change);

  const std::vector<Accumulator*> members_;
  const bool nulls_count_;
  const bool retracts_;
  const size_t num_values_;
  state::OwnedSets sets_;
  const state::OwnedSets* source_ = &sets_;  // of MergeStates
  int32_t offset_ = 0;
  RowList list_;  // scratch: the rows that are looked up
  std::vector<uint64_t> masks_;
  std::vector<uint8_t*> entries_;
  std::vector<RowList> passed_;  // per member
};

}  // namespace thalweg::operators
