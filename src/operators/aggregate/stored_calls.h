// What aggregates keep in rows, described for snapshots (state/table_schema.h), and aggregate calls
// as bytes in these descriptions.
#pragma once

#include <string>
#include <vector>

#include "expr/aggregate.h"
#include "state/owned_sets.h"
#include "state/table_schema.h"

namespace thalweg::operators {

/// Of a call's DISTINCT or side table: the arguments in terms of the sources.
std::string ArgumentsIdentity(const expr::AggregateCall& call);
/// "(INT, STRING)".
std::string ArgumentTypes(const expr::AggregateCall& call);

/// The field of the `index`-th call, without place and size.
state::FieldSchema CallField(const expr::AggregateCall& call, int index, bool retracts);
/// The table of the values of COLLECT, or of MIN and MAX over changes.
state::TableSchema ValuesSchema(const expr::AggregateCall& call, state::OwnedSets* sets);
/// The table of the values that DISTINCT calls over one column have seen.
state::TableSchema DistinctSchema(const std::vector<const expr::AggregateCall*>& members,
                                  std::string identity, bool retracts, state::OwnedSets* sets);

/// How an aggregating operator's rows are read back.
struct StoredAggregates {
  std::vector<expr::AggregateCall> calls;
  bool retracts = false;
  int32_t offset = 0;  ///< of the first one's state in the row

  std::string Encode() const;
  static Result<StoredAggregates> Decode(std::string_view bytes);
};

/// First words of TableSchema::definition.
constexpr std::string_view kAggregatesDefinition = "aggregate calls";
constexpr std::string_view kSetDefinition = "set";

}  // namespace thalweg::operators
