// What the checkpoint folders hold, as text: the commands `savepoint`, `state ls` and `state show`.
#pragma once

#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"

namespace thalweg::api {

/// The checkpoint folder that `job` means: a folder itself, or the one below `state_root` whose
/// name is `job` or, if that is unambiguous, contains it.
Result<std::string> FindJobFolder(FileSystem* file_system, const std::string& state_root,
                                  const std::string& job);

/// A line per checkpoint of the job, or of all jobs if `job` is empty.
Result<std::string> ListState(FileSystem* file_system, const std::string& state_root,
                              const std::string& job);
/// The operators of a checkpoint, a savepoint, or a job's newest checkpoint, and the columns of
/// their tables; `ddl`: CREATE TABLE statements for these instead.
Result<std::string> ShowState(FileSystem* file_system, const std::string& state_root,
                              const std::string& path, bool ddl);

/// Asks the running job for a savepoint and waits for it; the savepoint's folder. `target` empty: a
/// new one in the job's folder.
Result<std::string> MakeSavepoint(FileSystem* file_system, const std::string& state_root,
                                  const std::string& job, const std::string& target, bool stop,
                                  bool drain);

}  // namespace thalweg::api
