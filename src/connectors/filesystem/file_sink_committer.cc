#include "connectors/filesystem/file_sink_committer.h"

#include <fmt/format.h>

#include <chrono>
#include <set>

#include "base/failpoint.h"
#include "connectors/filesystem/file_compaction.h"
#include "connectors/filesystem/part_file_name.h"

namespace thalweg::connectors {

namespace {

/// Remembered folders; beyond it all are forgotten.
constexpr size_t kMaxRooted = 100000;

}  // namespace

Result<std::vector<std::string>> FileSinkCommitter::Prepare(std::vector<std::string> committables) {
  std::vector<FileCommittable> all;
  for (const std::string& bytes : committables) {
    TW_ASSIGN_OR_RETURN(FileCommittable c, FileCommittable::Decode(bytes));
    all.push_back(std::move(c));
  }
  TW_ASSIGN_OR_RETURN(const bool compacted, Compact(&all));
  std::set<std::string> files, folders;
  for (const FileCommittable& c : all) {
    for (const auto& p : c.publish) files.insert(p.hidden);
    files.insert(c.open.begin(), c.open.end());
  }
  for (const std::string& file : files) {
    if (const Status s = options_.file_system->SyncFile(file); !s.ok()) {
      return s.WithContext(fmt::format("table '{}'", options_.table_name));
    }
    folders.insert(ParentDirectory(file));
  }
  TW_FAILPOINT("sink:files-synced");
  for (const std::string& folder : folders) TW_RETURN_IF_ERROR(SyncFolder(folder));
  TW_FAILPOINT("sink:prepared");
  if (!compacted) return committables;
  committables.clear();
  for (const FileCommittable& c : all) committables.push_back(c.Encode());
  return committables;
}

Result<bool> FileSinkCommitter::Compact(std::vector<FileCommittable>* all) {
  std::vector<FileCommittable::Part> parts;
  for (FileCommittable& c : *all) {
    std::move(c.compact.begin(), c.compact.end(), std::back_inserter(parts));
    c.compact.clear();
  }
  if (parts.empty()) return false;
  // As many threads as there were writers.
  auto merged = CompactFiles(options_, std::move(parts), all->size());
  if (!merged.ok()) {
    return merged.status().WithContext(fmt::format("table '{}'", options_.table_name));
  }
  all->push_back(std::move(*merged));
  return true;
}

Status FileSinkCommitter::SyncFolder(const std::string& folder) {
  if (rooted_.size() > kMaxRooted) rooted_.clear();
  std::string at = folder;
  TW_RETURN_IF_ERROR(options_.file_system->SyncDirectory(at));
  // The folders above have got a new entry when one was made.
  while (!rooted_.contains(at)) {
    const bool root = at.size() <= options_.root.size();
    const std::string above = ParentDirectory(at);
    TW_RETURN_IF_ERROR(options_.file_system->SyncDirectory(above));
    rooted_.insert(std::move(at));
    if (root) break;
    at = above;
  }
  return Status::OK();
}

Status FileSinkCommitter::Commit(int64_t epoch, const std::vector<std::string>& committables,
                                 int64_t watermark_ms, bool end_of_input) {
  FileSystem* fs = options_.file_system;
  std::vector<FileCommittable> all;
  for (const std::string& bytes : committables) {
    TW_ASSIGN_OR_RETURN(FileCommittable c, FileCommittable::Decode(bytes));
    TW_CHECK(c.compact.empty(), "what is to be compacted is prepared before it is published");
    all.push_back(std::move(c));
  }
  // Even a job without rows leaves a table that can be read.
  if (end_of_input) TW_RETURN_IF_ERROR(fs->MakeDirectories(options_.root));
  if (options_.overwrite && (end_of_input || !all.empty())) TW_RETURN_IF_ERROR(RemoveOldFiles(all));
  std::set<std::string> folders;
  for (const FileCommittable& c : all) {
    for (const auto& publish : c.publish) {
      TW_FAILPOINT("publish:before");
      TW_ASSIGN_OR_RETURN(const bool there, Publish(publish));
      TW_FAILPOINT("publish:renamed");
      if (there) folders.insert(ParentDirectory(publish.visible));
    }
  }
  for (const std::string& folder : folders) TW_RETURN_IF_ERROR(fs->SyncDirectory(folder));
  for (const FileCommittable& c : all) {
    for (const std::string& path : c.remove) TW_RETURN_IF_ERROR(fs->RemoveFile(path));
  }
  TW_FAILPOINT("publish:done");
  if (!options_.commit.success_file) return Status::OK();

  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  for (const FileCommittable& c : all) {
    for (const std::string& partition : c.partitions) trigger_.Add(partition, now_ms);
  }
  TW_ASSIGN_OR_RETURN(const auto complete, trigger_.Take(watermark_ms, now_ms, end_of_input));
  for (const std::string& partition : complete) TW_RETURN_IF_ERROR(MarkComplete(partition));
  // In batch mode a table without partitions is committed as a whole.
  if (end_of_input && !options_.streaming && options_.partition_keys.empty()) {
    return MarkComplete("");
  }
  return Status::OK();
}

Status FileSinkCommitter::RemoveOldFiles(const std::vector<FileCommittable>& committables) {
  std::set<std::string> folders;
  if (options_.partition_keys.empty()) folders.insert(options_.root);
  for (const FileCommittable& c : committables) {
    for (const auto& p : c.publish) folders.insert(ParentDirectory(p.visible));
  }
  for (const std::string& folder : folders) {
    TW_ASSIGN_OR_RETURN(const auto entries, options_.file_system->List(folder));
    for (const FileInfo& entry : entries) {
      const std::string_view name = FileName(entry.path);
      if (name.starts_with('.') || name.starts_with('_')) continue;
      const auto part = PartFileName::Parse(name);
      if (part && part->lineage == options_.owner.lineage) continue;
      TW_RETURN_IF_ERROR(options_.file_system->RemoveTree(entry.path));
    }
  }
  return Status::OK();
}

Result<bool> FileSinkCommitter::Publish(const FileCommittable::Publish& publish) {
  FileSystem* fs = options_.file_system;
  TW_ASSIGN_OR_RETURN(const auto hidden, fs->Stat(publish.hidden));
  if (hidden) {
    TW_RETURN_IF_ERROR(fs->Rename(publish.hidden, publish.visible));
    return true;
  }
  TW_ASSIGN_OR_RETURN(const auto visible, fs->Stat(publish.visible));
  if (visible) return true;
  const auto name = PartFileName::Parse(FileName(publish.hidden));
  if (name &&
      (name->lineage != options_.owner.lineage || name->generation < options_.owner.generation)) {
    options_.owner.notice(fmt::format(
        "table '{}': {} was published before, and has been removed since by another program",
        options_.table_name, publish.visible));
    return false;
  }
  return Status::Io(
      fmt::format("table '{}': {} is gone before it was published as {}: another start of "
                  "this job has taken over, or another program has removed it",
                  options_.table_name, publish.hidden, publish.visible));
}

Status FileSinkCommitter::MarkComplete(const std::string& partition) {
  const std::string folder = partition.empty() ? options_.root : JoinPath(options_.root, partition);
  const std::string path = JoinPath(folder, options_.commit.success_file_name);
  TW_ASSIGN_OR_RETURN(const auto there, options_.file_system->Stat(folder));
  if (!there) return Status::OK();  // another program has taken the partition away
  TW_ASSIGN_OR_RETURN(const auto existing, options_.file_system->Stat(path));
  if (existing) return Status::OK();
  TW_ASSIGN_OR_RETURN(auto file, options_.file_system->Create(path));
  TW_RETURN_IF_ERROR(file->Close());
  return options_.file_system->SyncDirectory(folder);
}

}  // namespace thalweg::connectors
