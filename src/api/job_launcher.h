// JobLauncher: makes and starts the attempts of one INSERT: finds the checkpoint to go on from,
// says what of it is kept, and passes over damaged ones.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/checkpoint_settings.h"
#include "api/supervised_job.h"
#include "base/configuration.h"
#include "graph/graph.h"
#include "runtime/job.h"

namespace thalweg::api {

class JobLauncher {
 public:
  graph::Graph graph;
  runtime::JobOptions options;
  Configuration configuration;  ///< as it stood when the job was submitted
  std::string folder;           ///< the job's, within that of all jobs' checkpoints
  std::string state_root;
  std::string restore;  ///< "latest", "none" or a path
  std::string savepoint_on_stop;
  FileSystem* file_system = FileSystem::Posix();
  std::function<void(const std::string&)> notice;
  std::function<void(const std::string&)> log;
  /// The folder to go on in, if it may be another one: asked with the folder of all jobs before a
  /// start from the latest checkpoint.
  std::function<Result<std::string>(const std::string& root)> folder_to_go_on_in;
  /// For tests: what the configuration cannot say.
  std::function<void(runtime::CheckpointOptions*)> adjust = [](runtime::CheckpointOptions*) {};

  /// A later attempt goes on from the latest checkpoint that an earlier one has made, if there is
  /// one.
  Result<SupervisedJob::Attempt> Launch(int attempt);

 private:
  /// What a start has taken: the checkpoint folder and its generation in it.
  struct Owned {
    std::string folder;
    int64_t generation = 0;
  };
  Result<SupervisedJob::Attempt> LaunchAsOwner(int attempt, Owned* owned);
  Result<std::shared_ptr<const runtime::RestoredJob>> Find(
      const runtime::CheckpointOptions& checkpoints, int skip,
      const std::function<void(const std::string&)>& say) const;
  /// Refuses to lose state unasked. `say`: what the restored checkpoint means for this job.
  Status CheckFit(const runtime::RestoredJob& restored, bool say) const;
  /// A look at what there is: what would be refused must not take the job from a process that runs
  /// it.
  Result<std::shared_ptr<const runtime::RestoredJob>> LookBeforeTakingOver(
      const runtime::CheckpointOptions& checkpoints) const;

  int64_t first_generation_ = 0;  // of this run's first attempt; 0: none has started
};

}  // namespace thalweg::api
