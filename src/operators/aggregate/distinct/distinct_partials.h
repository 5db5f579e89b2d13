// DistinctPartials: what the local phase sends for DISTINCT aggregates over one column, straight
// from the batch: per group the values and, for each, the mask of the aggregates it counts for.
//
// The global phase keeps the sets, so a value that is sent twice does no harm. Most repetitions are
// left out: a value is compared with the last one whose hash has the same low bits.
#pragma once

#include <vector>

#include "data/batch.h"
#include "state/row_layout.h"

namespace thalweg::operators {

class DistinctPartials {
 public:
  /// NULLs are values, too, or never sent.
  explicit DistinctPartials(bool nulls_count) : nulls_count_(nulls_count) {}

  /// ARRAY of `value_type` and ARRAY of BIGINT masks, one of each per group. states[k] is the group
  /// of rows[k], whose header.group, below `groups`, is its place in the result; the row counts for
  /// the aggregates in masks[k].
  std::vector<data::ColumnPtr> Emit(const data::Column& values, const data::Type& value_type,
                                    const data::Rows& rows, const uint64_t* masks,
                                    uint8_t* const* states, int32_t groups);

 private:
  struct Sent {
    int32_t row;
    uint32_t group;
    uint64_t mask;
  };
  template <typename Same>
  void Collect(const data::Column& values, const data::Rows& rows, const uint64_t* masks,
               uint8_t* const* states, Same same);

  const bool nulls_count_;
  std::vector<uint64_t> hashes_;  // scratch, from here on
  std::vector<Sent> sent_;
  std::vector<int32_t> recent_;  // by hash: 1 + an index into sent_, or 0
  std::vector<int32_t> order_;
};

}  // namespace thalweg::operators
