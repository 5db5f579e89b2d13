// StoppableDisk: the disk as one process sees it that can be stopped (SIGSTOP) before one of its
// changing operations, while other processes go on with the same disk.
//
//   StoppableDisk first(&disk);
//   first.StopAt(17);
//   ... the job runs on another thread ...
//   if (first.WaitUntilStoppedOrEnded()) { ... others run ...; first.Continue(); }
//
// While it is stopped no thread of the process gets past its next operation. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "base/file_system.h"

namespace thalweg::testing {

class StoppableDisk final : public FileSystem {
 public:
  explicit StoppableDisk(FileSystem* base) : base_(base) {}

  /// Before the `operations`-th changing operation from now.
  void StopAt(int64_t operations);
  /// Calls `hook` before the `operations`-th changing operation from now, on its thread.
  void CallAt(int64_t operations, std::function<void()> hook);
  void Continue();
  /// The process has ended.
  void End();
  /// False: it has ended before it could be stopped.
  bool WaitUntilStoppedOrEnded();

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
  friend class StoppableWritableFile;

  /// Before each operation: waits while the process is stopped.
  void Pass(bool changes);

  FileSystem* const base_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t operations_ = 0;
  int64_t stop_at_ = -1;
  int64_t call_at_ = -1;
  std::function<void()> hook_;
  bool stopped_ = false;
  bool ended_ = false;
};

}  // namespace thalweg::testing
