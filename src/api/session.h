// Session: runs Flink SQL text. The door for the command line, the test runner and, later, the C++
// API and the server.
//
//   Session session(options);
//   session.RunScript(text, &handler);
//
// Statements run in order. Each INSERT outside a statement set is a job of its own: a bounded one
// is waited for, an unbounded one goes on while the next statement follows; Finish() waits for the
// rest. Not thread-safe, except for Stop().
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/script_jobs.h"
#include "api/supervised_job.h"
#include "base/clock.h"
#include "base/configuration.h"
#include "base/file_system.h"
#include "base/status.h"
#include "data/batch.h"
#include "data/type.h"
#include "graph/changelog_mode.h"
#include "runtime/job.h"
#include "sql/planner.h"

namespace thalweg::api {

struct SessionOptions {
  int parallelism = 0;       ///< 0: parallelism.default, else one worker per core
  int64_t memory_limit = 0;  ///< bytes for all jobs; 0: 80 % of the machine's or cgroup's
  int32_t batch_rows = 4096;
  Clock* clock = Clock::System();
  uint64_t seed = 0;  ///< RAND, UUID; 0: from the system
  /// Folder of the jobs' checkpoint folders, where no key says otherwise; empty: nowhere, so that
  /// only jobs with execution.checkpointing.dir keep checkpoints.
  std::string state_root;
  /// Tells this script's jobs from others' of the same name, unless pipeline.name is set.
  std::string script_identity;
  /// What jobs start from: "latest" checkpoint of theirs, "none", or the path of one.
  std::string restore = "latest";
  /// A stop writes a savepoint to this new folder; empty: a checkpoint only.
  std::string savepoint_on_stop;
  FileSystem* file_system = FileSystem::Posix();  ///< of checkpoints
  /// Where print sinks write, in the whole process; null: to the standard streams.
  std::function<Status(bool standard_error, std::string_view lines)> print;
};

/// Receives what statements produce. All calls come one at a time.
class ResultHandler {
 public:
  virtual ~ResultHandler() = default;
  /// A statement's rows begin. `mode` says which row kinds may come.
  virtual Status OnSchema(const data::Schema& schema, graph::ChangelogMode mode) = 0;
  /// They come until the job is stopped.
  virtual void OnEndless() {}
  virtual Status OnBatch(const data::Batch& batch) = 0;
  virtual Status OnResultEnd() = 0;
  /// "Table created.", "Job insert_into_t finished: 3 rows."
  virtual void OnMessage(std::string_view message) {}
  /// Something the user should know: a key without meaning here, late rows dropped. This and the
  /// calls below may come from any thread.
  virtual void OnNotice(std::string_view notice) {}
  /// What a log holds: a checkpoint was made.
  virtual void OnLog(std::string_view line) {}
  /// A job has started, for the first time or again; the pointer is valid until OnJobEnd.
  virtual void OnJobStart(const runtime::Job* job, std::string_view name) {}
  virtual void OnJobEnd(const runtime::Job* job) {}
};

class Session {
 public:
  explicit Session(SessionOptions options);
  ~Session();

  /// -D key=value and files: as SET.
  Status Configure(std::string_view key, std::string_view value);
  Configuration* configuration() { return &configuration_; }
  /// What was configured though it has no meaning here; RunScript gives it to its handler.
  std::vector<std::string> TakeNotices();

  /// Runs every statement, then waits for all jobs. The first error ends it and stops the jobs that
  /// run; its span is in `script`.
  Status RunScript(std::string_view script, ResultHandler* handler);
  /// Plans every statement without running a job.
  Status CheckScript(std::string_view script);
  /// The plans of the script's queries and INSERTs, as EXPLAIN prints them.
  Result<std::string> ExplainScript(std::string_view script);

  /// Ends all running jobs cleanly; from any thread (not from a signal handler).
  void Stop();
  /// All that runs can be ended with the process, since another start does what is left to do: it
  /// publishes nothing but by checkpoints, and owes no savepoint. From any thread.
  bool CanBeLeft();

 private:
  /// From any thread.
  struct Stoppable {
    std::function<void()> stop;
    std::function<bool()> can_be_left;
  };
  struct Running {
    std::unique_ptr<SupervisedJob> job;
    SqlSpan statement;
  };
  Status RunStatements(ResultHandler* handler);
  Status RunStatement(std::string_view script, SqlSpan statement, ResultHandler* handler);
  Status RunQuery(sql::Planned planned, ResultHandler* handler);
  Status RunInsert(sql::Planned planned, SqlSpan statement, ResultHandler* handler);
  /// One process, one outcome: what has failed ends the other jobs, too.
  void StopOthers();
  Result<runtime::JobOptions> OptionsOf(const graph::Graph& graph, std::string name) const;
  /// Name of an INSERT's job.
  std::string NameOf(const sql::Planned& planned) const;
  ScriptJobs::Sinks SinksOfScript() const;
  Status Finish(ResultHandler* handler);
  Status WaitFor(SupervisedJob* job, ResultHandler* handler);
  void Report(const runtime::Job& job, std::string_view name, ResultHandler* handler);

  SessionOptions options_;
  std::shared_ptr<MemoryPool> pool_;
  Configuration configuration_;
  sql::Planner planner_;
  std::vector<Running> running_;  // unbounded INSERTs
  int jobs_started_ = 0;
  ScriptJobs jobs_;
  std::string_view script_;   // while it runs
  Configuration configured_;  // as the script found it

  std::mutex mutex_;                            // guards what Stop touches
  std::map<const void*, Stoppable> stoppable_;  // by job
  bool stopped_ = false;
  bool failed_ = false;  // something of this script
};

/// Bytes that jobs may use by default: 80 % of the cgroup's or the machine's memory.
int64_t DefaultMemoryLimit();

}  // namespace thalweg::api
