// The small state of an operator (positions in sources, progress) as rows: 'table' = 'entries'.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/source.h"
#include "operators/operator.h"

namespace thalweg::savepoint {

/// name STRING, key_group INT, bytes BYTES, text STRING.
const data::Schema& EntryColumns();

/// `sources`: which of the entry columns the columns of `spec` are. One batch; `done`: it has been
/// read already.
std::unique_ptr<connectors::SplitReader> MakeEntryReader(operators::OperatorState entries,
                                                         std::vector<std::string> sources,
                                                         data::Schema columns, bool done);

}  // namespace thalweg::savepoint
