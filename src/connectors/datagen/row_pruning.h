// Narrowing ROW columns to the fields that a scan reads.
#pragma once

#include "data/column.h"

namespace thalweg::connectors {

/// `column` (flat) as `wanted`: the same type, or a ROW with some of its fields, at any depth.
data::ColumnPtr PruneRow(const data::ColumnPtr& column, const data::Type& wanted);

}  // namespace thalweg::connectors
