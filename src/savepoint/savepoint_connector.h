// The connector 'savepoint': the keyed state of one operator in a checkpoint or savepoint as a
// bounded table. Columns are found by name (savepoint/stored_state_catalog.h says which there are);
// option names of Flink's connector of the same name are understood where they mean something here.
//
// Splits are ranges of key groups; what a reader holds is a block (64 KiB) and a bit per row of one
// key group. Metadata columns: key_group INT, row_id BIGINT (which `owner` of a table of values
// refers to).
#pragma once

#include "connectors/registry.h"

namespace thalweg::savepoint {

extern const connectors::Connector kSavepointConnector;

}  // namespace thalweg::savepoint
