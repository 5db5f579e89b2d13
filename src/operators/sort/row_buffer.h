// RowBuffer: rows kept in memory for later, compacted, with snapshot. For sorts.
//
// The rows are copied into memory of the buffer's own, a few thousand at a time: a batch's strings
// lie in the chunks of the file they came from, which would stay as long as one row does, and are
// charged to the source.
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
  /// Of the copies.
  int64_t bytes() const { return bytes_; }
  /// All rows as one batch (at most 2^31 of them); the buffer keeps them.
  const data::Batch& All();
  void Clear();
  /// Only these rows of All() stay, in this order.
  void Keep(const std::vector<int32_t>& rows);

  void Snapshot(const std::string& name, OperatorState* out);
  Status Restore(const std::string& name, const OperatorState& restored);

 private:
  void Settle();

  const data::Schema schema_;
  std::vector<data::Batch> batches_;  // copies
  std::vector<data::Batch> arrived_;  // as they came
  int64_t arrived_rows_ = 0;
  int64_t num_rows_ = 0;
  int64_t bytes_ = 0;
};

/// The given rows of `batch`, in this order.
data::Batch GatherRows(const data::Batch& batch, const int32_t* rows, int32_t count);

}  // namespace thalweg::operators
