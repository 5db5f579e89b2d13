// The configuration's checkpoint and restart keys as values, and the checkpoint a job starts from.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/configuration.h"
#include "base/status.h"
#include "runtime/checkpoint_options.h"
#include "runtime/restart_strategy.h"
#include "runtime/restored_job.h"

namespace thalweg::api {

/// What decides whether and where a job keeps checkpoints, beside the configuration.
struct CheckpointedJobFacts {
  std::string folder;      ///< the job's, within the folder of all jobs
  std::string state_root;  ///< where it is if no key says so; empty: nowhere
  bool bounded = false;
  bool commits = false;  ///< a sink publishes by commits
};

/// Folder empty: the job keeps none. kInvalidSql if it should, and no folder is known.
Result<runtime::CheckpointOptions> CheckpointOptionsOf(const Configuration& configuration,
                                                       const CheckpointedJobFacts& facts);
/// As in Flink, a job restarts by itself if it makes checkpoints in regular intervals, or if a
/// strategy is set.
Result<runtime::RestartOptions> RestartOptionsOf(const Configuration& configuration,
                                                 const runtime::CheckpointOptions& checkpoints);

/// "none", "latest" (of `min_generation` or later) or a path. `skip`: the newest usable checkpoints
/// that turned out to be damaged and are passed over. Null: start afresh. Damaged manifests are
/// named by `notice` and passed over.
Result<std::shared_ptr<const runtime::RestoredJob>> FindRestored(
    const runtime::CheckpointOptions& options, std::string_view restore, int64_t min_generation,
    int skip, const std::function<void(const std::string&)>& notice);

/// A path's or URI's file system path; kNotSupported for other schemes than file.
Result<std::string> LocalPath(std::string_view key, std::string_view uri);

}  // namespace thalweg::api
