#include "base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/direct_file.h"

namespace thalweg {
namespace {

FileInfo InfoOf(const std::string& path, const struct stat& s) {
  return {path, S_ISDIR(s.st_mode), static_cast<int64_t>(s.st_size),
          s.st_mtim.tv_sec * 1000 + s.st_mtim.tv_nsec / 1000000};
}

class PosixReadableFile : public ReadableFile {
 public:
  PosixReadableFile(std::string path, int fd, int64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}
  ~PosixReadableFile() override { ::close(fd_); }

  int64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }

  Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
    int64_t done = 0;
    while (done < bytes) {
      const ssize_t n = ::pread(fd_, out + done, static_cast<size_t>(bytes - done), offset + done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus(path_, errno);
      if (n == 0) break;
      done += n;
    }
    return done;
  }

  void Prefetch(int64_t offset, int64_t bytes) const override {
    // Asking walks the page cache page by page, so a range that is there already is told by its
    // end.
    uint8_t byte;
    const iovec end{&byte, 1};
    if (::preadv2(fd_, &end, 1, std::min(offset + bytes, size_) - 1, RWF_NOWAIT) == 1) return;
    (void)::posix_fadvise(fd_, offset, bytes, POSIX_FADV_WILLNEED);
  }

 private:
  const std::string path_;
  const int fd_;
  const int64_t size_;
};

class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(std::string path, int fd, int64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}
  ~PosixWritableFile() override { (void)Close(); }

  int64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }

  Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus(path_, errno);
      bytes.remove_prefix(static_cast<size_t>(n));
      size_ += n;
    }
    return Status::OK();
  }
  Status Sync() override {
    return ::fdatasync(fd_) == 0 ? Status::OK() : ErrnoStatus(path_, errno);
  }
  Status Close() override {
    if (fd_ < 0) return Status::OK();
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0 ? Status::OK() : ErrnoStatus(path_, errno);
  }

 private:
  const std::string path_;
  int fd_;
  int64_t size_;
};

class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    // O_NONBLOCK: opening a pipe without a writer must not hang; such files are refused below.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return ErrnoStatus(path, errno);
    struct stat s;
    if (::fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
      const bool directory = S_ISDIR(s.st_mode);
      ::close(fd);
      return Status::Io(path + (directory ? ": is a directory" : ": is not a regular file"));
    }
    (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return {std::make_unique<PosixReadableFile>(path, fd, s.st_size)};
  }

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    TW_ASSIGN_OR_RETURN(const int fd, OpenNew(path));
    return {std::make_unique<PosixWritableFile>(path, fd, 0)};
  }

  Result<std::unique_ptr<WritableFile>> CreateUncached(const std::string& path) override {
    TW_ASSIGN_OR_RETURN(const int fd, OpenNew(path));
    // Not when it is opened: a file system that refuses the flag may have made the file by then.
    (void)::fcntl(fd, F_SETFL, O_DIRECT);
    return {std::make_unique<DirectFile>(path, fd)};
  }

  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      int64_t valid_length) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return ErrnoStatus(path, errno);
    auto file = std::make_unique<PosixWritableFile>(path, fd, valid_length);
    struct stat s;
    if (::fstat(fd, &s) != 0) return ErrnoStatus(path, errno);
    if (s.st_size < valid_length) {
      return Status::Io(fmt::format("{}: holds {} bytes, but {} were written before", path,
                                    static_cast<int64_t>(s.st_size), valid_length));
    }
    if (::ftruncate(fd, valid_length) != 0 || ::lseek(fd, valid_length, SEEK_SET) < 0) {
      return ErrnoStatus(path, errno);
    }
    return {std::move(file)};
  }

  Result<std::optional<FileInfo>> Stat(const std::string& path) override {
    struct stat s;
    if (::stat(path.c_str(), &s) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return {std::optional<FileInfo>()};
      return ErrnoStatus(path, errno);
    }
    return {std::optional<FileInfo>(InfoOf(path, s))};
  }

  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    DIR* dir = ::opendir(directory.c_str());
    if (dir == nullptr) return ErrnoStatus(directory, errno);
    std::vector<FileInfo> entries;
    Status status;
    for (;;) {
      errno = 0;
      const dirent* e = ::readdir(dir);
      if (e == nullptr) {
        if (errno != 0) status = ErrnoStatus(directory, errno);
        break;
      }
      const std::string_view name = e->d_name;
      if (name == "." || name == "..") continue;
      struct stat s;
      if (::fstatat(::dirfd(dir), e->d_name, &s, 0) != 0) continue;
      entries.push_back(InfoOf(JoinPath(directory, name), s));
    }
    ::closedir(dir);
    if (!status.ok()) return status;
    std::sort(entries.begin(), entries.end(),
              [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
    return entries;
  }

  Status SyncFile(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ErrnoStatus(path, errno);
    const int rc = ::fdatasync(fd);
    const int error = errno;
    ::close(fd);
    return rc == 0 ? Status::OK() : ErrnoStatus(path, error);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return Status::OK();
    return ErrnoStatus(fmt::format("{} -> {}", from, to), errno);
  }

  Status RemoveFile(const std::string& path) override {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return Status::OK();
    return ErrnoStatus(path, errno);
  }

  Status RemoveTree(const std::string& path) override {
    struct stat s;
    if (::lstat(path.c_str(), &s) != 0) {
      return errno == ENOENT ? Status::OK() : ErrnoStatus(path, errno);
    }
    if (!S_ISDIR(s.st_mode)) return RemoveFile(path);
    TW_ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(path));
    for (const std::string& name : names) TW_RETURN_IF_ERROR(RemoveTree(JoinPath(path, name)));
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return Status::OK();
    return ErrnoStatus(path, errno);
  }

  Status MakeDirectories(const std::string& path) override {
    if (path.empty() || ::mkdir(path.c_str(), 0755) == 0) return Status::OK();
    if (errno == EEXIST) {
      struct stat s;
      if (::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode)) return Status::OK();
      return Status::Io(path + ": exists and is not a directory");
    }
    if (errno != ENOENT) return ErrnoStatus(path, errno);
    const std::string parent = ParentDirectory(path);
    if (parent == path) return ErrnoStatus(path, ENOENT);
    TW_RETURN_IF_ERROR(MakeDirectories(parent));
    if (::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return Status::OK();
    return ErrnoStatus(path, errno);
  }

  Status SyncDirectory(const std::string& directory) override {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return ErrnoStatus(directory, errno);
    const int rc = ::fsync(fd);
    const int error = errno;
    ::close(fd);
    // Some file systems cannot sync directories; their renames need no help.
    return rc == 0 || error == EINVAL ? Status::OK() : ErrnoStatus(directory, error);
  }

 private:
  Result<int> OpenNew(const std::string& path) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = ::open(path.c_str(), kFlags, 0644);
    if (fd < 0 && errno == ENOENT) {
      TW_RETURN_IF_ERROR(MakeDirectories(ParentDirectory(path)));
      fd = ::open(path.c_str(), kFlags, 0644);
    }
    if (fd < 0) return ErrnoStatus(path, errno);
    return fd;
  }

  static Result<std::vector<std::string>> Names(const std::string& path) {
    DIR* dir = ::opendir(path.c_str());
    if (dir == nullptr) return ErrnoStatus(path, errno);
    std::vector<std::string> names;
    while (const dirent* e = ::readdir(dir)) {
      const std::string_view name = e->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(dir);
    return names;
  }
};

}  // namespace

FileSystem* FileSystem::Posix() {
  static PosixFileSystem* const instance = new PosixFileSystem();
  return instance;
}

Status ErrnoStatus(const std::string& path, int error) {
  char buffer[128];
  return Status::Io(fmt::format("{}: {}", path, strerror_r(error, buffer, sizeof(buffer))));
}

std::string ParentDirectory(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = path.rfind('/', end);
  if (slash == std::string::npos) return ".";
  const size_t last = path.find_last_not_of('/', slash);
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

std::string_view FileName(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

}  // namespace thalweg
