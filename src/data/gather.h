// Moving rows between columns: gather by index and concatenation.
#pragma once

#include <span>

#include "data/column.h"
#include "data/rows.h"

namespace thalweg::data {

/// Row k of the result is row indices[k] of `column` (any encoding), flat; an index of -1 gives
/// NULL. Strings are not copied: the result shares the owners.
ColumnPtr Gather(const Column& column, const int32_t* indices, int32_t count);
inline ColumnPtr Gather(const Column& column, const Rows& rows) {
  return rows.dense() ? column.Slice(0, rows.count())
                      : Gather(column, rows.indices(), rows.count());
}
/// All rows of all columns in order, flat. The types are equal but for nullability; at least one
/// column.
ColumnPtr Concat(std::span<const ColumnPtr> columns);
/// The same rows, flat, in memory of their own on the current pool: nothing of `column` is kept
/// alive or charged elsewhere, strings are copied. For rows that stay.
ColumnPtr DeepCopy(const ColumnPtr& column);

}  // namespace thalweg::data
