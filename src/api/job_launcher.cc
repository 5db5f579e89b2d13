#include "api/job_launcher.h"

#include <fmt/format.h>

#include "runtime/checkpoint_storage.h"
#include "runtime/restore_fit.h"

namespace thalweg::api {
namespace {

std::string Lines(const std::vector<std::string>& names) {
  constexpr size_t kLength = 200;
  std::string out;
  for (const std::string& name : names) out += "\n  " + name.substr(0, kLength);
  return out;
}

}  // namespace

Result<SupervisedJob::Attempt> JobLauncher::Launch(int attempt) {
  Owned owned;
  auto made = LaunchAsOwner(attempt, &owned);
  if (made.ok() || owned.folder.empty()) return made;
  return runtime::CheckpointStorage(file_system, owned.folder)
      .ExplainFailure(made.status(), owned.generation, options.name);
}

Result<SupervisedJob::Attempt> JobLauncher::LaunchAsOwner(int attempt, Owned* owned) {
  if (attempt == 0 && restore == "latest") {
    for (const char* key : {"execution.state-recovery.path", "execution.savepoint.path"}) {
      if (configuration.IsSet(key)) restore = configuration.GetString(key);
    }
  }
  std::shared_ptr<const runtime::RestoredJob> seen;  // before this start took the job over
  for (int skip = 0;; ++skip) {
    TW_ASSIGN_OR_RETURN(auto job, runtime::Job::Create(graph, options));
    CheckpointedJobFacts facts{folder, state_root, job->bounded(), job->commits()};
    TW_ASSIGN_OR_RETURN(runtime::CheckpointOptions checkpoints,
                        CheckpointOptionsOf(configuration, facts));
    if (attempt == 0 && skip == 0 && restore == "latest" && !checkpoints.folder.empty() &&
        folder_to_go_on_in) {
      const std::string root = ParentDirectory(checkpoints.folder);
      TW_ASSIGN_OR_RETURN(folder, folder_to_go_on_in(root));
      checkpoints.folder = JoinPath(root, folder);
    }
    checkpoints.file_system = file_system;
    checkpoints.log = log;
    checkpoints.savepoint_on_stop = savepoint_on_stop;
    adjust(&checkpoints);
    SupervisedJob::Attempt made;
    TW_ASSIGN_OR_RETURN(made.restart, RestartOptionsOf(configuration, checkpoints));
    int64_t generation = 1;
    if (!checkpoints.folder.empty()) {
      if (attempt == 0 && skip == 0) {
        TW_ASSIGN_OR_RETURN(seen, LookBeforeTakingOver(checkpoints));
      }
      runtime::CheckpointStorage storage(file_system, checkpoints.folder);
      TW_ASSIGN_OR_RETURN(generation, storage.TakeGeneration());
      *owned = {checkpoints.folder, generation};
    }
    TW_ASSIGN_OR_RETURN(auto restored, Find(checkpoints, skip, notice));
    if (restored && restored->continues && restored->manifest.final) {
      if (!restored->manifest.pending.empty()) {
        TW_RETURN_IF_ERROR(CheckFit(*restored, false));
        job->EnableCheckpoints(checkpoints, generation, restored);
        TW_RETURN_IF_ERROR(job->FinishPublication());
        notice(
            fmt::format("job {} had ended, but was killed before its output was published: "
                        "this is done now; a further start runs it again",
                        options.name));
        return made;
      }
      // A rerun of a finished job starts afresh. One that was not finished when this start began
      // has not been asked for again.
      const bool had_finished =
          seen && seen->path == restored->path && seen->manifest.pending.empty();
      if (skip == 0 && !had_finished) {
        notice(fmt::format("job {} has ended meanwhile: nothing is left to do", options.name));
        return made;
      }
      restored = nullptr;
    }
    if (restored && attempt == 0) TW_RETURN_IF_ERROR(CheckFit(*restored, true));
    job->EnableCheckpoints(checkpoints, generation, restored);
    Status started = job->Start();
    if (started.ok()) {
      if (first_generation_ == 0) first_generation_ = generation;
      made.job = std::move(job);
      return made;
    }
    const bool damaged = started.code() == StatusCode::kBadData;
    if (!damaged || restored == nullptr || !restored->continues) return started;
    // Who has been overtaken misses files that its successor has cleaned up: nothing is damaged.
    TW_ASSIGN_OR_RETURN(
        const bool owns,
        runtime::CheckpointStorage(file_system, checkpoints.folder).Owns(generation));
    if (!owns) return started;
    notice(
        fmt::format("{}: {}: the checkpoint before it is used", restored->path, started.message()));
  }
}

Result<std::shared_ptr<const runtime::RestoredJob>> JobLauncher::Find(
    const runtime::CheckpointOptions& checkpoints, int skip,
    const std::function<void(const std::string&)>& say) const {
  if (first_generation_ > 0) {
    TW_ASSIGN_OR_RETURN(auto own,
                        FindRestored(checkpoints, "latest", first_generation_, skip, say));
    if (own) return own;
  }
  return FindRestored(checkpoints, restore, 0, skip, say);
}

Result<std::shared_ptr<const runtime::RestoredJob>> JobLauncher::LookBeforeTakingOver(
    const runtime::CheckpointOptions& checkpoints) const {
  TW_ASSIGN_OR_RETURN(auto restored, Find(checkpoints, 0, [](const std::string&) {}));
  const bool ended = restored && restored->continues && restored->manifest.final;
  if (!restored || (ended && restored->manifest.pending.empty())) return restored;
  TW_RETURN_IF_ERROR(runtime::CheckKeyGroups(*restored, options.max_parallelism));
  TW_RETURN_IF_ERROR(CheckFit(*restored, false));
  return restored;
}

Status JobLauncher::CheckFit(const runtime::RestoredJob& restored, bool say) const {
  const runtime::RestoreFit fit = runtime::FitOf(restored.manifest, graph);
  const bool lose = configuration.GetBoolean("execution.state-recovery.ignore-unclaimed-state") ||
                    configuration.GetBoolean("execution.savepoint.ignore-unclaimed-state");
  if ((!fit.lost.empty() || !fit.incomplete.empty()) && !lose) {
    std::string message = restored.path + ":";
    if (!fit.lost.empty()) {
      message += fmt::format(" holds state of operators that job {} no longer has:{}\n",
                             options.name, Lines(fit.lost));
    }
    if (!fit.incomplete.empty()) {
      message +=
          fmt::format(" job {} keeps more than it holds:{}\n", options.name, Lines(fit.incomplete));
    }
    return Status::InvalidSql(
        message +
        "To go on without it: -D execution.state-recovery.ignore-unclaimed-state=true. To start "
        "afresh: --restore none.");
  }
  if (!say) return Status::OK();
  notice(fmt::format("job {} goes on from checkpoint {} ({})", options.name,
                     restored.manifest.epoch, restored.path));
  const bool changed = !fit.migrated.empty() || !fit.incomplete.empty() || !fit.lost.empty();
  if (changed && !fit.kept.empty()) notice("these operators keep their state:" + Lines(fit.kept));
  for (const std::string& what : fit.migrated) notice("migrated: " + what);
  for (const std::string& what : fit.incomplete) notice("migrated: " + what);
  if (!fit.lost.empty()) notice("its state of these operators is dropped:" + Lines(fit.lost));
  if (!fit.published.empty()) {
    notice("the job no longer has these sinks; what they had completed is published:" +
           Lines(fit.published));
  }
  if (!fit.fresh.empty()) notice("these operators start empty:" + Lines(fit.fresh));
  return Status::OK();
}

}  // namespace thalweg::api
