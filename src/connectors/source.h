// The source contract: an Enumerator finds splits, SplitReaders read them, positions make it
// resume.
//
//   TableSource (one per scan in a job, planned)
//     -> Enumerator (one per job, at the coordinator): which splits are known, assigned, finished
//     -> SplitReader (one per split, owned by a subtask): batches in order, each with the position
//        after it
// A snapshot of a reader is the position of the last batch handed downstream; never the read-ahead.
// On restore, unfinished splits go back to the enumerator and are assigned anew, at any
// parallelism. The source operator (operators/source/) owns watermarks and picks which split to
// read next.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "connectors/table.h"
#include "data/batch.h"
#include "expr/eval_context.h"
#include "expr/expr.h"

namespace thalweg::connectors {

/// A unit of reading with an order of its own: a file, a Kafka partition, a generator's range.
struct Split {
  std::string id;        ///< unique in the source, stable over restarts
  std::string payload;   ///< the connector's own description
  std::string position;  ///< where to go on; empty: from the start
};

class Enumerator {
 public:
  virtual ~Enumerator() = default;
  /// Finds splits; called once at the start and, if discovery_interval_ms() > 0, again and again.
  /// Blocking; runs on an I/O thread. New splits are returned once and remembered.
  virtual Result<std::vector<Split>> Discover() = 0;
  /// 0: the set of splits is final after the first Discover.
  virtual int64_t discovery_interval_ms() const { return 0; }
  /// What Discover has returned so far, as bytes; restores into the same state.
  virtual std::string Snapshot() const = 0;
  virtual Status Restore(const std::string& snapshot) = 0;
};

/// What a reader gets from its task.
struct ReaderContext {
  int32_t batch_rows = 4096;  ///< upper bound of rows per batch
  /// How many threads the reader may start to decode with it: workers that have no split to read.
  int decode_helpers = 0;
  /// Called from any thread when a reader that answered kPending can go on.
  std::function<void()> wake;
  const expr::EvalContext* eval = nullptr;  ///< local time zone, clock
};

class SplitReader {
 public:
  virtual ~SplitReader() = default;
  enum class State {
    kBatch,    ///< *batch is filled
    kPending,  ///< nothing now; wake will be called
    kEnd,      ///< the split is exhausted
  };
  /// Does not block for long: waiting I/O happens on the connector's I/O thread.
  virtual Result<State> Next(data::Batch* batch) = 0;
  /// After the last batch returned; opaque bytes for Split::position.
  virtual std::string position() const = 0;
  /// Rows or records skipped by ignore-parse-errors and the like.
  virtual int64_t skipped() const { return 0; }
  /// For error messages and progress: "orders.csv".
  virtual const std::string& name() const = 0;
};

/// What a scan asks of a source: which columns (nested ROW fields pruned), metadata keys, and
/// predicates that may be used to skip data (the filter itself stays above the source).
struct ScanSpec {
  data::Schema columns;                    ///< subset of ConnectorTable::physical, by name, pruned
  std::vector<std::string> metadata_keys;  ///< appended after `columns`, in this order
  std::vector<expr::ExprPtr> filters;      ///< conjuncts over the scan's output columns; advisory
};

struct MetadataColumn {
  std::string key;
  data::Type type;
};

class TableSource {
 public:
  virtual ~TableSource() = default;
  virtual bool bounded() const = 0;
  /// METADATA keys this source can provide.
  virtual std::vector<MetadataColumn> metadata() const { return {}; }
  virtual Result<std::unique_ptr<Enumerator>> MakeEnumerator() = 0;
  /// Columns of the batches: spec.columns, then the metadata keys.
  virtual Result<std::unique_ptr<SplitReader>> MakeReader(const Split& split, const ScanSpec& spec,
                                                          const ReaderContext& context) = 0;
  /// Largest useful parallelism of the scan, 0 if unlimited.
  virtual int max_parallelism() const { return 0; }
};

}  // namespace thalweg::connectors
