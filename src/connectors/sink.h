// The sink contract: writers seal output per epoch, one committer publishes it.
//
//   SinkWriter (one per subtask):  Write*  ->  Seal(epoch) -> committable bytes (in the snapshot)
//   SinkCommitter (one per sink):  Commit(epoch, all writers' committables), in epoch order, after
//                                  the epoch is durable; idempotent, since a restart may repeat it
// The coordinator calls Prepare between the seal and the checkpoint, so that writers need not wait
// for the disk, and so that an epoch's output may be put together before the checkpoint names it. A
// bounded job ends by a final Seal and Commit with end_of_input. At-once sinks (print, blackhole)
// seal nothing and have no committer.
//
// Ownership: output carries the lineage (one history of a job) and the generation (one start within
// it). TakeOver comes before anything else of a start: afterwards no earlier generation, not even a
// process that was stopped and comes back, can publish what the restored checkpoint does not know.
#pragma once

#include <functional>
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

/// Whose output it is.
struct Ownership {
  /// A word of letters and digits: the job's history, then this sink of it; the same over all
  /// restarts.
  std::string lineage;
  int64_t generation = 1;  ///< grows with every start
  /// Epoch of the checkpoint with which this lineage goes on: what it has published of later ones
  /// is withdrawn. 0: the lineage begins.
  int64_t restored_epoch = 0;
  /// For what a person should know, and is no error.
  std::function<void(const std::string&)> notice = [](const std::string&) {};
};

struct WriterContext {
  int subtask = 0;
  int parallelism = 1;
  std::string job_name;
  const expr::EvalContext* eval = nullptr;
};

class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  virtual Status Write(const data::Batch& batch) = 0;
  /// Ends epoch `epoch`: everything written so far is complete but neither visible nor, before
  /// Prepare, durable; the bytes returned are what Prepare and Commit need. Empty: nothing to
  /// commit. `roll`: nothing may stay open over the epoch's end (the end of the input, a
  /// savepoint).
  virtual Result<std::string> Seal(int64_t epoch, bool roll) = 0;
  /// After Seal: state to go on with after a restore (an open file and its valid length). Restored
  /// by exactly one writer.
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
  /// Makes one epoch's sealed output durable, before the checkpoint that names it, and returns what
  /// that checkpoint and Commit need instead of `committables`. Repeatable: with the same after an
  /// error, with the result after success.
  virtual Result<std::vector<std::string>> Prepare(std::vector<std::string> committables) {
    return committables;
  }
  virtual Status Commit(int64_t epoch, const std::vector<std::string>& committables,
                        int64_t watermark_ms, bool end_of_input) = 0;
  /// What it remembers between commits (partitions that are not complete yet); before Commit.
  virtual std::string Snapshot() const { return {}; }
  virtual Status Restore(const std::string& snapshot) { return Status::OK(); }
};

class TableSink {
 public:
  virtual ~TableSink() = default;
  virtual SinkMode mode() const = 0;
  /// Before MakeWriter, and before the committer is used. `known`: the committables and writer
  /// snapshots of the restored checkpoint. Anything else that earlier generations of the lineage
  /// have left unpublished is removed, and what they have published of epochs after
  /// `owner.restored_epoch` is withdrawn.
  virtual Status TakeOver(const Ownership& owner, const std::vector<std::string>& known) {
    return Status::OK();
  }
  /// What sinks of these histories have left unpublished is removed: no checkpoint names it any
  /// more, and a process of theirs that comes back must not publish it. `lineages`: beginnings of
  /// Ownership::lineage. After TakeOver; while writers write, too.
  virtual Status RemoveUnpublished(const std::vector<std::string>& lineages) {
    return Status::OK();
  }
  virtual Result<std::unique_ptr<SinkWriter>> MakeWriter(const WriterContext& context) = 0;
  /// Null if nothing is ever sealed.
  virtual Result<std::unique_ptr<SinkCommitter>> MakeCommitter() { return {nullptr}; }
  /// INSERT OVERWRITE and INSERT INTO ... PARTITION (static values are constant columns already).
  virtual Status ApplyOverwrite() { return Status::NotSupported("INSERT OVERWRITE"); }
  /// METADATA keys that can be written, and how they arrive: after the physical columns.
  virtual std::vector<std::string> writable_metadata() const { return {}; }
};

}  // namespace thalweg::connectors
