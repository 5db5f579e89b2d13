#include "sim/simulated_disk.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

namespace thalweg::testing {

class SimulatedReadableFile final : public ReadableFile {
 public:
  SimulatedReadableFile(SimulatedDisk* disk, std::string path,
                        std::shared_ptr<SimulatedDisk::File> file)
      : disk_(disk),
        path_(std::move(path)),
        life_(disk->life_),
        file_(std::move(file)),
        size_(static_cast<int64_t>(file_->content.size())) {}

  int64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }
  Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
    std::lock_guard lock(disk_->mutex_);
    if (life_ != disk_->life_) return Status::Io(path_ + ": opened before the crash");
    TW_RETURN_IF_ERROR(disk_->CheckAlive(path_));
    const auto size = static_cast<int64_t>(file_->content.size());
    const int64_t n = std::clamp<int64_t>(size - offset, 0, bytes);
    if (n > 0) std::memcpy(out, file_->content.data() + offset, static_cast<size_t>(n));
    return n;
  }

 private:
  SimulatedDisk* const disk_;
  const std::string path_;
  const int life_;
  const std::shared_ptr<SimulatedDisk::File> file_;
  const int64_t size_;
};

class SimulatedWritableFile final : public WritableFile {
 public:
  SimulatedWritableFile(SimulatedDisk* disk, std::string path,
                        std::shared_ptr<SimulatedDisk::File> file)
      : disk_(disk), path_(std::move(path)), life_(disk->life_), file_(std::move(file)) {}

  Status Append(std::string_view bytes) override {
    std::lock_guard lock(disk_->mutex_);
    TW_RETURN_IF_ERROR(CheckOpen());
    if (Status s = disk_->Begin(SimulatedDisk::Operation::kWrite, path_); !s.ok()) {
      // A write that the crash, or the disk's end, has cut off.
      if (disk_->life_ == life_) {
        file_->content += bytes.substr(0, disk_->random_() % (bytes.size() + 1));
      }
      return s;
    }
    file_->content += bytes;
    return Status::OK();
  }
  Status Sync() override {
    disk_->TakeTime();
    std::lock_guard lock(disk_->mutex_);
    TW_RETURN_IF_ERROR(CheckOpen());
    TW_RETURN_IF_ERROR(disk_->Begin(SimulatedDisk::Operation::kSync, path_));
    if (!disk_->IsLiedAbout(path_)) file_->durable = file_->content.size();
    return Status::OK();
  }
  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  int64_t size() const override {
    std::lock_guard lock(disk_->mutex_);
    return static_cast<int64_t>(file_->content.size());
  }
  const std::string& path() const override { return path_; }

 private:
  Status CheckOpen() const {
    if (closed_) return Status::Io(path_ + ": is closed");
    if (life_ != disk_->life_) return Status::Io(path_ + ": opened before the crash");
    return Status::OK();
  }

  SimulatedDisk* const disk_;
  const std::string path_;
  const int life_;
  const std::shared_ptr<SimulatedDisk::File> file_;
  bool closed_ = false;
};

void SimulatedDisk::CrashAt(int64_t operations) {
  std::lock_guard lock(mutex_);
  crash_at_ = operations_ + operations;
}

void SimulatedDisk::FillUpAt(int64_t operations, int64_t count) {
  std::lock_guard lock(mutex_);
  full_from_ = operations_ + operations;
  full_until_ = full_from_ + count;
}

void SimulatedDisk::FailSyncAt(int64_t operations) {
  std::lock_guard lock(mutex_);
  failing_sync_ = syncs_ + operations;
}

void SimulatedDisk::LieAbout(std::string part) {
  std::lock_guard lock(mutex_);
  lies_.push_back(std::move(part));
}

bool SimulatedDisk::crashed() const {
  std::lock_guard lock(mutex_);
  return crashed_;
}

int64_t SimulatedDisk::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

bool SimulatedDisk::IsLiedAbout(const std::string& path) const {
  return std::any_of(lies_.begin(), lies_.end(),
                     [&](const std::string& part) { return path.find(part) != std::string::npos; });
}

Status SimulatedDisk::CheckAlive(const std::string& path) const {
  return crashed_ ? Status::Io(path + ": the machine has crashed") : Status::OK();
}

Status SimulatedDisk::Begin(Operation operation, const std::string& path) {
  TW_RETURN_IF_ERROR(CheckAlive(path));
  if (crash_at_ >= 0 && operations_ >= crash_at_) {
    crashed_ = true;
    return CheckAlive(path);
  }
  const int64_t number = operations_++;
  if (operation == Operation::kWrite && number >= full_from_ && number < full_until_) {
    return Status::Io(path + ": No space left on device");
  }
  if (operation == Operation::kSync && syncs_++ == failing_sync_) {
    return Status::Io(path + ": Input/output error");
  }
  return Status::OK();
}

void SimulatedDisk::Apply(const Change& change, Names* names) {
  if (!change.removed.empty()) names->erase(change.removed);
  if (!change.added.empty()) (*names)[change.added] = change.file;
}

void SimulatedDisk::Note(Change change) {
  Apply(change, &names_);
  changes_.push_back(std::move(change));
}

// Of each directory's changes of names the first ones survive; of each file's bytes the durable
// ones and some of those after them, perhaps as zeros: blocks that were allocated, not written.
void SimulatedDisk::Restart(bool machine) {
  std::lock_guard lock(mutex_);
  crashed_ = false;
  crash_at_ = full_from_ = full_until_ = failing_sync_ = -1;
  slow_us_ = 0;
  ++life_;
  if (!machine) return;
  std::map<std::string, int64_t> survivors;  // per directory
  for (const Change& c : changes_) ++survivors[c.directory];
  for (auto& [directory, count] : survivors) {
    count = static_cast<int64_t>(random_() % static_cast<uint64_t>(count + 1));
  }
  for (const Change& c : changes_) {
    if (survivors[c.directory]-- > 0) Apply(c, &durable_names_);
  }
  changes_.clear();
  names_ = durable_names_;
  std::set<File*> seen;
  for (auto& [path, file] : names_) {
    if (!seen.insert(file.get()).second) continue;
    file->durable = std::min(file->durable, file->content.size());
    const size_t tail = file->content.size() - file->durable;
    const size_t kept = tail == 0 ? 0 : random_() % (tail + 1);
    file->content.resize(file->durable + kept);
    if (kept > 0 && random_() % 4 == 0) {
      std::fill(file->content.begin() + static_cast<int64_t>(file->durable), file->content.end(),
                '\0');
    }
    file->durable = file->content.size();
  }
}

void SimulatedDisk::FlipBit(const std::string& path) {
  std::lock_guard lock(mutex_);
  const auto it = names_.find(path);
  if (it == names_.end() || it->second->content.empty()) return;
  std::string& content = it->second->content;
  content[random_() % content.size()] ^= static_cast<char>(1 << (random_() % 8));
}

void SimulatedDisk::TakeTime() const {
  if (const int64_t us = slow_us_.load(); us > 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(us));
  }
}

void SimulatedDisk::Put(const std::string& path, std::string content) {
  std::lock_guard lock(mutex_);
  auto file = std::make_shared<File>();
  file->durable = content.size();
  file->content = std::move(content);
  MakeParents(path);
  names_[path] = durable_names_[path] = std::move(file);
}

std::map<std::string, std::string> SimulatedDisk::Files(const std::string& directory) const {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::string> found;
  for (const auto& [path, file] : names_) {
    if (path.starts_with(directory + "/")) found[path] = file->content;
  }
  return found;
}

void SimulatedDisk::MakeParents(const std::string& path) {
  for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    directories_.insert(path.substr(0, at));
  }
}

Result<std::unique_ptr<ReadableFile>> SimulatedDisk::OpenForRead(const std::string& path) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(CheckAlive(path));
  const auto it = names_.find(path);
  if (it == names_.end()) return Status::Io(path + ": No such file or directory");
  return {std::make_unique<SimulatedReadableFile>(this, path, it->second)};
}

Result<std::unique_ptr<WritableFile>> SimulatedDisk::Create(const std::string& path) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kWrite, path));
  if (names_.contains(path)) return Status::Io(path + ": File exists");
  MakeParents(path);
  auto file = std::make_shared<File>();
  Note({ParentDirectory(path), "", path, file});
  return {std::make_unique<SimulatedWritableFile>(this, path, std::move(file))};
}

Result<std::unique_ptr<WritableFile>> SimulatedDisk::OpenForAppend(const std::string& path,
                                                                   int64_t valid_length) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kOther, path));
  const auto it = names_.find(path);
  if (it == names_.end()) return Status::Io(path + ": No such file or directory");
  File& file = *it->second;
  const auto length = static_cast<size_t>(valid_length);
  if (file.content.size() < length) return Status::Io(path + ": is shorter than it was");
  file.content.resize(length);
  file.durable = std::min(file.durable, length);
  return {std::make_unique<SimulatedWritableFile>(this, path, it->second)};
}

Result<std::optional<FileInfo>> SimulatedDisk::Stat(const std::string& path) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(CheckAlive(path));
  if (const auto it = names_.find(path); it != names_.end()) {
    return {FileInfo{path, false, static_cast<int64_t>(it->second->content.size()), 0}};
  }
  if (directories_.contains(path)) return {FileInfo{path, true, 0, 0}};
  return std::optional<FileInfo>();
}

Result<std::vector<FileInfo>> SimulatedDisk::List(const std::string& directory) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(CheckAlive(directory));
  if (!directories_.contains(directory)) {
    return Status::Io(directory + ": No such file or directory");
  }
  std::map<std::string, FileInfo> found;
  for (const auto& [path, file] : names_) {
    if (ParentDirectory(path) == directory) {
      found[path] = {path, false, static_cast<int64_t>(file->content.size()), 0};
    }
  }
  for (const std::string& path : directories_) {
    if (ParentDirectory(path) == directory) found[path] = {path, true, 0, 0};
  }
  std::vector<FileInfo> out;
  for (auto& [path, info] : found) out.push_back(std::move(info));
  return out;
}

Status SimulatedDisk::Rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kOther, from));
  const auto it = names_.find(from);
  if (it == names_.end()) return Status::Io(from + ": No such file or directory");
  Note({ParentDirectory(to), from, to, it->second});
  return Status::OK();
}

Status SimulatedDisk::RemoveFile(const std::string& path) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kOther, path));
  if (names_.contains(path)) Note({ParentDirectory(path), path, "", nullptr});
  return Status::OK();
}

Status SimulatedDisk::RemoveTree(const std::string& path) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kOther, path));
  std::vector<std::string> inside;
  for (const auto& [name, file] : names_) {
    if (name == path || name.starts_with(path + "/")) inside.push_back(name);
  }
  for (const std::string& name : inside) Note({ParentDirectory(name), name, "", nullptr});
  std::erase_if(directories_,
                [&](const std::string& d) { return d == path || d.starts_with(path + "/"); });
  return Status::OK();
}

Status SimulatedDisk::MakeDirectories(const std::string& path) {
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kOther, path));
  MakeParents(path + "/");
  return Status::OK();
}

Status SimulatedDisk::SyncFile(const std::string& path) {
  TakeTime();
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kSync, path));
  const auto it = names_.find(path);
  if (it == names_.end()) return Status::Io(path + ": No such file or directory");
  if (!IsLiedAbout(path)) it->second->durable = it->second->content.size();
  return Status::OK();
}

Status SimulatedDisk::SyncDirectory(const std::string& directory) {
  TakeTime();
  std::lock_guard lock(mutex_);
  TW_RETURN_IF_ERROR(Begin(Operation::kSync, directory));
  std::vector<Change> others;
  for (Change& c : changes_) {
    if (c.directory == directory) {
      Apply(c, &durable_names_);
    } else {
      others.push_back(std::move(c));
    }
  }
  changes_ = std::move(others);
  return Status::OK();
}

}  // namespace thalweg::testing
