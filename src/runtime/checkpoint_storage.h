// CheckpointStorage: the folder of one job's checkpoints, and who owns it.
//
//   <folder>/owner-<generation>                 made exclusively; the highest generation owns the
//   job <folder>/chk-<epoch>-g<generation>          manifests
//   <folder>/shared/<epoch>-g<generation>-...   state files that manifests refer to
//   <folder>/requests/...                       what `thalweg savepoint` asks of the running job
//
// A manifest is published by fsync, rename and directory fsync, so it is whole or absent; what no
// manifest names is left over from a crash and removed. No lock is held: a process that was stopped
// and comes back finds a higher generation and ends (see Owns). Not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "runtime/manifest.h"
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
  /// False once another process has taken a higher generation.
  Result<bool> Owns(int64_t generation) const;

  /// Newest first: a higher generation before every lower one, then by epoch. Empty if there are
  /// none or no folder.
  Result<std::vector<CheckpointInfo>> List() const;
  Status Publish(const Manifest& manifest);
  /// Keeps the `retained` newest manifests and what of `shared/` they name; removes the rest of
  /// what `generation` and earlier ones have written. Between snapshots: a running one's files have
  /// no manifest yet. Errors are returned, but nothing depends on success.
  Status RemoveOld(int retained, int64_t generation);

  /// "shared/<epoch>-g<generation>-n<node>-s<subtask>", relative to the folder.
  static std::string StateFileName(int64_t generation, int64_t epoch, int node, int subtask);

 private:
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
