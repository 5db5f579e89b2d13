// ScriptJobs: which checkpoint folder belongs to which job of a script.
//
// A job is known by pipeline.name or, without one, by its script and its sinks; two of the same
// name are counted. A script that was edited may have no job of just these sinks any more: taking
// one INSERT out of a statement set must not silently begin a new history. So a job without
// checkpoints of its own goes on in the folder of a job which the script no longer has, and which
// wrote to a sink of it. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/configuration.h"
#include "base/file_system.h"
#include "base/status.h"

namespace thalweg::api {

class ScriptJobs {
 public:
  /// The sinks of jobs, by the folders that they have by name.
  using Sinks = std::map<std::string, std::vector<std::string>>;

  /// `script`: what tells this script's jobs from others'; empty: nothing does.
  explicit ScriptJobs(std::string script) : script_(std::move(script)) {}

  /// Of the next job: a name within the folder of all jobs.
  std::string NextFolder(const Configuration& configuration, const std::vector<std::string>& sinks);

  /// The folder to go on in: `own`, as NextFolder has named it, or that of a job which the script
  /// no longer has. `all`: of every job of the script; asked for only if needed. kInvalidSql if
  /// several come into question. `notice`: checkpoints that stay unused.
  Result<std::string> FolderToGoOnIn(FileSystem* file_system, const std::string& root,
                                     const std::string& own, const std::vector<std::string>& sinks,
                                     const std::function<Sinks()>& all,
                                     const std::function<void(const std::string&)>& notice);

 private:
  const std::string script_;
  std::map<std::string, int> named_;  // jobs so far of each name
  std::set<std::string> taken_;       // folders of gone jobs that others go on in
  bool said_ = false;                 // which folders stay unused
};

/// A folder's name for `name`: letters, digits, '.', '_', '-' and ',' as they are, everything else
/// as %XX; the end of a long one is replaced by a hash.
std::string FolderName(std::string_view name);

}  // namespace thalweg::api
