// FrugalFile: a file whose descriptor is given back between reads while the process has many such
// files open, so that a folder of 100,000 files can be read side by side.
//
// Thread-safe as ReadableFile asks. A file that has shrunk meanwhile is refused.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/file_system.h"

namespace thalweg::connectors {

class FrugalFile : public ReadableFile {
 public:
  /// Descriptors that all FrugalFiles of the process may keep between reads.
  static constexpr int kMaxKept = 256;

  static Result<std::unique_ptr<ReadableFile>> Open(FileSystem* file_system,
                                                    const std::string& path);
  ~FrugalFile() override;

  int64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }
  Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override;
  void Prefetch(int64_t offset, int64_t bytes) const override;

 private:
  FrugalFile(FileSystem* file_system, std::string path, std::shared_ptr<ReadableFile> file);

  FileSystem* const file_system_;
  const std::string path_;
  const int64_t size_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<ReadableFile> file_;  // null while given back
};

}  // namespace thalweg::connectors
