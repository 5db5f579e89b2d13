// CheckpointStorage: the folder of one job's checkpoints, and who owns it.
//
//   <folder>/owner-<generation>                 made exclusively; the highest one owns the job
//   <folder>/chk-<epoch>-g<generation>          manifests
//   <folder>/shared/<epoch>-g<generation>-...   state files that manifests refer to
//   <folder>/requests/...                       what `thalweg savepoint` asks of the running job
//
// A start:  TakeGeneration -> List, choose -> Begin -> touch the output.  The owner's file is empty
// until Begin has put an OwnerRecord there; from then on only those checkpoints of earlier
// generations count that the record's history names. Whatever an earlier process, stopped anywhere
// and continued, still publishes is never restored, and removed with the old ones.
//
// A manifest is published by fsync, rename and directory fsync, so it is whole or absent; what no
// manifest names is left over from a crash and removed. No lock is held: a process that was stopped
// and comes back finds a higher generation and ends (see Owns). Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "runtime/manifest.h"
#include "runtime/owner_record.h"
#include "state/state_segment.h"

namespace thalweg::runtime {

struct CheckpointInfo {
  int64_t generation = 0;
  int64_t epoch = 0;
  std::string path;  ///< of the manifest
};

class CheckpointStorage {
 public:
  CheckpointStorage(FileSystem* file_system, std::string folder)
      : fs_(file_system), folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  FileSystem* file_system() const { return fs_; }

  /// Becomes the owner: one generation above every earlier one. Before anything is written.
  Result<int64_t> TakeGeneration();
  /// Says durably what the owner goes on with; kCancelled if another one has come meanwhile: then
  /// nothing may be touched. `restored`: the checkpoint whose history goes on, null if a new one
  /// begins. The record: with what of the last owner's is to be remembered.
  Result<OwnerRecord> Begin(int64_t generation, const std::string& lineage,
                            const CheckpointInfo* restored,
                            const std::function<void(const std::string&)>& log);
  /// False once another process has taken a higher generation.
  Result<bool> Owns(int64_t generation) const;
  /// Why a start of `job` failed: `status`, or kCancelled once another process owns the job, since
  /// what that one removes looks like damage.
  Status ExplainFailure(const Status& status, int64_t generation, std::string_view job) const;

  /// Those that count, newest first: a higher generation before every lower one, then by epoch.
  /// Empty if there are none or no folder.
  Result<std::vector<CheckpointInfo>> List() const;
  Status Publish(const Manifest& manifest);

  /// What RemoveOld leaves, and what is worth a line of the log.
  struct Cleaned {
    std::set<std::string> lineages;      ///< of the manifests that are left
    std::vector<std::string> worthless;  ///< removed: damaged, or published too late to count
  };
  /// Keeps the `retained` newest manifests and what of `shared/` they name; removes the rest of
  /// what `generation` and earlier ones have written. Between snapshots: a running one's files have
  /// no manifest yet. Errors are returned, but nothing depends on success.
  Result<Cleaned> RemoveOld(int retained, int64_t generation);

  /// "shared/<epoch>-g<generation>-n<node>-s<subtask>", relative to the folder.
  static std::string StateFileName(int64_t generation, int64_t epoch, int node, int subtask);

 private:
  struct Contents;
  Result<Contents> Look() const;

  FileSystem* const fs_;
  const std::string folder_;
};

/// The manifest in a file, or in `path`/_metadata if `path` is a folder (a savepoint).
Result<Manifest> LoadManifest(FileSystem* file_system, const std::string& path);
/// The folder that the state files of the manifest at `path` are relative to.
Result<std::string> StateFolderOf(FileSystem* file_system, const std::string& path);
/// Content of a segment, read when needed and alive as long as `segment`; kBadData naming the file
/// if it is cut off.
Result<std::shared_ptr<const state::StateSegment>> OpenSegment(FileSystem* file_system,
                                                               const std::string& folder,
                                                               const StateSegment& segment);
/// Writes `bytes` to a new file beside `path`, then puts it there durably.
Status WriteDurably(FileSystem* file_system, const std::string& path, std::string_view bytes);

}  // namespace thalweg::runtime
