#include "runtime/checkpoint_storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/failpoint.h"

namespace thalweg::runtime {
namespace {

constexpr std::string_view kOwner = "owner-";
constexpr std::string_view kManifest = "chk-";
constexpr std::string_view kShared = "shared";
constexpr std::string_view kMetadata = "_metadata";
constexpr std::string_view kPartial = ".partial";

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return v;
}

/// "chk-12-g3".
std::optional<CheckpointInfo> ParseManifestName(const std::string& path) {
  std::string_view name = FileName(path);
  if (!name.starts_with(kManifest)) return std::nullopt;
  name.remove_prefix(kManifest.size());
  const size_t dash = name.find("-g");
  if (dash == std::string_view::npos) return std::nullopt;
  const auto epoch = ParseNumber(name.substr(0, dash));
  const auto generation = ParseNumber(name.substr(dash + 2));
  if (!epoch || !generation) return std::nullopt;
  return CheckpointInfo{*generation, *epoch, path};
}

/// Of "12-g3-n4-s0".
std::optional<int64_t> GenerationOfStateFile(std::string_view name) {
  const size_t begin = name.find("-g");
  if (begin == std::string_view::npos) return std::nullopt;
  name.remove_prefix(begin + 2);
  return ParseNumber(name.substr(0, name.find('-')));
}

class FileSegment final : public state::StateSegment {
 public:
  explicit FileSegment(std::unique_ptr<ReadableFile> file) : file_(std::move(file)) {}
  const std::string& name() const override { return file_->path(); }
  int64_t size() const override { return file_->size(); }
  Status Read(int64_t offset, size_t bytes, char* to) const override {
    TW_ASSIGN_OR_RETURN(const int64_t n, file_->ReadAt(offset, static_cast<int64_t>(bytes),
                                                       reinterpret_cast<uint8_t*>(to)));
    if (n != static_cast<int64_t>(bytes)) return Status::Io(name() + ": shrank while it was read");
    return Status::OK();
  }

 private:
  const std::unique_ptr<ReadableFile> file_;
};

Result<std::vector<FileInfo>> ListIfThere(FileSystem* fs, const std::string& folder) {
  TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(folder));
  if (!there) return std::vector<FileInfo>();
  return fs->List(folder);
}

/// Of "owner-7".
std::optional<int64_t> OwnerGeneration(std::string_view name) {
  if (!name.starts_with(kOwner)) return std::nullopt;
  return ParseNumber(name.substr(kOwner.size()));
}

Result<int64_t> HighestGeneration(FileSystem* fs, const std::string& folder) {
  TW_ASSIGN_OR_RETURN(const auto entries, ListIfThere(fs, folder));
  int64_t highest = 0;
  for (const FileInfo& e : entries) {
    highest = std::max(highest, OwnerGeneration(FileName(e.path)).value_or(0));
  }
  return highest;
}

Result<std::string> ReadAll(FileSystem* fs, const std::string& path) {
  TW_ASSIGN_OR_RETURN(const auto file, fs->OpenForRead(path));
  std::string bytes(static_cast<size_t>(file->size()), '\0');
  TW_ASSIGN_OR_RETURN(const int64_t n,
                      file->ReadAt(0, file->size(), reinterpret_cast<uint8_t*>(bytes.data())));
  bytes.resize(static_cast<size_t>(n));
  return bytes;
}

}  // namespace

Result<int64_t> CheckpointStorage::TakeGeneration() {
  TW_RETURN_IF_ERROR(fs_->MakeDirectories(JoinPath(folder_, kShared)));
  TW_ASSIGN_OR_RETURN(int64_t generation, HighestGeneration(fs_, folder_));
  // Creation is exclusive, so of two that start at once each gets a number of its own.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string path = JoinPath(folder_, fmt::format("{}{}", kOwner, ++generation));
    auto file = fs_->Create(path);
    if (file.ok()) {
      TW_FAILPOINT("owner:created");
      TW_RETURN_IF_ERROR((*file)->Sync());
      TW_RETURN_IF_ERROR((*file)->Close());
      TW_RETURN_IF_ERROR(fs_->SyncDirectory(folder_));
      TW_FAILPOINT("owner:taken");
      return generation;
    }
    TW_ASSIGN_OR_RETURN(const auto taken, fs_->Stat(path));
    if (!taken) return file.status();
  }
  return Status::Io(
      fmt::format("{}: cannot become the owner: others take it again and again", folder_));
}

Result<bool> CheckpointStorage::Owns(int64_t generation) const {
  TW_ASSIGN_OR_RETURN(const int64_t highest, HighestGeneration(fs_, folder_));
  return highest <= generation;
}

Status CheckpointStorage::ExplainFailure(const Status& status, int64_t generation,
                                         std::string_view job) const {
  if (status.code() == StatusCode::kCancelled) return status;
  const auto owns = Owns(generation);
  if (!owns.ok() || *owns) return status;
  return Status::Cancelled(
      fmt::format("job {} is owned by another process now: {} holds a generation above {}; this "
                  "one ends and publishes nothing more ({})",
                  job, folder_, generation, status.message()));
}

/// What stands in the folder.
struct CheckpointStorage::Contents {
  std::vector<CheckpointInfo> valid;      // newest first
  std::vector<CheckpointInfo> worthless;  // published too late
  std::vector<std::string> leftovers;     // of writes that were cut off
  std::vector<std::string> damaged_owners;
  std::vector<std::pair<int64_t, std::string>> owners;  // generation and path, ascending
  OwnerRecord record;                                   // of the last owner that has begun
  int64_t begun = 0;                                    // its generation; 0: there is none
};

Result<CheckpointStorage::Contents> CheckpointStorage::Look() const {
  Contents contents;
  TW_ASSIGN_OR_RETURN(const auto entries, ListIfThere(fs_, folder_));
  std::vector<CheckpointInfo> manifests;
  for (const FileInfo& e : entries) {
    if (auto info = ParseManifestName(e.path)) manifests.push_back(std::move(*info));
    if (e.path.ends_with(kPartial)) contents.leftovers.push_back(e.path);
    if (const auto generation = OwnerGeneration(FileName(e.path))) {
      contents.owners.emplace_back(*generation, e.path);
    }
  }
  std::sort(contents.owners.begin(), contents.owners.end());
  for (const auto& [generation, path] : contents.owners) {
    auto text = ReadAll(fs_, path);
    if (!text.ok()) {
      TW_ASSIGN_OR_RETURN(const auto there, fs_->Stat(path));
      if (there) return text.status();
      continue;  // a later owner has just removed it
    }
    // Empty: not begun. Damaged: as before there were records, every checkpoint counts.
    auto record = OwnerRecord::Decode(*text);
    if (!record.ok()) {
      if (!text->empty()) contents.damaged_owners.push_back(path);
      continue;
    }
    contents.record = *std::move(record);
    contents.begun = generation;
  }
  for (CheckpointInfo& info : manifests) {
    const bool counts =
        info.generation >= contents.begun || contents.record.Counts(info.generation, info.epoch);
    (counts ? contents.valid : contents.worthless).push_back(std::move(info));
  }
  std::sort(contents.valid.begin(), contents.valid.end(),
            [](const CheckpointInfo& a, const CheckpointInfo& b) {
              return a.generation != b.generation ? a.generation > b.generation : a.epoch > b.epoch;
            });
  return contents;
}

Result<std::vector<CheckpointInfo>> CheckpointStorage::List() const {
  TW_ASSIGN_OR_RETURN(Contents contents, Look());
  return std::move(contents.valid);
}

Result<OwnerRecord> CheckpointStorage::Begin(int64_t generation, const std::string& lineage,
                                             const CheckpointInfo* restored,
                                             const std::function<void(const std::string&)>& log) {
  TW_ASSIGN_OR_RETURN(const Contents contents, Look());
  for (const std::string& path : contents.damaged_owners) {
    log(path + ": damaged; what it said of earlier starts is not known");
  }
  OwnerRecord record;
  record.lineage = lineage;
  for (const std::string& ended : contents.record.ended) record.End(ended);
  record.End(contents.record.lineage);
  for (const CheckpointInfo& info : contents.valid) {
    const bool newer = restored != nullptr && (info.generation != restored->generation
                                                   ? info.generation > restored->generation
                                                   : info.epoch > restored->epoch);
    if (!newer) record.Add(info.generation, info.epoch);
  }
  if (restored != nullptr) record.Add(restored->generation, restored->epoch);
  const std::string name = fmt::format("{}{}", kOwner, generation);
  TW_RETURN_IF_ERROR(WriteDurably(fs_, JoinPath(folder_, name), record.Encode()));
  TW_FAILPOINT("owner:begun");
  TW_ASSIGN_OR_RETURN(const bool owns, Owns(generation));
  if (!owns) {
    return Status::Cancelled(
        fmt::format("{}: another process has become the owner while this one started", folder_));
  }
  for (const auto& [earlier, path] : contents.owners) {
    if (earlier < generation) (void)fs_->RemoveFile(path);
  }
  return record;
}

Status CheckpointStorage::Publish(const Manifest& manifest) {
  const std::string name = fmt::format("{}{}-g{}", kManifest, manifest.epoch, manifest.generation);
  // State files first: a durable manifest must not name what a crash can still lose.
  TW_RETURN_IF_ERROR(fs_->SyncDirectory(JoinPath(folder_, kShared)));
  TW_FAILPOINT("manifest:begin");
  TW_RETURN_IF_ERROR(WriteDurably(fs_, JoinPath(folder_, name), manifest.Encode()));
  TW_FAILPOINT("manifest:durable");
  return Status::OK();
}

Result<CheckpointStorage::Cleaned> CheckpointStorage::RemoveOld(int retained, int64_t generation) {
  TW_ASSIGN_OR_RETURN(const Contents contents, Look());
  Cleaned cleaned;
  std::set<std::string> named;
  Status first;
  const auto remove = [&](const std::string& path) {
    Status s = fs_->RemoveFile(path);
    if (first.ok()) first = std::move(s);
  };
  for (const CheckpointInfo& info : contents.worthless) {
    if (info.generation > generation) continue;
    remove(info.path);
    cleaned.worthless.push_back(info.path);
  }
  int kept = 0;
  for (const CheckpointInfo& info : contents.valid) {
    if (kept >= retained) {
      if (info.generation <= generation) remove(info.path);
      TW_FAILPOINT("clean-up:manifest");
      continue;
    }
    auto manifest = LoadManifest(fs_, info.path);
    if (manifest.status().code() == StatusCode::kBadData && info.generation <= generation) {
      remove(info.path);
      cleaned.worthless.push_back(info.path);
      continue;
    }
    // What a newer format names is unknown, so nothing is removed beside it.
    if (!manifest.ok()) return manifest.status();
    ++kept;
    cleaned.lineages.insert(manifest->lineage);
    for (const NodeSnapshot& n : manifest->nodes) {
      for (const StateSegment& s : n.segments) named.insert(s.file);
    }
  }
  TW_ASSIGN_OR_RETURN(const auto shared, ListIfThere(fs_, JoinPath(folder_, kShared)));
  for (const FileInfo& e : shared) {
    const auto owner = GenerationOfStateFile(FileName(e.path));
    if (!owner || *owner > generation) continue;
    if (!named.contains(JoinPath(kShared, FileName(e.path)))) remove(e.path);
    TW_FAILPOINT("clean-up:state");
  }
  for (const std::string& path : contents.leftovers) {
    const std::string whole = path.substr(0, path.size() - kPartial.size());
    const auto info = ParseManifestName(whole);
    if (info && info->generation <= generation) remove(path);
  }
  TW_RETURN_IF_ERROR(first);
  return cleaned;
}

std::string CheckpointStorage::StateFileName(int64_t generation, int64_t epoch, int node,
                                             int subtask) {
  return JoinPath(kShared, fmt::format("{}-g{}-n{}-s{}", epoch, generation, node, subtask));
}

Result<Manifest> LoadManifest(FileSystem* fs, const std::string& path) {
  TW_ASSIGN_OR_RETURN(const auto info, fs->Stat(path));
  if (!info) return Status::Io(path + ": there is no checkpoint or savepoint");
  const std::string file = info->is_directory ? JoinPath(path, kMetadata) : path;
  TW_ASSIGN_OR_RETURN(const std::string bytes, ReadAll(fs, file));
  auto manifest = Manifest::Decode(bytes);
  if (!manifest.ok()) return manifest.status().WithContext(file);
  return manifest;
}

Result<std::string> StateFolderOf(FileSystem* fs, const std::string& path) {
  TW_ASSIGN_OR_RETURN(const auto info, fs->Stat(path));
  return info && info->is_directory ? path : ParentDirectory(path);
}

Result<std::shared_ptr<const state::StateSegment>> OpenSegment(FileSystem* fs,
                                                               const std::string& folder,
                                                               const StateSegment& segment) {
  if (segment.file.empty()) {
    return {std::make_shared<state::MemorySegment>("the manifest", segment.bytes)};
  }
  const std::string path = JoinPath(folder, segment.file);
  TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(path));
  if (!there) return Status::BadData(path + ": is missing, but the checkpoint names it");
  TW_ASSIGN_OR_RETURN(auto file, fs->OpenForRead(path));
  if (file->size() != segment.size) {
    return Status::BadData(fmt::format("{}: holds {} bytes, but the checkpoint knows {}", path,
                                       file->size(), segment.size));
  }
  return {std::make_shared<FileSegment>(std::move(file))};
}

Status WriteDurably(FileSystem* fs, const std::string& path, std::string_view bytes) {
  const std::string partial = path + std::string(kPartial);
  TW_ASSIGN_OR_RETURN(const auto earlier, fs->Stat(path));
  TW_RETURN_IF_ERROR(fs->RemoveFile(partial));
  TW_ASSIGN_OR_RETURN(const auto file, fs->Create(partial));
  Status written = file->Append(bytes);
  TW_FAILPOINT("file:written");
  if (written.ok()) written = file->Sync();
  if (written.ok()) written = file->Close();
  TW_FAILPOINT("file:synced");
  if (written.ok()) written = fs->Rename(partial, path);
  TW_FAILPOINT("file:renamed");
  if (!written.ok()) {
    (void)fs->RemoveFile(partial);
    return written;
  }
  written = fs->SyncDirectory(ParentDirectory(path));
  // The caller takes a new file for not written, and so must whoever reads the directory, after a
  // crash of the machine, too.
  if (!written.ok() && !earlier) {
    (void)fs->RemoveFile(path);
    (void)fs->SyncDirectory(ParentDirectory(path));
  }
  return written;
}

}  // namespace thalweg::runtime
