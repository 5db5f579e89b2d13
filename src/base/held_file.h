// HeldFile: an open file that one process holds and another one watches: the system ends the hold
// with the process, however that ends. It is the file that counts, not its name: it may be removed
// meanwhile. Where a file system has no such locks, nothing is known to be free. Not thread-safe.
#pragma once

#include <string>

namespace thalweg {

class HeldFile {
 public:
  explicit HeldFile(const std::string& path);
  ~HeldFile();
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;

  /// Until this, or the process, ends.
  void Hold();
  /// Nobody else holds it. False if that cannot be known, too.
  bool IsFree() const;

 private:
  const int fd_;  // -1: it could not be opened
};

}  // namespace thalweg
