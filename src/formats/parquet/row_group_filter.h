// Which row groups of a Parquet file cannot hold a row that passes the predicates, by the column
// chunks' minimum and maximum.
#pragma once

#include <span>

#include "formats/random_access.h"

namespace parquet {
class FileMetaData;
}

namespace thalweg::formats::parquet {

/// True only if the statistics prove that no row of the group satisfies every predicate.
bool CanSkipRowGroup(const ::parquet::FileMetaData& metadata, int row_group,
                     std::span<const ColumnPredicate> predicates);

}  // namespace thalweg::formats::parquet
