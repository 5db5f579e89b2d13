#include "state/memory/scratch_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace thalweg::state {
namespace {

/// The page cache then holds single pages. Larger pieces make it hold larger folios, and a file
/// system that is told of a write to one byte of them prepares and writes back the whole folio.
constexpr size_t kPiece = 4096;
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif

char bus_error_text[512];
size_t bus_error_size = 0;

// The disk could not read a page back, or (a file system that copies on write) has no room for it.
void OnBusError(int) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, bus_error_text, bus_error_size);
  signal(SIGBUS, SIG_DFL);  // the access comes again
}

void ExplainBusErrors(const std::string& directory) {
  const std::string text = fmt::format(
      "thalweg: the scratch file in {} cannot be read or written (a disk error, or the disk is "
      "full); the job goes on from its last checkpoint when it is started again\n",
      directory);
  bus_error_size = std::min(text.size(), sizeof(bus_error_text));
  std::memcpy(bus_error_text, text.data(), bus_error_size);
  struct sigaction current {};
  if (sigaction(SIGBUS, nullptr, &current) != 0 || current.sa_handler != SIG_DFL) return;
  struct sigaction action {};
  action.sa_handler = OnBusError;
  sigaction(SIGBUS, &action, nullptr);
}

Result<int> OpenIn(const std::string& directory) {
  struct statfs fs {};
  if (statfs(directory.c_str(), &fs) != 0) return Status::Io(std::strerror(errno));
  if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC) {
    return Status::Io("is itself in memory (tmpfs)");
  }
  int fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
    std::string path = directory + "/thalweg-scratch-XXXXXX";
    fd = mkostemp(path.data(), O_CLOEXEC);
    if (fd >= 0) unlink(path.c_str());
  }
  if (fd < 0) return Status::Io(std::strerror(errno));
  // On btrfs a page would need new room each time that it is written back. Others do not know it.
  int flags = 0;
  if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
    flags |= FS_NOCOW_FL;
    ioctl(fd, FS_IOC_SETFLAGS, &flags);
  }
  return fd;
}

}  // namespace

Result<std::unique_ptr<ScratchFile>> ScratchFile::Open(
    const std::vector<std::string>& directories) {
  std::string reasons;
  for (const std::string& directory : directories) {
    auto fd = OpenIn(directory);
    if (fd.ok()) {
      ExplainBusErrors(directory);
      return std::make_unique<ScratchFile>(directory, *fd);
    }
    reasons +=
        fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", directory, fd.status().message());
  }
  return Status::Io(fmt::format("no directory for a scratch file (io.tmp.dirs): {}",
                                reasons.empty() ? "none is given" : reasons));
}

std::vector<std::string> ScratchFile::SplitDirectories(const std::string& list) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find_first_of(",:", begin), list.size());
    std::string part = list.substr(begin, end - begin);
    part.erase(0, part.find_first_not_of(" \t"));
    part.erase(part.find_last_not_of(" \t") + 1);
    if (!part.empty()) out.push_back(std::move(part));
    begin = end + 1;
  }
  return out;
}

std::vector<std::string> ScratchFile::DefaultDirectories() {
  std::vector<std::string> out;
  if (const char* tmp = std::getenv("TMPDIR"); tmp != nullptr && *tmp != 0) out.emplace_back(tmp);
  out.emplace_back("/var/tmp");
  return out;
}

// A read of a mapped page maps up to 16 of its neighbours, too, if the page cache has them: a step
// over random rows would bring back 16 times the memory that it needs. The only mappings that the
// kernel (6.7 and later) spares that are those whose write protection somebody tracks. Nobody
// protects anything here, and without the right to ask for it (seccomp) all works the same, with
// larger steps.
ScratchFile::ScratchFile(std::string directory, int fd)
    : directory_(std::move(directory)), fd_(fd) {
  faults_ = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY));
  uffdio_api api{};
  api.api = UFFD_API;
  api.features = UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_ASYNC;
  if (faults_ >= 0 && ioctl(faults_, UFFDIO_API, &api) != 0) {
    close(faults_);
    faults_ = -1;
  }
}

ScratchFile::~ScratchFile() {
  if (faults_ >= 0) close(faults_);
  close(fd_);
}

Status ScratchFile::Error(const char* what, int error) const {
  return Status::Io(
      fmt::format("scratch directory {}: {}: {}", directory_, what, std::strerror(error)));
}

Status ScratchFile::Write(const uint8_t* data, size_t bytes, int64_t offset) {
  while (bytes > 0) {
    const ssize_t n = pwrite(fd_, data, std::min(bytes, kPiece), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Error("cannot write", n < 0 ? errno : EIO);
    data += n;
    offset += n;
    bytes -= static_cast<size_t>(n);
  }
  return Status::OK();
}

Status ScratchFile::Reserve(int64_t offset, size_t bytes) {
  const int error = posix_fallocate(fd_, offset, static_cast<off_t>(bytes));
  return error == 0 ? Status::OK() : Error("cannot reserve room", error);
}

void ScratchFile::Discard(int64_t offset, size_t bytes) {
  fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, static_cast<off_t>(bytes));
}

Status ScratchFile::MapAt(uint8_t* at, size_t bytes, int64_t offset) {
  void* p = mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd_, offset);
  if (p == MAP_FAILED) return Error("cannot map (vm.max_map_count?)", errno);
  madvise(p, bytes, MADV_RANDOM);  // no read-ahead from the disk
  if (faults_ >= 0) {
    uffdio_register range{};
    range.range.start = reinterpret_cast<uint64_t>(at);
    range.range.len = bytes;
    range.mode = UFFDIO_REGISTER_MODE_WP;
    ioctl(faults_, UFFDIO_REGISTER, &range);
  }
  return Status::OK();
}

}  // namespace thalweg::state
