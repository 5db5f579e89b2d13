#include "api/session.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

#include "api/job_launcher.h"
#include "api/row_text.h"
#include "base/default_parallelism.h"
#include "connectors/print_output.h"
#include "connectors/registry.h"
#include "expr/time_zone.h"
#include "savepoint/savepoint_connector.h"
#include "sql/statement_splitter.h"
#include "state/extent_space.h"

namespace thalweg::api {
namespace {

/// "1 row", "2 late rows".
std::string Rows(int64_t count, std::string_view kind = "") {
  return fmt::format("{} {}{}", count, kind, count == 1 ? "row" : "rows");
}

int UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

}  // namespace

Session::Session(SessionOptions options)
    : options_(options),
      pool_(std::make_shared<MemoryPool>(
          "thalweg", MemoryPool::Process(),
          options.memory_limit > 0 ? options.memory_limit : DefaultMemoryLimit())),
      planner_(&configuration_),
      jobs_(options.script_identity) {
  connectors::AddConnector(&savepoint::kSavepointConnector);
  if (options_.print) connectors::SetPrintOutput(options_.print);
  // The planner asks the configuration whether an aggregation is worth two phases.
  if (options_.parallelism > 0) {
    const Status set =
        configuration_.Set("parallelism.default", std::to_string(options_.parallelism));
    TW_CHECK(set.ok(), set.ToString());
  }
}

Session::~Session() {
  Stop();
  if (options_.print) connectors::SetPrintOutput(nullptr);
}

Status Session::Configure(std::string_view key, std::string_view value) {
  TW_RETURN_IF_ERROR(configuration_.Set(key, value));
  return SessionZone(configuration_).status();
}

std::vector<std::string> Session::TakeNotices() { return configuration_.TakeNotices(); }

Status Session::RunScript(std::string_view script, ResultHandler* handler) {
  struct Listening {
    ~Listening() { state::ExtentSpace::Process()->SetListener(nullptr); }
  } const listening;
  state::ExtentSpace::Process()->SetListener([this, handler](const std::string& directory) {
    handler->OnNotice(
        fmt::format("state outgrows the memory limit of {}: what is not in use is paged to {}",
                    FormatBytes(pool_->limit()), directory));
  });
  script_ = script;
  configured_ = configuration_;
  failed_ = false;
  const Status status = RunStatements(handler);
  if (!status.ok()) StopOthers();
  const Status finished = Finish(handler);
  return status.ok() ? finished : status;
}

Status Session::RunStatements(ResultHandler* handler) {
  sql::StatementSplitter splitter(script_);
  while (true) {
    TW_ASSIGN_OR_RETURN(std::optional<SqlSpan> statement, splitter.Next());
    if (!statement) return Status::OK();
    TW_RETURN_IF_ERROR(RunStatement(script_, *statement, handler).WithSpan(*statement));
    std::lock_guard lock(mutex_);
    if (stopped_ || failed_) return Status::OK();
  }
}

Status Session::RunStatement(std::string_view script, SqlSpan statement, ResultHandler* handler) {
  auto planned = planner_.Plan(script, statement);
  for (const std::string& notice : configuration_.TakeNotices()) handler->OnNotice(notice);
  if (!planned.ok()) return planned.status();
  switch (planned->kind) {
    case sql::Planned::Kind::kDone:
      if (!planned->message.empty()) handler->OnMessage(planned->message);
      return Status::OK();
    case sql::Planned::Kind::kRows:
      TW_RETURN_IF_ERROR(handler->OnSchema(planned->schema, graph::ChangelogMode::kInsertOnly));
      for (const data::Batch& batch : planned->rows) TW_RETURN_IF_ERROR(handler->OnBatch(batch));
      return handler->OnResultEnd();
    case sql::Planned::Kind::kQuery:
      return RunQuery(*std::move(planned), handler);
    case sql::Planned::Kind::kInsert:
      return RunInsert(*std::move(planned), statement, handler);
  }
  return Status::OK();
}

Result<runtime::JobOptions> Session::OptionsOf(const graph::Graph& graph, std::string name) const {
  runtime::JobOptions options;
  options.name = std::move(name);
  options.parallelism = options_.parallelism;
  if (options.parallelism == 0) {
    options.parallelism = static_cast<int>(DefaultParallelism(configuration_));
  }
  const bool chosen = options.parallelism > 0;
  if (!chosen) options.parallelism = UsableCores();
  if (configuration_.IsSet("pipeline.max-parallelism")) {
    options.max_parallelism =
        static_cast<int>(configuration_.GetInteger("pipeline.max-parallelism"));
    if (!chosen) options.parallelism = std::min(options.parallelism, options.max_parallelism);
    if (options.parallelism > options.max_parallelism) {
      return Status::InvalidSql(fmt::format(
          "the parallelism, {}, is above 'pipeline.max-parallelism', {}: there are not enough key "
          "groups for its workers",
          options.parallelism, options.max_parallelism));
    }
  }
  options.max_parallelism = std::max(options.max_parallelism, options.parallelism);
  options.batch_rows = options_.batch_rows;
  options.pool = pool_.get();
  options.clock = options_.clock;
  const std::string zone = configuration_.GetString("table.local-time-zone");
  if (zone == "default") {
    options.eval.zone = expr::TimeZone::System();
  } else {
    TW_ASSIGN_OR_RETURN(options.eval.zone, expr::TimeZone::Find(zone));
  }
  options.local_time_zone = options.eval.zone->id();
  if (configuration_.IsSet("io.tmp.dirs")) {
    auto directories =
        state::ScratchFile::SplitDirectories(configuration_.GetString("io.tmp.dirs"));
    TW_RETURN_IF_ERROR(state::ScratchFile::Open(directories).status());
    state::ExtentSpace::Process()->SetDirectories(std::move(directories));
  }
  options.eval.query_start_ms = options_.clock->NowMs();
  options.eval.now_ms = options.eval.query_start_ms;
  options.eval.streaming = graph.streaming;
  options.eval.seed = options_.seed;
  return options;
}

Status Session::RunQuery(sql::Planned planned, ResultHandler* handler) {
  graph::ChangelogMode mode = graph::ChangelogMode::kInsertOnly;
  for (const graph::Node& node : planned.graph.nodes) {
    if (std::holds_alternative<graph::SinkNode>(node.spec)) {
      mode = planned.graph.nodes[static_cast<size_t>(node.inputs[0].from)].mode;
    }
  }
  const std::string name = "collect";
  TW_ASSIGN_OR_RETURN(runtime::JobOptions options, OptionsOf(planned.graph, name));
  // The sinks of several workers collect at once; a handler is called by one at a time.
  std::mutex collecting;
  options.collector = [&](const data::Batch& b) {
    std::lock_guard lock(collecting);
    return handler->OnBatch(b);
  };
  TW_ASSIGN_OR_RETURN(auto job, runtime::Job::Create(std::move(planned.graph), std::move(options)));
  TW_RETURN_IF_ERROR(handler->OnSchema(planned.schema, mode));
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || failed_) return Status::OK();
    stoppable_[job.get()] = {[job = job.get()] { job->Stop(); }, [] { return false; }};
  }
  if (!job->bounded()) handler->OnEndless();
  handler->OnJobStart(job.get(), name);
  const Status status = job->Run();
  handler->OnJobEnd(job.get());
  {
    std::lock_guard lock(mutex_);
    stoppable_.erase(job.get());
  }
  TW_RETURN_IF_ERROR(status);
  TW_RETURN_IF_ERROR(handler->OnResultEnd());
  Report(*job, name, handler);
  return Status::OK();
}

std::string Session::NameOf(const sql::Planned& planned) const {
  std::string name = configuration_.GetString("pipeline.name");
  if (!name.empty()) return name;
  for (const std::string& sink : planned.sinks) {
    name += (name.empty() ? "insert-into_" : ",") + sink;
  }
  if (jobs_started_ > 0) name += fmt::format("_{}", jobs_started_);
  return name;
}

ScriptJobs::Sinks Session::SinksOfScript() const {
  ScriptJobs::Sinks sinks;
  Configuration configuration = configured_;
  sql::Planner planner(&configuration);
  ScriptJobs jobs(options_.script_identity);
  sql::StatementSplitter splitter(script_);
  while (true) {
    const auto statement = splitter.Next();
    if (!statement.ok() || !*statement) return sinks;
    const auto planned = planner.Plan(script_, **statement);
    if (!planned.ok()) return sinks;  // an error of its own, later
    if (planned->kind != sql::Planned::Kind::kInsert) continue;
    sinks.emplace(jobs.NextFolder(configuration, planned->sinks), planned->sinks);
  }
}

Status Session::RunInsert(sql::Planned planned, SqlSpan statement, ResultHandler* handler) {
  const std::string name = NameOf(planned);
  const std::vector<std::string> sinks = planned.sinks;
  ++jobs_started_;
  JobLauncher launcher;
  launcher.graph = std::move(planned.graph);
  TW_ASSIGN_OR_RETURN(launcher.options, OptionsOf(launcher.graph, name));
  launcher.configuration = configuration_;
  launcher.folder = jobs_.NextFolder(configuration_, sinks);
  launcher.folder_to_go_on_in = [this, own = launcher.folder, sinks,
                                 handler](const std::string& root) {
    return jobs_.FolderToGoOnIn(
        options_.file_system, root, own, sinks, [this] { return SinksOfScript(); },
        [handler](const std::string& text) { handler->OnNotice(text); });
  };
  launcher.state_root = options_.state_root;
  launcher.restore = options_.restore;
  launcher.savepoint_on_stop = options_.savepoint_on_stop;
  launcher.file_system = options_.file_system;
  launcher.notice = [handler](const std::string& text) { handler->OnNotice(text); };
  launcher.log = [handler, name](const std::string& line) {
    handler->OnLog(fmt::format("job {}: {}", name, line));
  };
  JobListener listener;
  listener.on_start = [handler, name](const runtime::Job* job) { handler->OnJobStart(job, name); };
  listener.on_end = [handler](const runtime::Job* job) { handler->OnJobEnd(job); };
  listener.on_notice = launcher.notice;
  listener.on_done = [this](const Status& status) {
    if (!status.ok()) StopOthers();
  };
  auto launch = std::make_shared<JobLauncher>(std::move(launcher));
  auto job = std::make_unique<SupervisedJob>(
      name, [launch](int attempt) { return launch->Launch(attempt); }, options_.clock,
      std::move(listener));
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || failed_) return Status::OK();
    stoppable_[job.get()] = {[job = job.get()] { job->Stop(); },
                             [job = job.get()] { return job->can_be_left(); }};
  }
  Status started = job->Start();
  if (!started.ok()) {
    std::lock_guard lock(mutex_);
    stoppable_.erase(job.get());
    return started;
  }
  if (job->bounded()) return WaitFor(job.get(), handler);
  running_.push_back({std::move(job), statement});
  return Status::OK();
}

void Session::StopOthers() {
  std::lock_guard lock(mutex_);
  failed_ = true;
  for (auto& [job, running] : stoppable_) running.stop();
}

Status Session::WaitFor(SupervisedJob* job, ResultHandler* handler) {
  const Status status = job->Wait();
  {
    std::lock_guard lock(mutex_);
    stoppable_.erase(job);
  }
  if (status.ok() && job->job() != nullptr) Report(*job->job(), job->name(), handler);
  return status;
}

void Session::Report(const runtime::Job& job, std::string_view name, ResultHandler* handler) {
  const runtime::JobStats stats = job.stats();
  for (const runtime::NodeStats& node : stats.nodes) {
    if (node.late_rows > 0) {
      handler->OnNotice(
          fmt::format("{}: {} dropped: they came after the watermark had closed their window",
                      node.name, Rows(node.late_rows, "late ")));
    }
    if (node.skipped_rows > 0) {
      handler->OnNotice(fmt::format("{}: {} skipped", node.name, Rows(node.skipped_rows)));
    }
  }
  handler->OnMessage(fmt::format("Job {} {}: {} in, {} out.", name,
                                 job.stopped() ? "stopped" : "finished", Rows(stats.source_rows),
                                 Rows(stats.sink_rows)));
}

Status Session::Finish(ResultHandler* handler) {
  Status first;
  for (Running& running : running_) {
    const Status status = WaitFor(running.job.get(), handler);
    if (!status.ok() && first.ok()) first = status.WithSpan(running.statement);
  }
  running_.clear();
  return first;
}

void Session::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (auto& [job, running] : stoppable_) running.stop();
}

bool Session::CanBeLeft() {
  std::lock_guard lock(mutex_);
  return !failed_ && options_.savepoint_on_stop.empty() && !stoppable_.empty() &&
         std::ranges::all_of(stoppable_, [](const auto& job) { return job.second.can_be_left(); });
}

Status Session::CheckScript(std::string_view script) {
  sql::StatementSplitter splitter(script);
  while (true) {
    TW_ASSIGN_OR_RETURN(std::optional<SqlSpan> statement, splitter.Next());
    if (!statement) return Status::OK();
    auto planned = planner_.Plan(script, *statement);
    if (!planned.ok()) return planned.status().WithSpan(*statement);
    if (planned->kind == sql::Planned::Kind::kQuery ||
        planned->kind == sql::Planned::Kind::kInsert) {
      TW_ASSIGN_OR_RETURN(runtime::JobOptions options, OptionsOf(planned->graph, "check"));
      options.collector = [](const data::Batch&) { return Status::OK(); };
      auto job = runtime::Job::Create(std::move(planned->graph), std::move(options));
      if (!job.ok()) return job.status().WithSpan(*statement);
    }
  }
}

Result<std::string> Session::ExplainScript(std::string_view script) {
  std::string out;
  sql::StatementSplitter splitter(script);
  while (true) {
    TW_ASSIGN_OR_RETURN(std::optional<SqlSpan> statement, splitter.Next());
    if (!statement) return out;
    auto planned = planner_.Plan(script, *statement);
    if (!planned.ok()) return planned.status().WithSpan(*statement);
    if (planned->kind == sql::Planned::Kind::kQuery ||
        planned->kind == sql::Planned::Kind::kInsert) {
      if (!out.empty()) out += '\n';
      out += planned->graph.Explain();
    }
  }
}

}  // namespace thalweg::api
