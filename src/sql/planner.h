// Planner: the front door of the room: statements in, graphs and results out.
//
// One Planner per session: it owns the catalog (tables, views) and sees the session's
// configuration. Plan() carries out what needs no job (DDL, SET, USE, SHOW, DESCRIBE, EXPLAIN) and
// returns graphs for what does. It never runs anything. Not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/configuration.h"
#include "base/status.h"
#include "data/batch.h"
#include "data/type.h"
#include "expr/eval_context.h"
#include "graph/graph.h"

namespace thalweg::sql {

/// What a statement came to.
struct Planned {
  enum class Kind : uint8_t {
    kDone,    ///< carried out; `message` may say what (e.g. "Table created.")
    kRows,    ///< SHOW, DESCRIBE, EXPLAIN: `schema` and `rows`
    kQuery,   ///< bare SELECT: `graph` with a collecting sink; `schema` is its result
    kInsert,  ///< INSERT, a statement set, or CREATE TABLE AS: `graph` with all its sinks
  };
  Kind kind = Kind::kDone;
  std::string message;
  data::Schema schema;
  std::vector<data::Batch> rows;
  graph::Graph graph;
  /// kInsert: the sink tables, "default_catalog.default_database.t", for the job's name.
  std::vector<std::string> sinks;
};

class Planner {
 public:
  /// `configuration` is the session's; SET and RESET change it. Both outlive the planner.
  explicit Planner(Configuration* configuration);
  ~Planner();

  /// Plans the statement of `script` at `statement` (from StatementSplitter). Spans in errors are
  /// relative to the whole script.
  Result<Planned> Plan(std::string_view script, SqlSpan statement);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thalweg::sql
