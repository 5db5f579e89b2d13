// RowBuffer: rows kept for later, compacted, with snapshot. For sorts.
#pragma once

#include <string>
#include <vector>

#include "data/batch.h"
#include "operators/operator.h"

namespace thalweg::operators {

class RowBuffer {
 public:
  explicit RowBuffer(data::Schema schema) : schema_(std::move(schema)) {}

  void Add(const data::Batch& batch);
  int64_t num_rows() const { return num_rows_; }
  /// All rows as one batch (at most 2^31 of them); the buffer keeps them.
  const data::Batch& All();
  /// Only these rows of All() stay, in this order.
  void Keep(const std::vector<int32_t>& rows);

  void Snapshot(const std::string& name, OperatorState* out);
  Status Restore(const std::string& name, const OperatorState& restored);

 private:
  const data::Schema schema_;
  std::vector<data::Batch> batches_;
  int64_t num_rows_ = 0;
};

/// The given rows of `batch`, in this order.
data::Batch GatherRows(const data::Batch& batch, const int32_t* rows, int32_t count);

}  // namespace thalweg::operators
