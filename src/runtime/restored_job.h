// RestoredJob: a checkpoint or savepoint that a job starts from, and what of it goes to which
// subtask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "operators/operator.h"
#include "runtime/manifest.h"

namespace thalweg::runtime {

struct RestoredJob {
  Manifest manifest;
  std::string path;    ///< of the manifest, for messages
  std::string folder;  ///< that the segments' files are relative to
  /// The newest checkpoint of the job's own folder: its history goes on. Otherwise a new one
  /// begins.
  bool continues = false;

  static Result<RestoredJob> Load(FileSystem* file_system, const std::string& path);
};

/// A checkpoint cannot change the number of key groups: kInvalidSql.
Status CheckKeyGroups(const RestoredJob& restored, int max_parallelism);

/// The entries of `node` for one of its subtasks now.
operators::OperatorState EntriesFor(const NodeSnapshot& node, int subtask, int parallelism,
                                    int max_parallelism);
/// Those of its segments that hold key groups of the subtask, oldest first.
std::vector<const StateSegment*> SegmentsFor(const NodeSnapshot& node, int subtask, int parallelism,
                                             int max_parallelism);

}  // namespace thalweg::runtime
