// WholeFile: a format's view of a file: exact reads, or an error.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "base/file_system.h"
#include "formats/random_access.h"

namespace thalweg::connectors {

class WholeFile : public formats::RandomAccessFile {
 public:
  explicit WholeFile(std::unique_ptr<ReadableFile> file) : file_(std::move(file)) {}
  int64_t size() const override { return file_->size(); }
  const std::string& path() const override { return file_->path(); }
  Status ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
    TW_ASSIGN_OR_RETURN(const int64_t n, file_->ReadAt(offset, bytes, out));
    if (n == bytes) return Status::OK();
    return Status::Io(fmt::format("{}: ends at byte {}, wanted {} bytes at {}", path(), offset + n,
                                  bytes, offset));
  }

 private:
  const std::unique_ptr<ReadableFile> file_;
};

}  // namespace thalweg::connectors
