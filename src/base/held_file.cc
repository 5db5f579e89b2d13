#include "base/held_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace thalweg {

HeldFile::HeldFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

HeldFile::~HeldFile() {
  if (fd_ >= 0) (void)close(fd_);
}

void HeldFile::Hold() {
  if (fd_ >= 0) (void)flock(fd_, LOCK_EX | LOCK_NB);
}

bool HeldFile::IsFree() const {
  if (fd_ < 0 || flock(fd_, LOCK_SH | LOCK_NB) != 0) return false;
  (void)flock(fd_, LOCK_UN);
  return true;
}

}  // namespace thalweg
