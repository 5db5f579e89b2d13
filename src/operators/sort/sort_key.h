// Sort keys as bytes: memcmp order of the encoding is the order of ORDER BY. NULLs stand first or
// last as the key says; -0.0 < 0.0 and NaN is the largest, as Java's Double.compare has it; strings
// compare by their UTF-8 bytes.
#pragma once

#include <string>
#include <vector>

#include "data/batch.h"
#include "graph/graph.h"

namespace thalweg::operators {

/// NotSupported if a key's type has no order.
Status CheckSortable(const std::vector<graph::SortKey>& keys, const data::Schema& schema);
/// Appends the encoded key of row `row`.
void AppendSortKey(const std::vector<graph::SortKey>& keys, const data::Batch& batch, int32_t row,
                   std::string* out);
/// Appends row `row` of all columns (state/value_codec.h).
void AppendRowBytes(const data::Batch& batch, int32_t row, std::string* out);

/// A column as (first 8 bytes of the encoded key, row): what a sort compares first.
struct SortEntry {
  uint64_t prefix;
  int32_t row;
};
/// The selected rows of `batch` in the order of `keys`, stable; only the first `limit` if >= 0.
std::vector<int32_t> SortedRows(const std::vector<graph::SortKey>& keys, const data::Batch& batch,
                                int64_t limit);

}  // namespace thalweg::operators
