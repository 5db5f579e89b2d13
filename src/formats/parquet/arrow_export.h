// Columns of our types as Arrow arrays, for writing. Fixed-width values are borrowed, not copied:
// an array must not outlive its column.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "base/status.h"
#include "data/column.h"

namespace thalweg::formats::parquet {

/// The Arrow type that Parquet stores `type` as.
std::shared_ptr<arrow::DataType> ArrowTypeOf(const data::Type& type);

/// Rows 0 .. size-1 of `column`, flat.
Result<std::shared_ptr<arrow::Array>> ExportColumn(const data::Column& column);

}  // namespace thalweg::formats::parquet
