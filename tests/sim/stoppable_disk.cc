#include "sim/stoppable_disk.h"

#include <utility>

namespace thalweg::testing {

class StoppableWritableFile final : public WritableFile {
 public:
  StoppableWritableFile(StoppableDisk* disk, std::unique_ptr<WritableFile> base)
      : disk_(disk), base_(std::move(base)) {}

  Status Append(std::string_view bytes) override {
    disk_->Pass(true);
    return base_->Append(bytes);
  }
  Status Sync() override {
    disk_->Pass(true);
    return base_->Sync();
  }
  Status Close() override { return base_->Close(); }
  int64_t size() const override { return base_->size(); }
  const std::string& path() const override { return base_->path(); }

 private:
  StoppableDisk* const disk_;
  const std::unique_ptr<WritableFile> base_;
};

void StoppableDisk::StopAt(int64_t operations) {
  std::lock_guard lock(mutex_);
  stop_at_ = operations_ + operations;
}

void StoppableDisk::CallAt(int64_t operations, std::function<void()> hook) {
  std::lock_guard lock(mutex_);
  call_at_ = operations_ + operations;
  hook_ = std::move(hook);
}

void StoppableDisk::Continue() {
  std::lock_guard lock(mutex_);
  stopped_ = false;
  stop_at_ = -1;
  changed_.notify_all();
}

void StoppableDisk::End() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool StoppableDisk::WaitUntilStoppedOrEnded() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || ended_; });
  return stopped_;
}

void StoppableDisk::Pass(bool changes) {
  std::function<void()> hook;
  {
    std::unique_lock lock(mutex_);
    if (changes) {
      if (operations_ == call_at_) hook = std::exchange(hook_, nullptr);
      if (operations_++ == stop_at_) {
        stopped_ = true;
        changed_.notify_all();
      }
    }
    changed_.wait(lock, [this] { return !stopped_; });
  }
  if (hook) hook();
}

Result<std::unique_ptr<ReadableFile>> StoppableDisk::OpenForRead(const std::string& path) {
  Pass(false);
  return base_->OpenForRead(path);
}

Result<std::unique_ptr<WritableFile>> StoppableDisk::Create(const std::string& path) {
  Pass(true);
  TW_ASSIGN_OR_RETURN(auto file, base_->Create(path));
  return {std::make_unique<StoppableWritableFile>(this, std::move(file))};
}

Result<std::unique_ptr<WritableFile>> StoppableDisk::OpenForAppend(const std::string& path,
                                                                   int64_t valid_length) {
  Pass(true);
  TW_ASSIGN_OR_RETURN(auto file, base_->OpenForAppend(path, valid_length));
  return {std::make_unique<StoppableWritableFile>(this, std::move(file))};
}

Result<std::optional<FileInfo>> StoppableDisk::Stat(const std::string& path) {
  Pass(false);
  return base_->Stat(path);
}

Result<std::vector<FileInfo>> StoppableDisk::List(const std::string& directory) {
  Pass(false);
  return base_->List(directory);
}

Status StoppableDisk::Rename(const std::string& from, const std::string& to) {
  Pass(true);
  return base_->Rename(from, to);
}

Status StoppableDisk::RemoveFile(const std::string& path) {
  Pass(true);
  return base_->RemoveFile(path);
}

Status StoppableDisk::RemoveTree(const std::string& path) {
  Pass(true);
  return base_->RemoveTree(path);
}

Status StoppableDisk::MakeDirectories(const std::string& path) {
  Pass(true);
  return base_->MakeDirectories(path);
}

Status StoppableDisk::SyncDirectory(const std::string& directory) {
  Pass(true);
  return base_->SyncDirectory(directory);
}

Status StoppableDisk::SyncFile(const std::string& path) {
  Pass(true);
  return base_->SyncFile(path);
}

}  // namespace thalweg::testing
