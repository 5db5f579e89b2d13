// FaultInjectingFileSystem: a FileSystem for tests that fails on demand and forgets what was never
// made durable, as a crash of the machine does.
//
//   FaultInjectingFileSystem fs(FileSystem::Posix());
//   fs.FailAfter(3);          // the fourth changing operation from now, and all later ones, fail
//   ...
//   fs.Crash();               // bytes that were not synced are lost; handles are dead
//   fs.Recover();             // works again
//
// Only the contents of files obey durability; renames take effect at once. Thread-safe.
#pragma once

#include <map>
#include <mutex>

#include "base/file_system.h"

namespace thalweg {

class FaultInjectingFileSystem : public FileSystem {
 public:
  explicit FaultInjectingFileSystem(FileSystem* base) : base_(base) {}

  /// After `operations` further changing operations (create, append, sync, rename, remove) every
  /// one fails with kIo, until Recover.
  void FailAfter(int operations);
  /// The operation after `operations` further ones fails, and the rest work.
  void FailOnly(int operations) { FailBetween(operations, operations + 1); }
  /// Creations and appends after `operations` further changing operations find no space, until
  /// Recover: the disk is full.
  void FillUpAfter(int operations);
  /// All handles opened so far fail; unsynced bytes are cut off.
  void Crash();
  void Recover();
  /// Changing operations so far.
  int operations() const;

  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      int64_t valid_length) override;
  Result<std::optional<FileInfo>> Stat(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override;
  Status SyncFile(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RemoveFile(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Status MakeDirectories(const std::string& path) override;
  Status SyncDirectory(const std::string& directory) override;

 private:
  friend class FaultInjectingWritableFile;

  void FailBetween(int from, int until);
  Status Change(const std::string& path, bool takes_space = false);
  void NoteSynced(const std::string& path, int64_t bytes);

  FileSystem* const base_;
  mutable std::mutex mutex_;
  int operations_ = 0;
  int fail_at_ = -1;                       // operation number from which on everything fails
  int fail_until_ = -1;                    // before this one; -1: for ever
  int full_at_ = -1;                       // operation number from which on there is no space
  int life_ = 0;                           // handles of an earlier life are dead
  std::map<std::string, int64_t> synced_;  // durable length of files written through this
};

}  // namespace thalweg
