#include "base/direct_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace thalweg {
namespace {

/// What O_DIRECT asks of addresses, offsets and lengths: the disk's block, 4 KiB at most on all but
/// a few, whose file systems say EINVAL.
constexpr int64_t kPage = 4096;
/// Every subtask's state file has one while a checkpoint is written.
constexpr int64_t kBufferBytes = 128 * kPage;

constexpr int64_t RoundedUp(int64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

}  // namespace

void DirectFile::Free::operator()(char* memory) const { std::free(memory); }

DirectFile::DirectFile(std::string path, int fd)
    : path_(std::move(path)),
      fd_(fd),
      buffer_(static_cast<char*>(std::aligned_alloc(kPage, kBufferBytes))) {
  if (buffer_ == nullptr) throw std::bad_alloc();
}

Status DirectFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), static_cast<size_t>(kBufferBytes - filled_));
    std::memcpy(buffer_.get() + filled_, bytes.data(), n);
    filled_ += static_cast<int64_t>(n);
    bytes.remove_prefix(n);
    if (filled_ < kBufferBytes) continue;
    TW_RETURN_IF_ERROR(WritePages(kBufferBytes));
    written_ += kBufferBytes;
    filled_ = 0;
  }
  return Status::OK();
}

Status DirectFile::WritePages(int64_t bytes) {
  for (int64_t done = 0; done < bytes;) {
    const ssize_t n = ::pwrite(fd_, buffer_.get() + done, static_cast<size_t>(bytes - done),
                               static_cast<off_t>(written_ + done));
    if (n >= 0) {
      done += n;
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    // The disk's blocks are larger, or a short write on a nearly full disk has not ended at a page.
    const int flags = ::fcntl(fd_, F_GETFL);
    const bool direct = flags >= 0 && (flags & O_DIRECT) != 0;
    if (error != EINVAL || !direct || ::fcntl(fd_, F_SETFL, flags & ~O_DIRECT) != 0) {
      return ErrnoStatus(path_, error);
    }
  }
  return Status::OK();
}

Status DirectFile::Flush() {
  if (size() == flushed_) return Status::OK();
  const int64_t pages = RoundedUp(filled_);
  std::memset(buffer_.get() + filled_, 0, static_cast<size_t>(pages - filled_));
  TW_RETURN_IF_ERROR(WritePages(pages));
  if (pages != filled_ && ::ftruncate(fd_, size()) != 0) return ErrnoStatus(path_, errno);
  flushed_ = size();
  return Status::OK();
}

Status DirectFile::Sync() {
  TW_RETURN_IF_ERROR(Flush());
  return ::fdatasync(fd_) == 0 ? Status::OK() : ErrnoStatus(path_, errno);
}

Status DirectFile::Close() {
  if (fd_ < 0) return Status::OK();
  const Status flushed = Flush();
  const int closed = ::close(std::exchange(fd_, -1));
  TW_RETURN_IF_ERROR(flushed);
  return closed == 0 ? Status::OK() : ErrnoStatus(path_, errno);
}

}  // namespace thalweg
