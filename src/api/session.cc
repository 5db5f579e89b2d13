#include "api/session.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>

#include "expr/time_zone.h"
#include "sql/statement_splitter.h"

namespace thalweg::api {
namespace {

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
      planner_(&configuration_) {}

Session::~Session() { Stop(); }

Status Session::Configure(std::string_view key, std::string_view value) {
  return configuration_.Set(key, value);
}

Status Session::RunScript(std::string_view script, ResultHandler* handler) {
  sql::StatementSplitter splitter(script);
  while (true) {
    TW_ASSIGN_OR_RETURN(std::optional<SqlSpan> statement, splitter.Next());
    if (!statement) break;
    TW_RETURN_IF_ERROR(RunStatement(script, *statement, handler).WithSpan(*statement));
    std::lock_guard lock(mutex_);
    if (stopped_) break;
  }
  return Finish(handler);
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
      return RunInsert(*std::move(planned), handler);
  }
  return Status::OK();
}

Result<std::unique_ptr<runtime::Job>> Session::MakeJob(
    graph::Graph graph, std::string name, std::function<Status(const data::Batch&)> collector) {
  runtime::JobOptions options;
  options.name = std::move(name);
  options.parallelism = options_.parallelism;
  if (options.parallelism == 0 && configuration_.IsSet("parallelism.default")) {
    options.parallelism = static_cast<int>(configuration_.GetInteger("parallelism.default"));
  }
  if (options.parallelism <= 0) options.parallelism = UsableCores();
  if (configuration_.IsSet("pipeline.max-parallelism")) {
    options.max_parallelism =
        static_cast<int>(configuration_.GetInteger("pipeline.max-parallelism"));
  }
  options.max_parallelism = std::max(options.max_parallelism, options.parallelism);
  options.batch_rows = options_.batch_rows;
  options.pool = pool_.get();
  options.clock = options_.clock;
  options.collector = std::move(collector);
  const std::string zone = configuration_.GetString("table.local-time-zone");
  if (zone == "default") {
    options.eval.zone = expr::TimeZone::System();
  } else {
    TW_ASSIGN_OR_RETURN(options.eval.zone, expr::TimeZone::Find(zone));
  }
  options.local_time_zone = options.eval.zone->id();
  options.eval.query_start_ms = options_.clock->NowMs();
  options.eval.now_ms = options.eval.query_start_ms;
  options.eval.streaming = graph.streaming;
  options.eval.seed = options_.seed;
  return runtime::Job::Create(std::move(graph), std::move(options));
}

Status Session::RunJob(runtime::Job* job, std::string_view name, ResultHandler* handler) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return Status::OK();
    stoppable_.push_back(job);
  }
  handler->OnJobStart(job, name);
  Status status = job->Run();
  handler->OnJobEnd(job);
  std::lock_guard lock(mutex_);
  std::erase(stoppable_, job);
  return status;
}

Status Session::RunQuery(sql::Planned planned, ResultHandler* handler) {
  graph::ChangelogMode mode = graph::ChangelogMode::kInsertOnly;
  for (const graph::Node& node : planned.graph.nodes) {
    if (std::holds_alternative<graph::SinkNode>(node.spec)) {
      mode = planned.graph.nodes[static_cast<size_t>(node.inputs[0].from)].mode;
    }
  }
  // The sinks of several workers collect at once; a handler is called by one at a time.
  std::mutex collecting;
  TW_ASSIGN_OR_RETURN(auto job,
                      MakeJob(std::move(planned.graph), "collect", [&](const data::Batch& b) {
                        std::lock_guard lock(collecting);
                        return handler->OnBatch(b);
                      }));
  TW_RETURN_IF_ERROR(handler->OnSchema(planned.schema, mode));
  TW_RETURN_IF_ERROR(RunJob(job.get(), "collect", handler));
  TW_RETURN_IF_ERROR(handler->OnResultEnd());
  ReportEnd(*job, "collect", handler);
  return Status::OK();
}

Status Session::RunInsert(sql::Planned planned, ResultHandler* handler) {
  std::string name = configuration_.GetString("pipeline.name");
  if (name.empty()) {
    for (const std::string& sink : planned.sinks)
      name += (name.empty() ? "insert-into_" : ",") + sink;
    if (jobs_started_ > 0) name += fmt::format("_{}", jobs_started_);
  }
  ++jobs_started_;
  TW_ASSIGN_OR_RETURN(auto job, MakeJob(std::move(planned.graph), name, nullptr));
  if (job->bounded()) {
    TW_RETURN_IF_ERROR(RunJob(job.get(), name, handler));
    ReportEnd(*job, name, handler);
    return Status::OK();
  }
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return Status::OK();
    stoppable_.push_back(job.get());
  }
  TW_RETURN_IF_ERROR(job->Start());
  handler->OnJobStart(job.get(), name);
  running_.push_back({name, std::move(job)});
  return Status::OK();
}

void Session::ReportEnd(const runtime::Job& job, std::string_view name, ResultHandler* handler) {
  const runtime::JobStats stats = job.stats();
  for (const runtime::NodeStats& node : stats.nodes) {
    if (node.late_rows > 0) {
      handler->OnNotice(fmt::format(
          "{}: {} late rows dropped: they came after the watermark had closed their window",
          node.name, node.late_rows));
    }
    if (node.skipped_rows > 0) {
      handler->OnNotice(fmt::format("{}: {} rows skipped", node.name, node.skipped_rows));
    }
  }
  handler->OnMessage(fmt::format("Job {} {}: {} rows in, {} rows out.", name,
                                 job.stopped() ? "stopped" : "finished", stats.source_rows,
                                 stats.sink_rows));
}

Status Session::Finish(ResultHandler* handler) {
  Status first;
  for (RunningJob& r : running_) {
    Status status = r.job->Wait();
    handler->OnJobEnd(r.job.get());
    {
      std::lock_guard lock(mutex_);
      std::erase(stoppable_, r.job.get());
    }
    if (status.ok()) {
      ReportEnd(*r.job, r.name, handler);
    } else if (first.ok()) {
      first = status;
      Stop();  // the others go on only if all do: one process, one outcome
    }
  }
  running_.clear();
  return first;
}

void Session::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (runtime::Job* job : stoppable_) job->Stop();
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
      auto job = MakeJob(std::move(planned->graph), "check",
                         [](const data::Batch&) { return Status::OK(); });
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
