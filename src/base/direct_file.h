// DirectFile: a new file whose bytes go to the disk past the page cache (O_DIRECT).
//
// Writing through the cache takes a fresh page for every 4 KiB, pushes the pages of input files
// out, and costs four to ten times the CPU, most of all where a hypervisor takes free memory back.
//
// A file system that has no such writing (EINVAL) gets the same bytes through its cache.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace thalweg {

/// Readers of the path see what was appended after Sync or Close.
class DirectFile final : public WritableFile {
 public:
  /// Takes the descriptor of an empty file, opened with O_DIRECT or not.
  DirectFile(std::string path, int fd);
  ~DirectFile() override { (void)Close(); }

  int64_t size() const override { return written_ + filled_; }
  const std::string& path() const override { return path_; }

  Status Append(std::string_view bytes) override;
  Status Sync() override;
  Status Close() override;

 private:
  struct Free {
    void operator()(char* memory) const;
  };

  /// Writes whole pages at `written_`.
  Status WritePages(int64_t bytes);
  /// The last page is written with zeros behind its bytes, which are cut off again.
  Status Flush();

  const std::string path_;
  int fd_;
  std::unique_ptr<char[], Free> buffer_;  // aligned as O_DIRECT asks for
  int64_t filled_ = 0;                    // bytes of the buffer
  int64_t written_ = 0;                   // whole pages in the file, before the buffer's bytes
  int64_t flushed_ = 0;                   // the file's length when it was flushed last
};

}  // namespace thalweg
