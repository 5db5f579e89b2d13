// Accumulator: one aggregate function as column kernels over group rows.
//
// Its state is `bytes()` of fixed width inside each group's row, all zero for the empty group;
// variable-length parts live in the row's slab. Every step works on a batch: one virtual call per
// aggregate and batch, never one per row.
//
//   raw rows --Update--> state --Result--> result column
//                          |  ^
//                 EmitPartial  UpdatePartial     (local and global phase)
//                          MergeStates           (slices into a window)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "data/column.h"
#include "data/hash.h"
#include "data/rows.h"
#include "data/string_arena.h"
#include "expr/aggregate.h"
#include "state/keyed_table.h"
#include "state/owned_sets.h"
#include "state/state_memory.h"
#include "state/state_store.h"

namespace thalweg::operators {

/// Rows for the accumulators, k = 0 .. rows.count() - 1.
struct UpdateInput {
  /// The arguments (or, for UpdatePartial, the partial columns); flat or constant.
  const data::Column* const* args;
  data::Rows rows;
  /// +1 or -1 of the k-th row; null: all +1.
  const int8_t* signs;
  /// Group row of the k-th row.
  uint8_t* const* states;

  int sign(int32_t k) const { return signs == nullptr ? 1 : signs[k]; }
};

/// Where results go: the value of states[k] to row positions[k] of `out`.
struct ResultOutput {
  data::Column* out;  // flat, of the result type
  const int32_t* positions;
  data::StringArena* arena;
};

struct AccumulatorOptions {
  state::StateMemory* memory = nullptr;
  data::KeyGroupRange groups{0, 1};
  int max_parallelism = 1;
  bool retracts = false;
};

class Accumulator {
 public:
  virtual ~Accumulator() = default;

  virtual int32_t bytes() const = 0;
  /// Before any other step: where the state stands in a group's row, and in which table.
  void Place(int32_t offset, state::KeyedTable* table) {
    offset_ = offset;
    table_ = table;
  }
  /// The values that it keeps beside the row, counted; null if none.
  virtual state::OwnedSets* sets() { return nullptr; }
  /// What `owned` saves. After Place.
  virtual std::vector<state::TailPart> tails() const { return {}; }
  /// The `from` of MergeStates are states of `other`, the same aggregate of another table; if it is
  /// never called, of this one.
  virtual void MergeFrom(const Accumulator& other) {}
  /// Memory that the state owns outside of the row; null if none.
  virtual state::OwnedField* owned() { return nullptr; }

  virtual Status Update(const UpdateInput& in) = 0;
  /// Results that are neither lists nor rows.
  virtual void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const;
  /// Results that are lists or rows: one value per state.
  virtual data::ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const;
  /// Adds the state of from[k] to into[k]; `from` keeps its own.
  virtual Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) = 0;

  /// Columns of the partial form; 0: none (graph/partial_schema.h agrees).
  virtual size_t num_partials() const { return 0; }
  virtual std::vector<data::ColumnPtr> EmitPartial(uint8_t* const* states, int32_t count) const;
  virtual Status UpdatePartial(const UpdateInput& in);

 protected:
  template <typename S>
  S* StateOf(uint8_t* row) const {
    return reinterpret_cast<S*>(row + offset_);
  }
  template <typename S>
  const S* StateOf(const uint8_t* row) const {
    return reinterpret_cast<const S*>(row + offset_);
  }
  state::Slab* SlabOf(const uint8_t* row) const { return table_->SlabOf(row); }

  int32_t offset_ = 0;
  state::KeyedTable* table_ = nullptr;
};

/// The accumulator of a call, ignoring its DISTINCT and FILTER (see aggregate_set.h).
Result<std::unique_ptr<Accumulator>> MakeAccumulator(const expr::AggregateCall& call,
                                                     const AccumulatorOptions& options);

}  // namespace thalweg::operators
