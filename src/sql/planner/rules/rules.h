// The rules of the optimizer. Each takes a whole plan and returns one with the same output.
#pragma once

#include <map>
#include <set>
#include <string>

#include "expr/eval_context.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

/// Calc over calc becomes one calc.
PlanPtr MergeCalcs(const PlanPtr& plan, const expr::EvalContext& context);

/// Expressions of literals become literals; conditions that are always TRUE vanish.
Result<PlanPtr> FoldPlanConstants(const PlanPtr& plan, const expr::EvalContext& context);

/// What scans read, by table: columns that some plan of the job needs.
using ScanUses = std::map<std::string, std::set<std::string>>;
/// Drops columns, nested fields and aggregates that nobody reads, down into the scans. With `uses`,
/// scans of a table read all that the job needs of it, so that they are equal; nested fields are
/// then kept whole.
PlanPtr PruneColumns(const PlanPtr& plan, const ScanUses* uses);
/// What PruneColumns(plan, nullptr) leaves in the scans, added to `uses`; counts scans by table.
void CollectScanUses(const PlanPtr& plan, ScanUses* uses, std::map<std::string, int>* counts);
/// Name of what a scan reads: table and options.
std::string ScanIdentity(const graph::ScanNode& scan);

/// Tells scans the conditions above them, so that data can be skipped. Not where a watermark is
/// made: it depends on every row.
PlanPtr PushFilters(const PlanPtr& plan, const std::map<std::string, int>& scan_counts);

}  // namespace thalweg::sql
