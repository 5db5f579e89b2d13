// table.exec.sink.type-length-enforcer: what happens to values longer or shorter than their
// CHAR(n), VARCHAR(n), BINARY(n) or VARBINARY(n) column.
#pragma once

#include <string>

#include "base/status.h"
#include "data/column.h"
#include "data/rows.h"
#include "graph/graph.h"

namespace thalweg::operators {

/// kTrimPad: too long is cut, a short CHAR is padded with spaces, a short BINARY with zeros.
/// kError: kBadData for a value of another length (CHAR, BINARY) or a longer one.
Result<data::ColumnPtr> ApplyLength(const data::ColumnPtr& column, const data::Rows& rows,
                                    int32_t size, const data::Field& field,
                                    graph::LengthEnforcer mode, const std::string& table);

}  // namespace thalweg::operators
