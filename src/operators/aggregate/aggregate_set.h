// AggregateSet: all aggregate calls of one node as one block of state in a group's row; runs their
// kernels over a batch, with FILTER and DISTINCT resolved once for all calls that share them.
//
//   | accumulator 0 | accumulator 1 | ... | chains of the distinct sets |
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "data/batch.h"
#include "graph/distinct_groups.h"
#include "operators/aggregate/accumulator.h"
#include "operators/aggregate/distinct/distinct_partials.h"
#include "operators/aggregate/distinct/distinct_set.h"

namespace thalweg::operators {

class AggregateSet {
 public:
  static Result<std::unique_ptr<AggregateSet>> Make(std::vector<expr::AggregateCall> calls,
                                                    const AccumulatorOptions& options);

  int32_t bytes() const { return bytes_; }
  int32_t offset() const { return offset_; }
  int size() const { return static_cast<int>(calls_.size()); }
  const data::Type& result_type(int call) const { return calls_[static_cast<size_t>(call)].result; }
  /// The state stands at `offset` of the rows of `table`; registers what it owns there.
  void Place(int32_t offset, state::KeyedTable* table);

  const std::vector<expr::AggregateCall>& calls() const { return calls_; }
  /// Adds the tables that the aggregates keep beside the groups: "<name>.agg0", "<name>.distinct0".
  Status AddTables(const std::string& name, state::StateStore* store);
  /// The state as fields of the rows; after Place.
  std::vector<state::FieldSchema> Fields() const;
  /// What the state's bytes mean, as text: a snapshot is restored only where it is the same.
  std::string Describe() const;

  /// states[k] is the group row of rows[k]; signs as in UpdateInput.
  Status Update(const data::Batch& batch, const data::Rows& rows, const int8_t* signs,
                uint8_t* const* states);
  /// The local phase: Update, then the partial states of the groups of this batch, of which
  /// groups[g] has header.group g; for insertions if there are DISTINCT aggregates, whose values
  /// are not kept.
  Result<std::vector<data::ColumnPtr>> Partials(const data::Batch& batch, const data::Rows& rows,
                                                const int8_t* signs, uint8_t* const* states,
                                                uint8_t* const* groups, int32_t num_groups);
  /// Columns first_column.. of `batch` are what Partials has made.
  Status UpdatePartial(const data::Batch& batch, int first_column, const data::Rows& rows,
                       uint8_t* const* states);
  /// `from` are states of this set, or of the one given to MergeFrom.
  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count);
  void MergeFrom(const AggregateSet& other);

  /// One result column per call, states[k] at row k.
  std::vector<data::ColumnPtr> Results(uint8_t* const* states, int32_t count) const;
  /// Results of `call` into positions of a column; see Accumulator::Result. Not for nested types.
  void ResultAt(int call, uint8_t* const* states, int32_t count, const ResultOutput& to) const {
    accumulators_[static_cast<size_t>(call)]->Result(states, count, to);
  }
  bool nested(int call) const;
  /// The result needs more than the row: the values stand in a table of the aggregate's own.
  bool keeps_values_aside(int call) const {
    return accumulators_[static_cast<size_t>(call)]->sets() != nullptr;
  }
  data::ColumnPtr NestedResult(int call, uint8_t* const* states, int32_t count) const {
    return accumulators_[static_cast<size_t>(call)]->NestedResult(states, count);
  }

 private:
  struct Distinct {
    std::vector<int> args;
    std::vector<int> members;
    data::Type value_type;
    std::unique_ptr<DistinctSet> set;
    DistinctPartials partials;
  };
  struct FilterLane {
    int column;
    RowList list;
  };
  /// Of the calls without DISTINCT.
  Status UpdatePlain(const data::Batch& batch, const UpdateInput& all);
  /// Into masks_: which members of `d` the rows count for.
  void ReadMasks(const data::Batch& batch, const Distinct& d, const data::Rows& rows);
  std::string DistinctIdentity(size_t distinct) const;
  const data::Column* Decoded(const data::Batch& batch, int column);
  const FilterLane& LaneOf(const data::Batch& batch, int filter, const UpdateInput& in);

  std::vector<expr::AggregateCall> calls_;
  std::vector<std::unique_ptr<Accumulator>> accumulators_;
  std::vector<int32_t> offsets_;  // of the accumulators in the block
  std::vector<Distinct> distinct_;
  int32_t bytes_ = 0;
  int32_t offset_ = 0;  // in the rows
  bool retracts_ = false;

  std::vector<data::ColumnPtr> decoded_;  // per batch: columns without dictionary encoding
  std::vector<FilterLane> lanes_;         // per batch
  size_t lanes_used_ = 0;
  std::vector<uint64_t> masks_;
};

}  // namespace thalweg::operators
