#include "runtime/checkpoint_storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

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

Result<int64_t> HighestGeneration(FileSystem* fs, const std::string& folder) {
  TW_ASSIGN_OR_RETURN(const auto entries, ListIfThere(fs, folder));
  int64_t highest = 0;
  for (const FileInfo& e : entries) {
    const std::string_view name = FileName(e.path);
    if (!name.starts_with(kOwner)) continue;
    highest = std::max(highest, ParseNumber(name.substr(kOwner.size())).value_or(0));
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
      TW_RETURN_IF_ERROR((*file)->Sync());
      TW_RETURN_IF_ERROR((*file)->Close());
      TW_RETURN_IF_ERROR(fs_->SyncDirectory(folder_));
      if (generation > 1) {
        (void)fs_->RemoveFile(JoinPath(folder_, fmt::format("{}{}", kOwner, generation - 1)));
      }
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

Result<std::vector<CheckpointInfo>> CheckpointStorage::List() const {
  TW_ASSIGN_OR_RETURN(const auto entries, ListIfThere(fs_, folder_));
  std::vector<CheckpointInfo> found;
  for (const FileInfo& e : entries) {
    if (auto info = ParseManifestName(e.path)) found.push_back(std::move(*info));
  }
  std::sort(found.begin(), found.end(), [](const CheckpointInfo& a, const CheckpointInfo& b) {
    return a.generation != b.generation ? a.generation > b.generation : a.epoch > b.epoch;
  });
  return found;
}

Status CheckpointStorage::Publish(const Manifest& manifest) {
  const std::string name = fmt::format("{}{}-g{}", kManifest, manifest.epoch, manifest.generation);
  // State files first: a durable manifest must not name what a crash can still lose.
  TW_RETURN_IF_ERROR(fs_->SyncDirectory(JoinPath(folder_, kShared)));
  return WriteDurably(fs_, JoinPath(folder_, name), manifest.Encode());
}

Status CheckpointStorage::RemoveOld(int retained, int64_t generation) {
  TW_ASSIGN_OR_RETURN(const auto checkpoints, List());
  std::set<std::string> named;
  Status first;
  const auto note = [&first](Status s) {
    if (first.ok()) first = std::move(s);
  };
  for (size_t i = 0; i < checkpoints.size(); ++i) {
    if (static_cast<int>(i) >= retained) {
      if (checkpoints[i].generation <= generation) note(fs_->RemoveFile(checkpoints[i].path));
      continue;
    }
    auto manifest = LoadManifest(fs_, checkpoints[i].path);
    // What a damaged or newer manifest names is unknown, so nothing is removed beside it.
    if (!manifest.ok()) return manifest.status();
    for (const NodeSnapshot& n : manifest->nodes) {
      for (const StateSegment& s : n.segments) named.insert(s.file);
    }
  }
  TW_ASSIGN_OR_RETURN(const auto shared, ListIfThere(fs_, JoinPath(folder_, kShared)));
  for (const FileInfo& e : shared) {
    const auto owner = GenerationOfStateFile(FileName(e.path));
    if (!owner || *owner > generation) continue;
    if (!named.contains(JoinPath(kShared, FileName(e.path)))) note(fs_->RemoveFile(e.path));
  }
  return first;
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
  if (written.ok()) written = file->Sync();
  if (written.ok()) written = file->Close();
  if (written.ok()) written = fs->Rename(partial, path);
  if (!written.ok()) {
    (void)fs->RemoveFile(partial);
    return written;
  }
  written = fs->SyncDirectory(ParentDirectory(path));
  // The caller takes a new file for not written, and so must whoever reads the directory.
  if (!written.ok() && !earlier) (void)fs->RemoveFile(path);
  return written;
}

}  // namespace thalweg::runtime
