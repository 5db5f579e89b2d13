#include "base/fault_injecting_file_system.h"

#include <algorithm>

namespace thalweg {

class FaultInjectingWritableFile : public WritableFile {
 public:
  FaultInjectingWritableFile(FaultInjectingFileSystem* fs, int life,
                             std::unique_ptr<WritableFile> base)
      : fs_(fs), life_(life), base_(std::move(base)) {}

  Status Append(std::string_view bytes) override {
    TW_RETURN_IF_ERROR(Alive(true));
    return base_->Append(bytes);
  }
  Status Sync() override {
    TW_RETURN_IF_ERROR(Alive());
    TW_RETURN_IF_ERROR(base_->Sync());
    fs_->NoteSynced(path(), size());
    return Status::OK();
  }
  Status Close() override { return base_->Close(); }
  int64_t size() const override { return base_->size(); }
  const std::string& path() const override { return base_->path(); }

 private:
  Status Alive(bool takes_space = false) {
    if (fs_->life_ != life_) return Status::Io(path() + ": the process that opened it has crashed");
    return fs_->Change(path(), takes_space);
  }

  FaultInjectingFileSystem* const fs_;
  const int life_;
  const std::unique_ptr<WritableFile> base_;
};

void FaultInjectingFileSystem::FailAfter(int operations) {
  std::lock_guard lock(mutex_);
  fail_at_ = operations_ + operations;
  fail_until_ = -1;
}

void FaultInjectingFileSystem::FailBetween(int from, int until) {
  std::lock_guard lock(mutex_);
  fail_at_ = operations_ + from;
  fail_until_ = operations_ + until;
}

void FaultInjectingFileSystem::FillUpAfter(int operations) {
  std::lock_guard lock(mutex_);
  full_at_ = operations_ + operations;
}

void FaultInjectingFileSystem::Crash() {
  std::lock_guard lock(mutex_);
  ++life_;
  for (const auto& [path, bytes] : synced_) {
    auto info = base_->Stat(path);
    if (!info.ok() || !info->has_value()) continue;
    auto file = base_->OpenForAppend(path, std::min(bytes, (**info).size));
    if (file.ok()) (void)(*file)->Close();
  }
}

void FaultInjectingFileSystem::Recover() {
  std::lock_guard lock(mutex_);
  fail_at_ = fail_until_ = full_at_ = -1;
}

int FaultInjectingFileSystem::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

Status FaultInjectingFileSystem::Change(const std::string& path, bool takes_space) {
  std::lock_guard lock(mutex_);
  if (fail_at_ >= 0 && operations_ >= fail_at_) {
    // Counts only if there are operations after it that work.
    if (fail_until_ < 0) return Status::Io(path + ": injected fault");
    if (operations_ < fail_until_) {
      ++operations_;
      return Status::Io(path + ": injected fault");
    }
  }
  if (takes_space && full_at_ >= 0 && operations_ >= full_at_) {
    return Status::Io(path + ": No space left on device");
  }
  ++operations_;
  return Status::OK();
}

void FaultInjectingFileSystem::NoteSynced(const std::string& path, int64_t bytes) {
  std::lock_guard lock(mutex_);
  synced_[path] = bytes;
}

Result<std::unique_ptr<ReadableFile>> FaultInjectingFileSystem::OpenForRead(
    const std::string& path) {
  return base_->OpenForRead(path);
}

Result<std::unique_ptr<WritableFile>> FaultInjectingFileSystem::Create(const std::string& path) {
  TW_RETURN_IF_ERROR(Change(path, true));
  TW_ASSIGN_OR_RETURN(auto file, base_->Create(path));
  NoteSynced(path, 0);
  return {std::make_unique<FaultInjectingWritableFile>(this, life_, std::move(file))};
}

Result<std::unique_ptr<WritableFile>> FaultInjectingFileSystem::OpenForAppend(
    const std::string& path, int64_t valid_length) {
  TW_RETURN_IF_ERROR(Change(path));
  TW_ASSIGN_OR_RETURN(auto file, base_->OpenForAppend(path, valid_length));
  NoteSynced(path, valid_length);
  return {std::make_unique<FaultInjectingWritableFile>(this, life_, std::move(file))};
}

Result<std::optional<FileInfo>> FaultInjectingFileSystem::Stat(const std::string& path) {
  return base_->Stat(path);
}

Result<std::vector<FileInfo>> FaultInjectingFileSystem::List(const std::string& directory) {
  return base_->List(directory);
}

Status FaultInjectingFileSystem::SyncFile(const std::string& path) {
  TW_RETURN_IF_ERROR(Change(path));
  TW_ASSIGN_OR_RETURN(const auto before, base_->Stat(path));
  TW_RETURN_IF_ERROR(base_->SyncFile(path));
  NoteSynced(path, before ? before->size : 0);
  return Status::OK();
}

Status FaultInjectingFileSystem::Rename(const std::string& from, const std::string& to) {
  TW_RETURN_IF_ERROR(Change(from));
  TW_RETURN_IF_ERROR(base_->Rename(from, to));
  std::lock_guard lock(mutex_);
  if (auto node = synced_.extract(from); !node.empty()) synced_[to] = node.mapped();
  return Status::OK();
}

Status FaultInjectingFileSystem::RemoveFile(const std::string& path) {
  TW_RETURN_IF_ERROR(Change(path));
  std::lock_guard lock(mutex_);
  synced_.erase(path);
  return base_->RemoveFile(path);
}

Status FaultInjectingFileSystem::RemoveTree(const std::string& path) {
  TW_RETURN_IF_ERROR(Change(path));
  return base_->RemoveTree(path);
}

Status FaultInjectingFileSystem::MakeDirectories(const std::string& path) {
  TW_RETURN_IF_ERROR(Change(path));
  return base_->MakeDirectories(path);
}

Status FaultInjectingFileSystem::SyncDirectory(const std::string& directory) {
  TW_RETURN_IF_ERROR(Change(directory));
  return base_->SyncDirectory(directory);
}

}  // namespace thalweg
