// SimulatedDisk: a file system in memory that loses, at a crash, what was never made durable: the
// bytes that no Sync followed and the names that no SyncDirectory followed, or a part of them.
//
//   SimulatedDisk disk(seed);
//   disk.CrashAt(17);         // the 17th changing operation from now fails, and all after it
//   ...                       // the process notices, or is dropped
//   disk.Restart();           // what the machine finds when it comes back
//
// Directories themselves are durable once made. The seed decides how much of what is not durable
// survives; a rename does so whole or not at all. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/file_system.h"

namespace thalweg::testing {

class SimulatedDisk final : public FileSystem {
 public:
  explicit SimulatedDisk(uint64_t seed) : random_(seed) {}

  /// From the `operations`-th changing operation on (0: the next), everything fails.
  void CrashAt(int64_t operations);
  /// `count` writes and creations from the `operations`-th on find no space.
  void FillUpAt(int64_t operations, int64_t count);
  /// The `operations`-th next sync of a file or directory fails, and makes nothing durable.
  void FailSyncAt(int64_t operations);
  /// From now on every sync takes so long.
  void SlowDown(int64_t microseconds) { slow_us_.store(microseconds); }
  /// Syncs of files whose path contains `part` do nothing and say OK.
  void LieAbout(std::string part);
  bool crashed() const;
  /// The faults are over, and handles of before are dead. `machine`: what was not durable is lost,
  /// not only the process.
  void Restart(bool machine = true);
  /// Flips one bit of the file, for good.
  void FlipBit(const std::string& path);

  /// Changing operations so far.
  int64_t operations() const;
  /// Writes a durable file.
  void Put(const std::string& path, std::string content);
  /// All files below `directory` and what they hold.
  std::map<std::string, std::string> Files(const std::string& directory) const;

  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      int64_t valid_length) override;
  Result<std::optional<FileInfo>> Stat(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RemoveFile(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Status MakeDirectories(const std::string& path) override;
  Status SyncDirectory(const std::string& directory) override;
  Status SyncFile(const std::string& path) override;

 private:
  friend class SimulatedReadableFile;
  friend class SimulatedWritableFile;

  struct File {
    std::string content;
    size_t durable = 0;  // bytes that survive a crash
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;
  /// A change of names that no SyncDirectory has followed yet.
  struct Change {
    std::string directory;
    std::string removed;  // empty: none
    std::string added;    // empty: none
    std::shared_ptr<File> file;
  };
  enum class Operation : uint8_t { kWrite, kSync, kOther };

  /// The time that a sync takes; without mutex_.
  void TakeTime() const;

  // The rest is called with mutex_ held.
  Status Begin(Operation operation, const std::string& path);
  Status CheckAlive(const std::string& path) const;
  void Note(Change change);
  static void Apply(const Change& change, Names* names);
  void MakeParents(const std::string& path);
  bool IsLiedAbout(const std::string& path) const;

  std::atomic<int64_t> slow_us_{0};
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  Names names_;
  Names durable_names_;
  std::vector<Change> changes_;  // oldest first
  std::set<std::string> directories_;
  int64_t operations_ = 0;
  int64_t syncs_ = 0;
  int64_t crash_at_ = -1;
  int64_t full_from_ = -1;
  int64_t full_until_ = -1;
  int64_t failing_sync_ = -1;
  std::vector<std::string> lies_;
  bool crashed_ = false;
  int life_ = 0;  // handles of earlier lives are dead
};

}  // namespace thalweg::testing
