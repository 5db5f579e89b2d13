// Writes one Parquet file with the types and defaults of Flink's parquet format.
#pragma once

#include <memory>

#include "formats/parquet/parquet_options.h"
#include "formats/random_access.h"

namespace thalweg::formats::parquet {

Result<std::unique_ptr<FileEncoder>> MakeParquetWriter(const data::Schema& schema,
                                                       const ParquetOptions& options);

}  // namespace thalweg::formats::parquet
