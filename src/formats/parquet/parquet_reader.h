// Reads a Parquet file row group by row group, only the columns and nested fields asked for.
#pragma once

#include <memory>
#include <vector>

#include "formats/random_access.h"

namespace thalweg::formats::parquet {

/// kBadData if the file is no Parquet file or its types do not fit the table's.
Result<std::unique_ptr<FileReader>> OpenParquetReader(std::shared_ptr<const RandomAccessFile> file,
                                                      const DecodeTarget& target,
                                                      std::vector<ColumnPredicate> predicates);

}  // namespace thalweg::formats::parquet
