// WindowOutput: rows of fired windows as an output batch: keys, results, window properties.
#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"
#include "operators/aggregate/group_table.h"
#include "operators/operator.h"
#include "operators/window/window_slicer.h"

namespace thalweg::operators {

/// A group row of a window that has fired, and the window's bounds (window time).
struct FiredRow {
  uint8_t* row;
  int64_t start;
  int64_t end;
};

class WindowOutput {
 public:
  WindowOutput(int num_keys, std::vector<graph::WindowProperty> properties, data::Schema schema)
      : num_keys_(num_keys), properties_(std::move(properties)), schema_(std::move(schema)) {}

  /// Sends group rows of `table` as one batch.
  void Send(OperatorContext* context, GroupTable* table, const WindowSlicer& slicer,
            std::span<const FiredRow> fired) const;

 private:
  data::ColumnPtr PropertyColumn(size_t property, const WindowSlicer& slicer,
                                 std::span<const FiredRow> fired) const;

  const int num_keys_;
  const std::vector<graph::WindowProperty> properties_;
  const data::Schema schema_;
};

}  // namespace thalweg::operators
