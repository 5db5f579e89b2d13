// The parquet format's options, parsed.
#pragma once

#include <string>

#include "formats/registry.h"

namespace thalweg::formats::parquet {

struct ParquetOptions {
  std::string compression = "SNAPPY";  // upper case
  int64_t block_bytes = 128 << 20;
  int64_t page_bytes = 1 << 20;
  bool dictionary = true;
  bool int64_timestamps = false;
};

Result<ParquetOptions> ParseParquetOptions(const FormatOptions& options,
                                           const FormatContext* context);

}  // namespace thalweg::formats::parquet
