// The sink contract: writers seal output per epoch, one committer publishes it.
//
//   SinkWriter (one per subtask):  Write*  ->  Seal(epoch) -> committable bytes (in the snapshot)
//   SinkCommitter (one per sink):  Commit(epoch, all writers' committables), in epoch order, after
//                                  the epoch is durable; idempotent, since a restart may repeat it
// A bounded job ends by a final Seal and Commit with end_of_input. At-once sinks (print, blackhole)
// seal nothing and have no committer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "connectors/table.h"
#include "data/batch.h"
#include "expr/eval_context.h"

namespace thalweg::connectors {

/// Which row kinds a sink can take.
enum class SinkMode : uint8_t {
  kInsertOnly,  ///< +I only: updates are refused at planning
  kUpsert,      ///< +I, +U, -D by primary key; no -U
  kAll,         ///< every kind, -U included
};

struct WriterContext {
  int subtask = 0;
  int parallelism = 1;
  int64_t generation = 1;  ///< the owner's; part of every file name
  std::string job_name;
  const expr::EvalContext* eval = nullptr;
};

class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  virtual Status Write(const data::Batch& batch) = 0;
  /// Ends epoch `epoch`: everything written so far is durable but not visible; the bytes returned
  /// are what Commit needs. Empty: nothing to commit.
  virtual Result<std::string> Seal(int64_t epoch, bool end_of_input) = 0;
  /// State to go on with after a restore (an open file and its valid length).
  virtual Result<std::string> Snapshot() { return std::string(); }
  virtual Status Restore(const std::vector<std::string>& snapshots) { return Status::OK(); }
  /// Bounded, time-driven work between batches (rolling by time), with the current epoch ms.
  virtual Status OnProcessingTime(int64_t now_ms) { return Status::OK(); }
  /// The job is cancelled or has failed: drop what is not sealed.
  virtual void Abort() {}
};

class SinkCommitter {
 public:
  virtual ~SinkCommitter() = default;
  virtual Status Commit(int64_t epoch, const std::vector<std::string>& committables,
                        int64_t watermark_ms, bool end_of_input) = 0;
};

class TableSink {
 public:
  virtual ~TableSink() = default;
  virtual SinkMode mode() const = 0;
  virtual Result<std::unique_ptr<SinkWriter>> MakeWriter(const WriterContext& context) = 0;
  /// Null if nothing is ever sealed.
  virtual Result<std::unique_ptr<SinkCommitter>> MakeCommitter() { return {nullptr}; }
  /// INSERT OVERWRITE and INSERT INTO ... PARTITION (static values are constant columns already).
  virtual Status ApplyOverwrite() { return Status::NotSupported("INSERT OVERWRITE"); }
  /// METADATA keys that can be written, and how they arrive: after the physical columns.
  virtual std::vector<std::string> writable_metadata() const { return {}; }
};

}  // namespace thalweg::connectors
