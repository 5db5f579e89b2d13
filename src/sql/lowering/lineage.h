// Lineage: what the rows and columns of a plan node are in terms of the sources, so that a node's
// state is found again after the SQL around it has changed: columns by what computes them, however
// many others are read beside them; rows by the filters, groupings and windows that they went
// through.
#pragma once

#include <string>
#include <vector>

#include "sql/planner/plan.h"

namespace thalweg::sql {

struct Lineage {
  std::string rows;
  std::vector<std::string> columns;
  /// The node keeps state: what must stay for it to be of use; empty: none.
  std::string family;
};

/// `inputs`: of the plan's inputs, in order.
Lineage LineageOf(const PlanNode& plan, const std::vector<const Lineage*>& inputs);
/// Sets the identities of calls over such an input.
void IdentifyCalls(const Lineage& input, std::vector<expr::AggregateCall>* calls);

uint64_t HashText(std::string_view text);

}  // namespace thalweg::sql
