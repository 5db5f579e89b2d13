// Arrow arrays as columns of our types. Fixed-width values are copied once, strings are views into
// Arrow's buffers, which the column keeps alive.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

#include "base/status.h"
#include "data/column.h"

namespace thalweg::formats::parquet {

/// An Arrow error as ours.
Status FromArrow(const arrow::Status& status);

/// `array` as a column of `type`; fields of ROWs are matched by name, missing ones are NULL.
/// kBadData if the types do not fit; `name` stands in the error.
Result<data::ColumnPtr> ImportArray(const std::string& name, const arrow::Array& array,
                                    const data::Type& type);

}  // namespace thalweg::formats::parquet
