#include "connectors/filesystem/file_sink_takeover.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/failpoint.h"
#include "connectors/filesystem/part_file_name.h"
#include "connectors/filesystem/partition_path.h"

namespace thalweg::connectors {
namespace {

using Kind = PartFileName::Kind;

/// A predecessor that is still running renames and creates files while a folder is read.
constexpr int kMaxPasses = 20;

class TakeOver {
 public:
  explicit TakeOver(const FileSinkOptions& options) : options_(options), fs_(options.file_system) {}

  Status Learn(const std::vector<std::string>& known) {
    for (const std::string& bytes : known) {
      if (OpenFileState::Is(bytes)) {
        TW_ASSIGN_OR_RETURN(const auto files, OpenFileState::DecodeAll(bytes));
        for (const OpenFileState& f : files) {
          const auto name = PartFileName::Parse(FileName(f.hidden));
          if (!name || name->lineage != options_.owner.lineage) continue;
          open_.emplace(Key{ParentDirectory(f.hidden), name->identity()}, *name);
        }
      } else {
        TW_ASSIGN_OR_RETURN(const auto committable, FileCommittable::Decode(bytes));
        for (const auto& p : committable.publish) {
          sealed_.insert(p.hidden);
          sealed_.insert(p.visible);
        }
      }
    }
    return Status::OK();
  }

  Status Folder(const std::string& folder, size_t depth) {
    TW_ASSIGN_OR_RETURN(auto entries, fs_->List(folder));
    if (depth < options_.partition_keys.size()) {
      for (const FileInfo& e : entries) {
        const auto part = ParsePartitionFolder(FileName(e.path));
        if (!e.is_directory || !part || part->first != options_.partition_keys[depth]) continue;
        TW_RETURN_IF_ERROR(Folder(e.path, depth + 1));
      }
      return Status::OK();
    }
    bool changed_ever = false;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      TW_ASSIGN_OR_RETURN(const bool changed, Pass(folder, entries));
      if (!changed) return changed_ever ? fs_->SyncDirectory(folder) : Status::OK();
      changed_ever = true;
      TW_ASSIGN_OR_RETURN(entries, fs_->List(folder));
    }
    return Status::Io(fmt::format("table '{}': another process keeps writing to {}",
                                  options_.table_name, folder));
  }

 private:
  using Key = std::pair<std::string, std::tuple<int64_t, int64_t, int64_t>>;
  struct Part {
    PartFileName name;
    std::string path;
  };

  /// Whether anything had to be changed.
  Result<bool> Pass(const std::string& folder, const std::vector<FileInfo>& entries) {
    std::vector<Part> remove;
    std::map<Key, std::vector<Part>> made_of;  // per open file of the checkpoint
    bool withdraws = false;
    for (const FileInfo& e : entries) {
      auto name = PartFileName::Parse(FileName(e.path));
      if (!name || e.is_directory || name->lineage != options_.owner.lineage) continue;
      if (name->generation > options_.owner.generation || sealed_.contains(e.path)) continue;
      if (name->kind == Kind::kVisible) {
        if (name->epoch <= options_.owner.restored_epoch) continue;
        withdraws = true;
      }
      const Key key{folder, name->identity()};
      const auto open = open_.find(key);
      // A generation's file begins with what it has carried, which is older.
      if (open != open_.end() &&
          name->generation >= open->second.generation + (name->kind == Kind::kCarried ? 1 : 0)) {
        made_of[key].push_back({*std::move(name), e.path});
      } else {
        remove.push_back({*std::move(name), e.path});
      }
    }
    bool changed = false;
    // First: a reader that waits for it must not take the partition for complete.
    if (withdraws && options_.commit.success_file) {
      TW_RETURN_IF_ERROR(fs_->RemoveFile(JoinPath(folder, options_.commit.success_file_name)));
    }
    for (auto& [key, parts] : made_of) {
      const PartFileName& open = open_.at(key);
      const std::string carried =
          JoinPath(folder, open.Carried(options_.owner.generation).ToString());
      // Our own; else the file itself, under either name; else what was carried; else a file that
      // goes on with it: that one is whole once the carried one has been removed.
      const auto rank = [&](const Part& p) {
        if (p.path == carried) return std::make_pair(0, int64_t{0});
        if (p.name.kind == Kind::kCarried) return std::make_pair(2, p.name.generation);
        return std::make_pair(p.name.generation == open.generation ? 1 : 3, p.name.generation);
      };
      std::sort(parts.begin(), parts.end(),
                [&](const Part& a, const Part& b) { return rank(a) < rank(b); });
      if (parts.front().path != carried) {
        changed = true;
        TW_ASSIGN_OR_RETURN(const bool renamed, RenameIfThere(parts.front().path, carried));
        if (!renamed) continue;  // look again
      }
      for (size_t i = 1; i < parts.size(); ++i) remove.push_back(std::move(parts[i]));
    }
    TW_FAILPOINT("take-over:renamed");
    for (const Part& p : remove) TW_RETURN_IF_ERROR(fs_->RemoveFile(p.path));
    return changed || !remove.empty();
  }

  Result<bool> RenameIfThere(const std::string& from, const std::string& to) {
    const Status renamed = fs_->Rename(from, to);
    if (renamed.ok()) return true;
    TW_ASSIGN_OR_RETURN(const auto there, fs_->Stat(from));
    if (there) return renamed;
    return false;
  }

  const FileSinkOptions& options_;
  FileSystem* const fs_;
  std::set<std::string> sealed_;
  std::map<Key, PartFileName> open_;
};

/// `folder` and the partitions' folders below it.
Status RemoveHidden(const FileSinkOptions& options, const std::vector<std::string>& lineages,
                    const std::string& folder, size_t depth) {
  FileSystem* fs = options.file_system;
  TW_ASSIGN_OR_RETURN(const auto entries, fs->List(folder));
  for (const FileInfo& e : entries) {
    if (e.is_directory) {
      const auto part = ParsePartitionFolder(FileName(e.path));
      if (depth >= options.partition_keys.size() || !part ||
          part->first != options.partition_keys[depth]) {
        continue;
      }
      TW_RETURN_IF_ERROR(RemoveHidden(options, lineages, e.path, depth + 1));
      continue;
    }
    const auto name = PartFileName::Parse(FileName(e.path));
    if (!name || name->kind == Kind::kVisible) continue;
    if (std::ranges::any_of(lineages,
                            [&](const std::string& l) { return name->lineage.starts_with(l); })) {
      TW_RETURN_IF_ERROR(fs->RemoveFile(e.path));
    }
  }
  return Status::OK();
}

}  // namespace

Status RemoveUnpublishedFiles(const FileSinkOptions& options,
                              const std::vector<std::string>& lineages) {
  if (lineages.empty()) return Status::OK();
  TW_ASSIGN_OR_RETURN(const auto root, options.file_system->Stat(options.root));
  return root ? RemoveHidden(options, lineages, options.root, 0) : Status::OK();
}

Status TakeOverFiles(const FileSinkOptions& options, const std::vector<std::string>& known) {
  if (options.owner.restored_epoch == 0) return Status::OK();  // the lineage has no files yet
  TW_ASSIGN_OR_RETURN(const auto root, options.file_system->Stat(options.root));
  if (!root) return Status::OK();
  TakeOver take_over(options);
  TW_RETURN_IF_ERROR(take_over.Learn(known));
  return take_over.Folder(options.root, 0);
}

Result<std::optional<std::string>> FindCarried(const FileSinkOptions& options,
                                               const OpenFileState& state) {
  FileSystem* fs = options.file_system;
  const std::string folder = ParentDirectory(state.hidden);
  const auto name = PartFileName::Parse(FileName(state.hidden));
  if (!name) return Status::Internal(state.hidden + ": is no file of this sink");
  if (name->lineage == options.owner.lineage) {
    std::string carried = JoinPath(folder, name->Carried(options.owner.generation).ToString());
    TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(carried));
    if (there) return {std::move(carried)};
    return Status::Io(fmt::format(
        "table '{}': {} is gone, and with it {} bytes of rows that the checkpoint relies on: put "
        "it back, or read everything again with --restore none",
        options.table_name, state.hidden, state.valid_length));
  }
  TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(state.hidden));
  if (there) return {state.hidden};
  std::optional<std::string> found;
  TW_ASSIGN_OR_RETURN(const auto folder_there, fs->Stat(folder));
  std::vector<FileInfo> entries;
  if (folder_there) {
    TW_ASSIGN_OR_RETURN(entries, fs->List(folder));
  }
  for (const FileInfo& e : entries) {
    const auto other = PartFileName::Parse(FileName(e.path));
    if (!other || other->lineage != name->lineage || other->identity() != name->identity() ||
        other->generation < name->generation + (other->kind == Kind::kCarried ? 1 : 0)) {
      continue;
    }
    if (other->kind == Kind::kVisible) {
      options.owner.notice(fmt::format("table '{}': the rows of {} are visible already, as {}",
                                       options.table_name, FileName(state.hidden),
                                       FileName(e.path)));
      return {std::nullopt};
    }
    if (!found || other->kind == Kind::kCarried) found = e.path;
  }
  if (!found) {
    options.owner.notice(fmt::format(
        "table '{}': {} and what was made of it are gone; its {} bytes of rows are not restored",
        options.table_name, state.hidden, state.valid_length));
  }
  return found;
}

}  // namespace thalweg::connectors
