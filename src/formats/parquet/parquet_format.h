// The parquet format over Arrow C++. Only this folder includes Arrow's headers.
//
// Reading: columns and nested fields by name (case-sensitive; a column that the file lacks is
// NULL), row groups skipped by their statistics. Writing: types as Flink writes them, TIMESTAMP as
// INT96 unless 'parquet.write.int64.timestamp' is true. Times without a zone are always taken as
// UTC
// ('parquet.utc-timezone').
#pragma once

#include "formats/registry.h"

namespace thalweg::formats::parquet {

const Format& ParquetFormat();

}  // namespace thalweg::formats::parquet
