// Batch: some rows of one edge: columns, row kinds, and optionally a selection.
//
// A value: copying shares the columns. Without kinds every row is +I. With a selection only the
// listed rows (strictly increasing) exist; columns and kinds are indexed by row, selected or not.
#pragma once

#include <memory>
#include <vector>

#include "data/column.h"
#include "data/row_kind.h"
#include "data/rows.h"

namespace thalweg::data {

struct Batch {
  /// Rows of every column, selected or not.
  int32_t size = 0;
  std::vector<ColumnPtr> columns;
  /// size RowKind bytes, or null: all +I.
  BufferPtr kinds;
  /// `selected_count` int32, or null: all rows.
  BufferPtr selection;
  int32_t selected_count = 0;

  Rows rows() const {
    return selection ? Rows::Of(reinterpret_cast<const int32_t*>(selection->data()), selected_count)
                     : Rows::All(size);
  }
  int32_t num_rows() const { return selection ? selected_count : size; }
  bool empty() const { return num_rows() == 0; }
  bool insert_only() const { return kinds == nullptr; }
  RowKind kind(int32_t row) const {
    return kinds ? static_cast<RowKind>(kinds->data()[row]) : RowKind::kInsert;
  }
  void Select(BufferPtr indices, int32_t count) {
    selection = std::move(indices);
    selected_count = count;
  }
  /// The selected rows only, without a selection; columns flat or constant where they were.
  Batch Compact() const;
  /// Rough weight, for backpressure; see Column::EstimatedBytes.
  int64_t Bytes() const;
};

/// Rows of all batches in order, compacted. All have the same columns.
Batch ConcatBatches(const std::vector<Batch>& batches);

}  // namespace thalweg::data
