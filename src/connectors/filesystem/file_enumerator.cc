#include "connectors/filesystem/file_enumerator.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/byte_coding.h"
#include "base/join.h"
#include "connectors/filesystem/path_pattern.h"

namespace thalweg::connectors {
namespace {

bool IsHidden(std::string_view path) {
  const std::string_view name = FileName(path);
  return name.starts_with('.') || name.starts_with('_');
}

class FileEnumerator : public Enumerator {
 public:
  FileEnumerator(FileEnumeratorOptions options, std::unique_ptr<PathPattern> pattern)
      : options_(std::move(options)), pattern_(std::move(pattern)) {}

  int64_t discovery_interval_ms() const override { return options_.monitor_interval_ms; }

  Result<std::vector<Split>> Discover() override {
    std::vector<FileSplit> files;
    Status status =
        options_.partition_keys.empty() ? FindUnpartitioned(&files) : FindPartitions(&files);
    if (!status.ok()) return status.WithContext(fmt::format("table '{}'", options_.table_name));
    std::sort(files.begin(), files.end(),
              [](const FileSplit& a, const FileSplit& b) { return a.path < b.path; });
    std::vector<Split> splits;
    for (const FileSplit& file : files) {
      if (seen_.insert(file.path).second) splits.push_back({file.path, file.Encode(), ""});
    }
    return splits;
  }

  std::string Snapshot() const override {
    std::string bytes;
    for (const std::string& path : seen_) PutString(path, &bytes);
    return bytes;
  }

  Status Restore(const std::string& snapshot) override {
    ByteReader reader(snapshot);
    seen_.clear();
    while (!reader.at_end()) {
      std::string path;
      if (!reader.GetString(&path)) return Status::Internal("file enumerator: damaged snapshot");
      seen_.insert(std::move(path));
    }
    return Status::OK();
  }

 private:
  Status FindUnpartitioned(std::vector<FileSplit>* files) {
    TW_ASSIGN_OR_RETURN(const auto info, options_.file_system->Stat(options_.path));
    if (!info) return Status::Io(options_.path + ": No such file or directory");
    // A hidden name hides the whole table, as in Flink.
    if (IsHidden(options_.path)) return Status::OK();
    if (info->is_directory) return FindFiles(options_.path, {}, files);
    AddFile(*info, {}, files);
    return Status::OK();
  }

  Status FindFiles(const std::string& folder, const PartitionSpec& spec,
                   std::vector<FileSplit>* files) {
    TW_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, options_.file_system->List(folder));
    for (const FileInfo& entry : entries) {
      if (IsHidden(entry.path)) continue;
      if (entry.is_directory) {
        TW_RETURN_IF_ERROR(FindFiles(entry.path, spec, files));
      } else {
        AddFile(entry, spec, files);
      }
    }
    return Status::OK();
  }

  void AddFile(const FileInfo& info, const PartitionSpec& spec, std::vector<FileSplit>* files) {
    if (pattern_ != nullptr && !pattern_->Matches(info.path)) return;
    files->push_back({info.path, info.size, info.modification_ms, spec});
  }

  /// A table whose folder does not exist (yet) is empty, as in Flink.
  Status FindPartitions(std::vector<FileSplit>* files) {
    TW_ASSIGN_OR_RETURN(const auto info, options_.file_system->Stat(options_.path));
    if (!info || !info->is_directory) return Status::OK();
    return FindPartitions(options_.path, {}, 0, files);
  }

  /// As Flink: `level` folders down, whatever they are called; files on the way are left out; at
  /// the bottom every key must have been met.
  Status FindPartitions(const std::string& folder, const PartitionSpec& spec, size_t level,
                        std::vector<FileSplit>* files) {
    TW_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, options_.file_system->List(folder));
    const bool bottom = level + 1 == options_.partition_keys.size();
    for (const FileInfo& entry : entries) {
      if (IsHidden(entry.path) || (!bottom && !entry.is_directory)) continue;
      PartitionSpec deeper = spec;
      if (auto part = ParsePartitionFolder(FileName(entry.path))) deeper.push_back(*part);
      if (!bottom) {
        TW_RETURN_IF_ERROR(FindPartitions(entry.path, deeper, level + 1, files));
        continue;
      }
      TW_RETURN_IF_ERROR(CheckComplete(entry.path, deeper));
      if (entry.is_directory) {
        TW_RETURN_IF_ERROR(FindFiles(entry.path, deeper, files));
      } else {
        AddFile(entry, deeper, files);
      }
    }
    return Status::OK();
  }

  Status CheckComplete(const std::string& path, const PartitionSpec& spec) const {
    for (const std::string& key : options_.partition_keys) {
      if (std::ranges::any_of(spec, [&](const auto& part) { return part.first == key; })) continue;
      return Status::BadData(
          fmt::format("{}: no folder {}=value on its way, as the table's PARTITIONED BY ({}) needs",
                      path, key, Join(options_.partition_keys)));
    }
    return Status::OK();
  }

  const FileEnumeratorOptions options_;
  const std::unique_ptr<PathPattern> pattern_;
  std::set<std::string> seen_;
};

}  // namespace

std::string FileSplit::Encode() const {
  std::string bytes;
  PutString(path, &bytes);
  PutVarint(static_cast<uint64_t>(size), &bytes);
  PutVarint(static_cast<uint64_t>(modification_ms), &bytes);
  PutVarint(partition.size(), &bytes);
  for (const auto& [key, value] : partition) {
    PutString(key, &bytes);
    PutString(value, &bytes);
  }
  return bytes;
}

Result<FileSplit> FileSplit::Decode(std::string_view payload) {
  ByteReader reader(payload);
  FileSplit split;
  uint64_t size, time, count;
  bool ok = reader.GetString(&split.path) && reader.GetVarint(&size) && reader.GetVarint(&time) &&
            reader.GetVarint(&count);
  for (uint64_t i = 0; ok && i < count; ++i) {
    split.partition.emplace_back();
    ok = reader.GetString(&split.partition.back().first) &&
         reader.GetString(&split.partition.back().second);
  }
  if (!ok) return Status::Internal("damaged file split");
  split.size = static_cast<int64_t>(size);
  split.modification_ms = static_cast<int64_t>(time);
  return split;
}

Result<std::unique_ptr<Enumerator>> MakeFileEnumerator(FileEnumeratorOptions options) {
  std::unique_ptr<PathPattern> pattern;
  if (!options.path_pattern.empty()) {
    TW_ASSIGN_OR_RETURN(pattern, PathPattern::Compile(options.path_pattern));
  }
  return {std::make_unique<FileEnumerator>(std::move(options), std::move(pattern))};
}

}  // namespace thalweg::connectors
