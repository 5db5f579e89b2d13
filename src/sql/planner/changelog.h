// Changelog inference: which row kinds travel on each edge, and which key identifies a row.
//
// Bottom-up: what an operator can emit follows from what it receives. Top-down: whether anybody
// needs the row before an update (-U). Both as in Flink; what a sink or operator cannot take is
// refused with Flink's message.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sql/binder/bind_context.h"
#include "sql/planner/plan.h"

namespace thalweg::sql {

struct ChangelogTraits {
  bool updates = false;
  bool deletes = false;
  /// Some consumer needs -U before +U.
  bool needs_before = false;
  /// Columns that identify a row; nothing: not known; empty: there is one row at most.
  std::optional<std::vector<int>> upsert_key;
  /// Sinks: changes must be put in order by primary key first.
  bool materialize = false;
  /// Sinks: 'sink.parallelism', 0 if not set; columns that decide on the writer, if any.
  int sink_parallelism = 0;
  std::vector<int> sink_keys;

  bool insert_only() const { return !updates && !deletes; }
  graph::ChangelogMode mode() const {
    return insert_only()  ? graph::ChangelogMode::kInsertOnly
           : needs_before ? graph::ChangelogMode::kRetract
                          : graph::ChangelogMode::kUpsert;
  }
};

using ChangelogMap = std::map<const PlanNode*, ChangelogTraits>;

/// For all nodes of the plans that end in `sinks`.
Result<ChangelogMap> InferChangelog(const std::vector<PlanPtr>& sinks, const BindContext& context);

}  // namespace thalweg::sql
