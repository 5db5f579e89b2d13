#include "connectors/filesystem/frugal_file.h"

#include <fmt/format.h>

#include <atomic>

namespace thalweg::connectors {
namespace {

std::atomic<int> kept_files{0};

}  // namespace

Result<std::unique_ptr<ReadableFile>> FrugalFile::Open(FileSystem* file_system,
                                                       const std::string& path) {
  TW_ASSIGN_OR_RETURN(std::shared_ptr<ReadableFile> file, file_system->OpenForRead(path));
  return {std::unique_ptr<ReadableFile>(new FrugalFile(file_system, path, std::move(file)))};
}

FrugalFile::FrugalFile(FileSystem* file_system, std::string path,
                       std::shared_ptr<ReadableFile> file)
    : file_system_(file_system),
      path_(std::move(path)),
      size_(file->size()),
      file_(std::move(file)) {
  kept_files.fetch_add(1);
}

FrugalFile::~FrugalFile() {
  if (file_ != nullptr) kept_files.fetch_sub(1);
}

Result<int64_t> FrugalFile::ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const {
  std::shared_ptr<ReadableFile> file;
  {
    std::lock_guard lock(mutex_);
    if (file_ == nullptr) {
      TW_ASSIGN_OR_RETURN(file_, file_system_->OpenForRead(path_));
      kept_files.fetch_add(1);
      if (file_->size() < size_) {
        return Status::Io(fmt::format("{}: shrank from {} to {} bytes while it was read", path_,
                                      size_, file_->size()));
      }
    }
    file = file_;
    if (kept_files.load() > kMaxKept) {
      file_ = nullptr;
      kept_files.fetch_sub(1);
    }
  }
  return file->ReadAt(offset, bytes, out);
}

void FrugalFile::Prefetch(int64_t offset, int64_t bytes) const {
  std::lock_guard lock(mutex_);
  if (file_ != nullptr) file_->Prefetch(offset, bytes);
}

}  // namespace thalweg::connectors
