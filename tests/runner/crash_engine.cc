// Engine whose streaming jobs run with a checkpoint after every few batches, on a simulated disk
// that crashes, and with a result sink that fails: then the job object is dropped, the machine
// comes back with what was durable, and another job goes on from the newest checkpoint. Either at
// random moments, or after every checkpoint: then each barrier that a job ever aligns is one that
// some life goes on from.
#include <atomic>
#include <random>
#include <utility>

#include "api/checkpoint_settings.h"
#include "api/row_text.h"
#include "expr/time_zone.h"
#include "runner/engine.h"
#include "runner/epoch_collector.h"
#include "runtime/checkpoint_storage.h"
#include "runtime/job.h"
#include "sim/simulated_disk.h"
#include "sql/planner.h"

namespace thalweg::testing {
namespace {

constexpr int kCrashingLives = 20;  // then a job is left alone
constexpr int kBarriers = 100;      // so many of a job, then it is left alone
constexpr char kFolder[] = "/checkpoints";

class CrashEngine final : public Engine {
 public:
  CrashEngine(const Configuration& how, uint64_t seed)
      : how_(how), random_(seed), planner_(&configuration_) {}

  thalweg::Configuration* configuration() { return &configuration_; }

  Result<StatementOutcome> Execute(std::string_view statement) override {
    const SqlSpan whole{0, static_cast<uint32_t>(statement.size())};
    TW_ASSIGN_OR_RETURN(sql::Planned planned, planner_.Plan(statement, whole));
    using Kind = sql::Planned::Kind;
    StatementOutcome outcome;
    if (planned.kind == Kind::kDone) return outcome;
    TW_ASSIGN_OR_RETURN(auto zone, api::SessionZone(configuration_));
    if (planned.kind != Kind::kInsert) {
      api::RowText text(planned.schema, zone);
      outcome.has_rows = true;
      for (size_t i = 0; i < text.num_columns(); ++i) {
        outcome.names.push_back(text.name(i));
        outcome.types.push_back(text.type(i));
      }
      for (const data::Batch& batch : planned.rows) {
        batch.rows().ForEach([&](int32_t row) {
          Change change{"+I", {}};
          text.Cells(batch, row, &change.row);
          outcome.rows.push_back(std::move(change));
        });
      }
    }
    if (planned.kind == Kind::kRows) return outcome;
    TW_RETURN_IF_ERROR(RunToTheEnd(planned, zone, &outcome));
    return outcome;
  }

 private:
  enum class Life : uint8_t { kCrashed, kEnded };

  Status RunToTheEnd(const sql::Planned& planned, const std::shared_ptr<const expr::TimeZone>& zone,
                     StatementOutcome* outcome) {
    EpochCollector collector(planned.schema, zone);
    SimulatedDisk disk(random_());
    for (int life = 0;; ++life) {
      TW_ASSIGN_OR_RETURN(const Life end, RunOneLife(planned.graph, life, zone, &disk, &collector));
      if (end == Life::kEnded) break;
    }
    if (outcome->has_rows) outcome->rows = collector.Published();
    return Status::OK();
  }

  Result<Life> RunOneLife(const graph::Graph& graph, int life,
                          const std::shared_ptr<const expr::TimeZone>& zone, SimulatedDisk* disk,
                          EpochCollector* collector) {
    const bool crashes = life < (how_.every_barrier ? kBarriers : kCrashingLives);
    runtime::JobOptions options;
    options.parallelism =
        life % 2 == 1 && how_.second_parallelism > 0 ? how_.second_parallelism : how_.parallelism;
    options.batch_rows = static_cast<int32_t>(1 + random_() % 3);
    options.eval.zone = zone;
    options.local_time_zone = zone->id();
    options.eval.query_start_ms = options.eval.now_ms = options.clock->NowMs();
    options.eval.streaming = graph.streaming;
    options.result_sink = collector->MakeSink();

    runtime::CheckpointOptions checkpoints;
    checkpoints.folder = kFolder;
    checkpoints.file_system = disk;
    checkpoints.batches_per_checkpoint = static_cast<int64_t>(1 + random_() % 3);
    checkpoints.retained = 2;

    enum Fate : uint8_t { kAfterCheckpoint, kAtOperation, kInSink, kNone };
    const uint64_t draw = random_() % 8;
    const Fate fate = !crashes                         ? kNone
                      : draw < 4 || how_.every_barrier ? kAfterCheckpoint
                      : draw == 4                      ? kAtOperation
                                                       : kInSink;
    std::atomic<int> steps{static_cast<int>(random_() % 16)};
    std::atomic<bool> hurt{false};
    // A crash ends the job at its next checkpoint, or at its end.
    checkpoints.tolerable_failures = fate == kInSink ? -1 : 0;
    if (fate == kAtOperation) disk->CrashAt(static_cast<int64_t>(random_() % 80));
    if (fate == kAfterCheckpoint) {
      const auto later = how_.every_barrier ? 0 : static_cast<int64_t>(random_() % 12);
      checkpoints.log = [disk, later](const std::string& line) {
        if (line.find(" failed") == std::string::npos) disk->CrashAt(later);
      };
    }
    collector->fail = [&, fate](EpochCollector::Point point) {
      if (fate != kInSink || steps.fetch_sub(1) != 0) return false;
      // A checkpoint that fails in Prepare is given up, and the job goes on.
      if (point != EpochCollector::Point::kPrepare) hurt = true;
      return true;
    };

    Status status = [&]() -> Status {
      TW_ASSIGN_OR_RETURN(auto job, runtime::Job::Create(graph, options));
      if (!graph.streaming || !job->bounded()) return job->Run();
      runtime::CheckpointStorage storage(disk, kFolder);
      TW_ASSIGN_OR_RETURN(const int64_t generation, storage.TakeGeneration());
      TW_ASSIGN_OR_RETURN(
          auto restored, api::FindRestored(checkpoints, "latest", 0, 0, [](const std::string&) {}));
      const bool final = restored && restored->manifest.final;
      if (final && restored->manifest.pending.empty()) return Status::OK();
      job->EnableCheckpoints(checkpoints, generation, restored);
      return final ? job->FinishPublication() : job->Run();
    }();
    if (status.ok()) return Life::kEnded;
    if (!disk->crashed() && !hurt && status.message().find("injected") == std::string::npos) {
      return status;
    }
    disk->Restart();
    return Life::kCrashed;
  }

  const Configuration how_;
  std::mt19937_64 random_;
  thalweg::Configuration configuration_;
  sql::Planner planner_;
};

}  // namespace

Result<std::unique_ptr<Engine>> MakeCrashEngine(const Configuration& configuration, uint64_t seed) {
  auto engine = std::make_unique<CrashEngine>(configuration, seed);
  auto* keys = engine->configuration();
  TW_RETURN_IF_ERROR(keys->Set("table.local-time-zone", "UTC"));
  TW_RETURN_IF_ERROR(keys->Set("execution.runtime-mode", "streaming"));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace thalweg::testing
