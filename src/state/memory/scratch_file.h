// ScratchFile: where state goes that does not fit into memory: one file without a name, which is
// mapped in the place of what was written to it.
//
// It is never the truth: snapshots are. It is not synced, and it is gone with the process, however
// that ends. Not a base/file_system.h file: it is mapped, and errors of a mapping are signals; what
// can fail with a status (no directory, a full disk) fails when bytes are written or reserved, so
// that touching mapped bytes needs no more room. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace thalweg::state {

class ScratchFile {
 public:
  /// In the first of the directories that can hold one; kIo says of each why it cannot: it is not
  /// there, not writable, or itself in memory (tmpfs).
  static Result<std::unique_ptr<ScratchFile>> Open(const std::vector<std::string>& directories);
  /// "a,b" or "a:b"; blanks and empty parts are dropped.
  static std::vector<std::string> SplitDirectories(const std::string& list);
  /// $TMPDIR, then /var/tmp.
  static std::vector<std::string> DefaultDirectories();

  ScratchFile(std::string directory, int fd);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& directory() const { return directory_; }
  /// kIo names the directory and the reason.
  Status Write(const uint8_t* data, size_t bytes, int64_t offset);
  /// Room for bytes that are zero until they are written through a mapping.
  Status Reserve(int64_t offset, size_t bytes);
  /// Gives the room back; read as zeros from then on.
  void Discard(int64_t offset, size_t bytes);
  /// The bytes at `offset` in place of whatever is mapped at `at`; whole pages. A touch brings one
  /// page back, and none of its neighbours.
  Status MapAt(uint8_t* at, size_t bytes, int64_t offset);

 private:
  Status Error(const char* what, int error) const;

  const std::string directory_;
  const int fd_;
  int faults_ = -1;  // see the constructor
};

}  // namespace thalweg::state
