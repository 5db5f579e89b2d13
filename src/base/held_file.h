// HeldFile: an open file that one process holds and another one watches: the system ends the hold
// with the process, however that ends. It is the file that counts, not its name: it may be removed
// meanwhile. On a file system that is not the machine's nothing is held. Not thread-safe.
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
  /// By whoever else has it open.
  bool IsHeld() const;

 private:
  const int fd_;  // -1: it could not be opened
};

}  // namespace thalweg
