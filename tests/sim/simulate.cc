// simulate: random jobs on a simulated disk, with random faults: each job must end with exactly the
// output of a run that nothing disturbs.
//
//   simulate [--seeds N] [--first SEED] [--broken manifest|state|output] [--verbose]
//
// A seed draws the input, the job, its parallelism and checkpoints, and every life's fault: the
// machine or the process crashes at an I/O operation, the disk is full for a while, a sync fails.
// Threads are real, so the same seed draws the same faults, but not the same interleaving.
// --broken: the disk lies about the syncs of these files; then some seed must fail.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "api/checkpoint_settings.h"
#include "expr/time_zone.h"
#include "runtime/job.h"
#include "sim/random_job.h"
#include "sim/simulated_disk.h"
#include "sql/planner.h"

namespace {

using namespace thalweg;           // NOLINT: a program
using namespace thalweg::testing;  // NOLINT

constexpr int kFaultyLives = 12;
constexpr char kCheckpoints[] = "/checkpoints";

struct Counts {
  int64_t lives = 0;
  int64_t restores = 0;
};

std::string With(std::string text, const std::string& folder) {
  const size_t at = text.find("${OUT}");
  return at == std::string::npos ? text : text.replace(at, 6, folder);
}

Result<graph::Graph> PlanOf(const RandomJob& job, const std::string& folder) {
  Configuration configuration;
  TW_RETURN_IF_ERROR(configuration.Set("table.local-time-zone", "UTC"));
  sql::Planner planner(&configuration);
  graph::Graph graph;
  for (const std::string& statement : {job.source, With(job.sink, folder), job.insert}) {
    TW_ASSIGN_OR_RETURN(sql::Planned planned,
                        planner.Plan(statement, {0, static_cast<uint32_t>(statement.size())}));
    graph = std::move(planned.graph);
  }
  return graph;
}

/// The lines that a reader of the table sees, with their partition.
std::multiset<std::string> Output(const SimulatedDisk& disk, const std::string& folder) {
  std::multiset<std::string> lines;
  for (const auto& [path, content] : disk.Files(folder)) {
    const std::string_view name = FileName(path);
    if (name.starts_with('.') || name.starts_with('_')) continue;
    const std::string partition = ParentDirectory(path).substr(folder.size());
    for (size_t at = 0; at < content.size();) {
      const size_t end = std::min(content.find('\n', at), content.size());
      lines.insert(partition + ": " + content.substr(at, end - at));
      at = end + 1;
    }
  }
  return lines;
}

class Simulation {
 public:
  Simulation(uint64_t seed, const std::string& broken, bool verbose)
      : random_(seed), disk_(seed + 1), verbose_(verbose) {
    if (broken == "manifest") disk_.LieAbout("/chk-");
    if (broken == "state") disk_.LieAbout("/shared/");
    if (broken == "output") disk_.LieAbout("/out/");
  }

  /// Empty: the output is right.
  std::string Run(Counts* counts) {
    const RandomJob job = RandomJob::Make(&random_);
    for (const auto& [path, content] : job.inputs) disk_.Put(path, content);
    auto undisturbed = PlanOf(job, "/undisturbed");
    auto graph = PlanOf(job, "/out");
    if (!graph.ok()) return job.insert + ": " + graph.status().ToString();
    if (Status s = RunPlainly(*undisturbed); !s.ok()) return job.insert + ": " + s.ToString();
    for (int life = 0;; ++life) {
      ++counts->lives;
      auto ended = RunOneLife(*graph, life, counts);
      if (!ended.ok()) return job.insert + ": " + ended.status().ToString();
      if (*ended) break;
    }
    return Compare(job);
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }

  runtime::JobOptions OptionsOf(int parallelism) {
    runtime::JobOptions options;
    options.parallelism = parallelism;
    options.eval.zone = *expr::TimeZone::Find("UTC");
    options.eval.query_start_ms = options.eval.now_ms = options.clock->NowMs();
    options.file_system = &disk_;
    return options;
  }

  Status RunPlainly(const graph::Graph& graph) {
    TW_ASSIGN_OR_RETURN(auto job, runtime::Job::Create(graph, OptionsOf(1)));
    return job->Run();
  }

  /// Whether the job has come to its end.
  Result<bool> RunOneLife(const graph::Graph& graph, int life, Counts* counts) {
    runtime::JobOptions options = OptionsOf(static_cast<int>(1 + Below(3)));
    options.batch_rows = static_cast<int32_t>(1 + Below(12));
    runtime::CheckpointOptions checkpoints;
    checkpoints.folder = kCheckpoints;
    checkpoints.file_system = &disk_;
    checkpoints.batches_per_checkpoint = static_cast<int64_t>(1 + Below(4));
    checkpoints.retained = static_cast<int>(1 + Below(3));
    checkpoints.tolerable_failures = Below(2) == 0 ? -1 : 0;
    const uint64_t fault = life >= kFaultyLives ? 9 : Below(8);
    const auto when = static_cast<int64_t>(Below(200));
    if (fault <= 4) disk_.CrashAt(when);
    if (fault == 5) disk_.FillUpAt(when, static_cast<int64_t>(1 + Below(20)));
    if (fault == 6) disk_.FailSyncAt(static_cast<int64_t>(Below(40)));
    if (verbose_) {
      checkpoints.log = [](const std::string& line) { printf("    %s\n", line.c_str()); };
    }
    const Status status = [&]() -> Status {
      TW_ASSIGN_OR_RETURN(auto job, runtime::Job::Create(graph, options));
      TW_ASSIGN_OR_RETURN(
          auto restored, api::FindRestored(checkpoints, "latest", 0, 0, [](const std::string&) {}));
      counts->restores += restored != nullptr;
      if (verbose_) {
        printf("  life %d: fault %d at %d, parallelism %d, from %s\n", life,
               static_cast<int>(fault), static_cast<int>(when), options.parallelism,
               restored ? restored->path.c_str() : "the start");
      }
      const bool final = restored && restored->manifest.final;
      if (final && restored->manifest.pending.empty()) return Status::OK();
      job->EnableCheckpoints(checkpoints, restored);
      return final ? job->FinishPublication() : job->Run();
    }();
    if (verbose_) printf("  -> %s\n", status.ToString().c_str());
    if (!status.ok() && fault > 6) return status;
    const bool machine = disk_.crashed() ? Below(3) != 0 : Below(3) == 0;
    // What has ended well is durable, whatever happens to the machine.
    disk_.Restart(machine);
    return status.ok();
  }

  std::string Compare(const RandomJob& job) const {
    const auto expected = Output(disk_, "/undisturbed");
    const auto found = Output(disk_, "/out");
    if (expected == found) return "";
    std::vector<std::string> missing, extra;
    std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                        std::back_inserter(missing));
    std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                        std::back_inserter(extra));
    std::string text = job.insert + "\n";
    text += "  of " + std::to_string(expected.size()) + " rows " + std::to_string(missing.size()) +
            " are missing" + (missing.empty() ? "" : ", such as " + missing[0]) + ", " +
            std::to_string(extra.size()) + " too many" +
            (extra.empty() ? "" : ", such as " + extra[0]);
    return text;
  }

  std::mt19937_64 random_;
  SimulatedDisk disk_;
  const bool verbose_;
};

}  // namespace

int main(int argc, char** argv) {
  int64_t seeds = 50;
  uint64_t first = 1;
  std::string broken;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (word == "--seeds") seeds = std::stoll(value());
    if (word == "--first") first = std::stoull(value());
    if (word == "--broken") broken = value();
    if (word == "--verbose") verbose = true;
  }
  Counts counts;
  int64_t failed = 0;
  for (uint64_t seed = first; seed < first + static_cast<uint64_t>(seeds); ++seed) {
    const std::string failure = Simulation(seed, broken, verbose).Run(&counts);
    if (failure.empty()) continue;
    ++failed;
    if (broken.empty()) {
      printf("FAILED: --seeds 1 --first %llu: %s\n", static_cast<unsigned long long>(seed),
             failure.c_str());
    } else if (failed >= 1) {
      printf("seed %llu shows it: %s\n", static_cast<unsigned long long>(seed), failure.c_str());
      return 0;
    }
  }
  printf("seeds %llu to %llu: %lld lives, %lld of them from a checkpoint; %lld seeds failed\n",
         static_cast<unsigned long long>(first),
         static_cast<unsigned long long>(first + static_cast<uint64_t>(seeds) - 1),
         static_cast<long long>(counts.lives), static_cast<long long>(counts.restores),
         static_cast<long long>(failed));
  if (!broken.empty()) printf("the disk lies about %s, and nobody has noticed\n", broken.c_str());
  return failed == 0 && broken.empty() ? 0 : 1;
}
