// WindowOutput: rows of fired windows as output batches: keys, results, window properties; in
// pieces of batch_rows, and resumable when the output is full.
#pragma once

#include <vector>

#include "base/memory_charge.h"
#include "graph/graph.h"
#include "operators/aggregate/group_table.h"
#include "operators/operator.h"
#include "operators/window/window_slicer.h"

namespace thalweg::operators {

class WindowOutput {
 public:
  WindowOutput(int num_keys, std::vector<graph::WindowProperty> properties, data::Schema schema)
      : num_keys_(num_keys), properties_(std::move(properties)), schema_(std::move(schema)) {}

  /// The rows to send, group rows of `table`; window bounds of rows[i] are starts[i], ends[i]
  /// (window time). Only while done(). Their bytes are charged to `pool` until they are out.
  Status Begin(MemoryPool* pool, GroupTable* table, const WindowSlicer* slicer,
               std::vector<uint8_t*> rows, std::vector<int64_t> starts, std::vector<int64_t> ends);
  bool done() const { return next_ == rows_.size(); }
  /// Sends until everything is out (kDone) or the output is full.
  Progress Run(OperatorContext* context);

 private:
  data::ColumnPtr PropertyColumn(size_t property, size_t begin, int32_t count) const;

  const int num_keys_;
  const std::vector<graph::WindowProperty> properties_;
  const data::Schema schema_;
  GroupTable* table_ = nullptr;
  const WindowSlicer* slicer_ = nullptr;
  std::vector<uint8_t*> rows_;
  std::vector<int64_t> starts_;
  std::vector<int64_t> ends_;
  size_t next_ = 0;
  MemoryCharge charge_;  // of the three lists
};

}  // namespace thalweg::operators
