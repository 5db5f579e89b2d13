// FileSystem: the seam over the operating system's files. Connectors, checkpoints and state reach
// files only through it, so that tests can break them (base/fault_injecting_file_system.h).
//
// Thread-safe; a file handle belongs to one thread at a time, but ReadAt may be called from many.
// Every error is kIo and names the path and the reason ("orders.csv: No such file or directory").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace thalweg {

struct FileInfo {
  std::string path;  ///< as listed: the directory that was asked, "/", the entry's name
  bool is_directory = false;
  int64_t size = 0;
  int64_t modification_ms = 0;  ///< epoch milliseconds
};

class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  /// Size when the file was opened.
  virtual int64_t size() const = 0;
  /// Reads up to `bytes` at `offset`; fewer only at the end of the file (which may have grown).
  virtual Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const = 0;
  /// Asks the operating system to bring the range into memory; returns at once.
  virtual void Prefetch(int64_t offset, int64_t bytes) const {}
  virtual const std::string& path() const = 0;
};

/// Bytes appended are visible to readers of the path; they are durable after Sync.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// Makes everything appended durable.
  virtual Status Sync() = 0;
  /// Idempotent. The destructor closes, too, but drops errors.
  virtual Status Close() = 0;
  /// Bytes of the file, appended ones included.
  virtual int64_t size() const = 0;
  virtual const std::string& path() const = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The machine's own.
  static FileSystem* Posix();

  virtual Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) = 0;
  /// A new file; fails if the path exists. Missing parent directories are made.
  virtual Result<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;
  /// The same for a large file that is read after a restart at the earliest: past the page cache,
  /// where there is a way. Its bytes are visible to readers of the path after Sync or Close.
  virtual Result<std::unique_ptr<WritableFile>> CreateUncached(const std::string& path) {
    return Create(path);
  }
  /// Goes on with an existing file after its first `valid_length` bytes; the rest is cut off. Fails
  /// if the file is shorter.
  virtual Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                              int64_t valid_length) = 0;
  /// Nothing if the path does not exist; follows symbolic links.
  virtual Result<std::optional<FileInfo>> Stat(const std::string& path) = 0;
  /// Entries of a directory sorted by name, without "." and "..". A dangling symbolic link and an
  /// entry that vanishes meanwhile are left out.
  virtual Result<std::vector<FileInfo>> List(const std::string& directory) = 0;
  /// Makes everything that was ever appended to the file durable, through whatever handle.
  virtual Status SyncFile(const std::string& path) = 0;
  /// Replaces the target. Not durable before SyncDirectory of the parent.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  /// OK if the path does not exist.
  virtual Status RemoveFile(const std::string& path) = 0;
  /// With everything below it; OK if it does not exist.
  virtual Status RemoveTree(const std::string& path) = 0;
  virtual Status MakeDirectories(const std::string& path) = 0;
  /// Makes renames, creations and removals in the directory durable.
  virtual Status SyncDirectory(const std::string& directory) = 0;
};

/// kIo for the errno `error` of an operation on `path`.
Status ErrnoStatus(const std::string& path, int error);
/// "/a/b" of "/a/b/c"; "." of "c".
std::string ParentDirectory(const std::string& path);
/// "c" of "/a/b/c".
std::string_view FileName(std::string_view path);
/// One "/" between them, whatever `directory` ends in.
std::string JoinPath(std::string_view directory, std::string_view name);

}  // namespace thalweg
