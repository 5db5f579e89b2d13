#include "runtime/restored_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/checkpoint_storage.h"

namespace thalweg::runtime {
Result<RestoredJob> RestoredJob::Load(FileSystem* fs, const std::string& path) {
  RestoredJob restored;
  restored.path = path;
  TW_ASSIGN_OR_RETURN(restored.manifest, LoadManifest(fs, path));
  TW_ASSIGN_OR_RETURN(restored.folder, StateFolderOf(fs, path));
  return restored;
}

Status CheckKeyGroups(const RestoredJob& restored, int max_parallelism) {
  if (restored.manifest.max_parallelism == max_parallelism) return Status::OK();
  return Status::InvalidSql(fmt::format(
      "{}: has {} key groups, this job {}: a checkpoint cannot change pipeline.max-parallelism",
      restored.path, restored.manifest.max_parallelism, max_parallelism));
}

operators::OperatorState EntriesFor(const NodeSnapshot& node, int subtask, int parallelism,
                                    int max_parallelism) {
  const data::KeyGroupRange groups = data::KeyGroupsOf(subtask, parallelism, max_parallelism);
  operators::OperatorState mine;
  int next = 0;  // of the entries that one subtask gets, in turn
  for (const operators::StateEntry& e : node.entries) {
    const bool give =
        e.key_group == operators::StateEntry::kNoKeyGroup ||
        (e.key_group == operators::StateEntry::kOneSubtask ? next++ % parallelism == subtask
                                                           : groups.contains(e.key_group));
    if (give) mine.push_back(e);
  }
  return mine;
}

std::vector<const StateSegment*> SegmentsFor(const NodeSnapshot& node, int subtask, int parallelism,
                                             int max_parallelism) {
  const data::KeyGroupRange groups = data::KeyGroupsOf(subtask, parallelism, max_parallelism);
  std::vector<const StateSegment*> mine;
  for (const StateSegment& s : node.segments) {
    if (s.groups.first < groups.end && groups.first < s.groups.end) mine.push_back(&s);
  }
  std::stable_sort(mine.begin(), mine.end(), [](const StateSegment* a, const StateSegment* b) {
    return a->epoch < b->epoch;
  });
  return mine;
}

}  // namespace thalweg::runtime
