// The part of a scan's filters that a file reader can use to skip row groups, or whole files by
// their partition.
#pragma once

#include <vector>

#include "connectors/source.h"
#include "formats/random_access.h"

namespace thalweg::connectors {

/// Filters of the form column op literal (either way round) over columns in `readable`; everything
/// else is left to the filter above the source.
std::vector<formats::ColumnPredicate> PredicatesOf(const ScanSpec& spec,
                                                   const data::Schema& readable);
/// Whether the predicate can be true of `value`, a one-row column of the literal's type.
bool CanHold(const formats::ColumnPredicate& predicate, const data::Column& value);

}  // namespace thalweg::connectors
