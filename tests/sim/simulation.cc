#include "sim/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "api/checkpoint_settings.h"
#include "api/job_launcher.h"
#include "expr/time_zone.h"
#include "runtime/checkpoint_storage.h"
#include "runtime/job.h"
#include "sim/stoppable_disk.h"
#include "sql/planner.h"

namespace thalweg::testing {
namespace {

constexpr int kFaultyLives = 12;
constexpr char kRoot[] = "/checkpoints";
constexpr char kFolder[] = "/checkpoints/job";

// Of kFaults equally likely fates of a life, from which number on it is which: below kFullDisk the
// machine or the process crashes, from kNothing on it is left alone.
constexpr uint64_t kFullDisk = 5, kFailingSync = 6, kOvertaken = 7, kNothing = 9, kFates = 11;

std::string With(std::string text, const std::string& folder) {
  const size_t at = text.find("${OUT}");
  return at == std::string::npos ? text : text.replace(at, 6, folder);
}

/// Statement by statement; the last one's plan.
Result<sql::Planned> Plan(const std::vector<std::string>& statements) {
  Configuration configuration;
  TW_RETURN_IF_ERROR(configuration.Set("table.local-time-zone", "UTC"));
  sql::Planner planner(&configuration);
  sql::Planned planned;
  for (const std::string& statement : statements) {
    if (statement.empty()) continue;
    TW_ASSIGN_OR_RETURN(planned,
                        planner.Plan(statement, {0, static_cast<uint32_t>(statement.size())}));
  }
  return planned;
}

}  // namespace

/// What is drawn for one.
struct Simulation::Process {
  runtime::JobOptions options;
  int64_t batches_per_checkpoint = 1;
  int64_t inline_bytes = 0;
  int retained = 2;
  int64_t tolerable_failures = -1;
};

Simulation::Simulation(uint64_t seed, const std::string& broken, bool verbose)
    : random_(seed), disk_(seed + 1), broken_(broken), verbose_(verbose) {
  if (broken == "manifest") disk_.LieAbout("/chk-");
  if (broken == "state") disk_.LieAbout("/shared/");
  if (broken == "output") disk_.LieAbout("/out/");
}

Result<Simulation::Planned> Simulation::PlanOf(const RandomJob& job,
                                               const std::string& folder) const {
  TW_ASSIGN_OR_RETURN(sql::Planned planned,
                      Plan({job.source, With(job.sink, folder), job.statement}));
  return Planned{std::move(planned.graph), std::move(planned.schema)};
}

Result<Simulation::Planned> Simulation::PlanReading(const RandomJob& job, const std::string& from,
                                                    const std::string& to) const {
  TW_ASSIGN_OR_RETURN(
      sql::Planned planned,
      Plan({With(job.sink, from),
            fmt::format("CREATE TABLE r ({}) WITH ('connector' = 'filesystem', 'path' = '{}', "
                        "'format' = 'csv')",
                        job.columns, to),
            "INSERT INTO r SELECT * FROM o"}));
  return Planned{std::move(planned.graph), {}};
}

std::string Simulation::Run(Counts* counts) {
  const RandomJob job = RandomJob::Make(&random_);
  const auto failed = [&](const Status& s) { return job.statement + ": " + s.ToString(); };
  for (const auto& [path, content] : job.inputs) disk_.Put(path, content);
  auto plain = PlanOf(job, "/undisturbed");
  auto planned = PlanOf(job, "/out");
  if (!planned.ok()) return failed(planned.status());
  if (job.sink.empty()) {
    const auto zone = *expr::TimeZone::Find("UTC");
    undisturbed_ = std::make_unique<EpochCollector>(planned->schema, zone);
    result_ = std::make_unique<EpochCollector>(planned->schema, zone);
  }
  if (Status s = RunPlainly(*plain, undisturbed_.get()); !s.ok()) return failed(s);
  for (int life = 0;; ++life) {
    ++counts->lives;
    const auto ended = RunOneLife(*planned, life, counts);
    if (!ended.ok()) return failed(ended.status());
    if (*ended) break;
    FlipABit(counts);
  }
  return Compare(job);
}

Status Simulation::RunPlainly(const Planned& planned, EpochCollector* collector) {
  runtime::JobOptions options = DrawProcess().options;
  options.parallelism = 1;
  options.file_system = &disk_;
  if (collector != nullptr) options.result_sink = collector->MakeSink();
  TW_ASSIGN_OR_RETURN(auto job, runtime::Job::Create(planned.graph, options));
  return job->Run();
}

Simulation::Process Simulation::DrawProcess() {
  Process p;
  p.options.name = "job";
  p.options.parallelism = static_cast<int>(1 + Below(3));
  p.options.batch_rows = static_cast<int32_t>(1 + Below(12));
  p.options.eval.zone = *expr::TimeZone::Find("UTC");
  p.options.eval.query_start_ms = p.options.eval.now_ms = p.options.clock->NowMs();
  p.batches_per_checkpoint = static_cast<int64_t>(1 + Below(4));
  p.retained = static_cast<int>(1 + Below(3));
  p.tolerable_failures = Below(2) == 0 ? -1 : 0;
  p.inline_bytes = Below(2) == 0 || broken_ == "state" ? 0 : 64 << 10;
  return p;
}

Status Simulation::RunProcess(const Planned& planned, const Process& process, FileSystem* fs) {
  runtime::CheckpointOptions look{.folder = kFolder};
  look.file_system = fs;
  TW_ASSIGN_OR_RETURN(const auto last, api::FindRestored(look, "latest", 0, 0, [](const auto&) {}));
  // A finished job would be run again.
  if (last && last->manifest.final && last->manifest.pending.empty()) return Status::OK();
  api::JobLauncher launcher;
  launcher.graph = planned.graph;
  launcher.options = process.options;
  launcher.options.file_system = fs;
  if (result_) launcher.options.result_sink = result_->MakeSink();
  TW_RETURN_IF_ERROR(launcher.configuration.Set("execution.checkpointing.dir", kRoot));
  launcher.folder = "job";
  launcher.restore = "latest";
  launcher.file_system = fs;
  launcher.notice = launcher.log = [this](const std::string& line) {
    if (verbose_) printf("    %s\n", line.c_str());
  };
  launcher.adjust = [&process](runtime::CheckpointOptions* o) {
    o->batches_per_checkpoint = process.batches_per_checkpoint;
    o->inline_bytes = process.inline_bytes;
    o->retained = process.retained;
    o->tolerable_failures = process.tolerable_failures;
  };
  TW_ASSIGN_OR_RETURN(const auto attempt, launcher.Launch(0));
  return attempt.job == nullptr ? Status::OK() : attempt.job->Wait();
}

Result<bool> Simulation::RunOneLife(const Planned& planned, int life, Counts* counts) {
  const uint64_t fate = life >= kFaultyLives ? kNothing : Below(kFates);
  const auto when = static_cast<int64_t>(Below(200));
  counts->restores += !runtime::CheckpointStorage(&disk_, kFolder).List()->empty();
  if (verbose_) {
    printf("  life %d: fate %d at %d\n", life, static_cast<int>(fate), static_cast<int>(when));
  }
  if (life < kFaultyLives && Below(8) == 0) disk_.SlowDown(static_cast<int64_t>(Below(1000)));
  if (fate >= kOvertaken && fate < kNothing) return Overlap(planned, counts);
  if (fate < kFullDisk) disk_.CrashAt(when);
  if (fate == kFullDisk) disk_.FillUpAt(when, static_cast<int64_t>(1 + Below(20)));
  if (fate == kFailingSync) disk_.FailSyncAt(static_cast<int64_t>(Below(40)));
  const Status status = RunProcess(planned, DrawProcess(), &disk_);
  if (verbose_) printf("  -> %s\n", status.ToString().c_str());
  if (!status.ok() && fate >= kNothing) return status;
  const bool machine = disk_.crashed() ? Below(3) != 0 : Below(3) == 0;
  // What has ended well is durable, whatever happens to the machine.
  disk_.Restart(machine);
  return status.ok();
}

Result<bool> Simulation::Overlap(const Planned& planned, Counts* counts) {
  StoppableDisk first(&disk_), second(&disk_);
  first.StopAt(static_cast<int64_t>(Below(150)));
  second.CallAt(static_cast<int64_t>(Below(150)), [&first] { first.Continue(); });
  const Process one = DrawProcess();
  Process two = DrawProcess();
  const bool second_fails = Below(3) == 0;  // perhaps before its first checkpoint
  const auto failing_sync = static_cast<int64_t>(Below(12));
  if (second_fails) two.tolerable_failures = 0;
  Status first_status, second_status = Status::Cancelled("was not needed");
  std::thread running([&] {
    first_status = RunProcess(planned, one, &first);
    first.End();
  });
  if (first.WaitUntilStoppedOrEnded()) {
    ++counts->zombies;
    if (second_fails) disk_.FailSyncAt(failing_sync);
    second_status = RunProcess(planned, two, &second);
    first.Continue();
  }
  running.join();
  if (verbose_) {
    printf("  -> %s, overtaken by one that ended with %s\n", first_status.ToString().c_str(),
           second_status.ToString().c_str());
  }
  // Whichever was overtaken finds that out, perhaps by a file that is gone.
  for (const Status& s : {first_status, second_status}) {
    if (!s.ok() && s.code() != StatusCode::kCancelled && s.code() != StatusCode::kIo) return s;
  }
  disk_.Restart(Below(3) == 0);
  return first_status.ok() || second_status.ok();
}

void Simulation::FlipABit(Counts* counts) {
  // The result of a query cannot be taken back when the newest checkpoint turns out damaged.
  if (result_ != nullptr || Below(3) != 0) return;
  const auto checkpoints = runtime::CheckpointStorage(&disk_, kFolder).List();
  if (!checkpoints.ok() || checkpoints->size() < 2) return;
  std::vector<std::string> files = {(*checkpoints)[0].path};
  std::set<std::string> needed;
  for (const auto& info : *checkpoints) {
    const auto manifest = runtime::LoadManifest(&disk_, info.path);
    if (!manifest.ok()) return;  // the disk is one that lies
    for (const auto& node : manifest->nodes) {
      for (const auto& segment : node.segments) {
        const std::string path = JoinPath(kFolder, segment.file);
        if (segment.file.empty()) continue;
        if (&info == checkpoints->data()) {
          files.push_back(path);
          continue;
        }
        // One that was being removed when the machine crashed is back, without its files.
        if (!runtime::OpenSegment(&disk_, kFolder, segment).ok()) return;
        needed.insert(path);
      }
    }
  }
  std::erase_if(files, [&](const std::string& path) { return needed.contains(path); });
  const std::string& path = files[Below(files.size())];
  disk_.FlipBit(path);
  ++counts->flips;
  if (verbose_) printf("  a bit of %s is flipped\n", path.c_str());
}

// The lines that a reader of the table sees, with their partition.
Result<std::multiset<std::string>> Simulation::Output(const RandomJob& job,
                                                      const std::string& folder) {
  std::string from = folder;
  if (job.parquet) {
    from = "/read" + folder;
    if (disk_.Stat(folder)->has_value()) {
      TW_ASSIGN_OR_RETURN(const Planned planned, PlanReading(job, folder, from));
      TW_RETURN_IF_ERROR(RunPlainly(planned, nullptr));
    }
  }
  std::multiset<std::string> lines;
  for (const auto& [path, content] : disk_.Files(from)) {
    const std::string_view name = FileName(path);
    if (name.starts_with('.') || name.starts_with('_')) continue;
    const std::string partition = ParentDirectory(path).substr(from.size());
    for (size_t at = 0; at < content.size();) {
      const size_t end = std::min(content.find('\n', at), content.size());
      lines.insert(partition + ": " + content.substr(at, end - at));
      at = end + 1;
    }
  }
  return lines;
}

std::string Simulation::Compare(const RandomJob& job) {
  if (result_ != nullptr) {
    const std::string diff =
        DiffFolded(undisturbed_->Published(), result_->Published(), Comparison());
    return diff.empty() ? "" : job.statement + "\n" + diff;
  }
  const auto expected = Output(job, "/undisturbed");
  const auto found = Output(job, "/out");
  if (!expected.ok() || !found.ok()) {
    return job.statement + "\n" + (expected.ok() ? found : expected).status().ToString();
  }
  if (*expected == *found) return "";
  std::vector<std::string> missing, extra;
  std::set_difference(expected->begin(), expected->end(), found->begin(), found->end(),
                      std::back_inserter(missing));
  std::set_difference(found->begin(), found->end(), expected->begin(), expected->end(),
                      std::back_inserter(extra));
  return fmt::format("{}\n  of {} rows {} are missing{}, {} too many{}", job.statement,
                     expected->size(), missing.size(),
                     missing.empty() ? "" : ", such as " + missing[0], extra.size(),
                     extra.empty() ? "" : ", such as " + extra[0]);
}

}  // namespace thalweg::testing
