// FileSinkWriter: the files that one subtask writes, one open at a time per partition.
//
// Bounded: encoded bytes are written at 256 KiB a file; at most kMaxOpen files have a descriptor
// (row formats give it back and reopen; bulk formats finish the file used longest ago).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/filesystem/file_committable.h"
#include "connectors/filesystem/file_sink.h"
#include "connectors/filesystem/part_file_name.h"
#include "connectors/sink.h"

namespace thalweg::connectors {

class FileSinkWriter : public SinkWriter {
 public:
  /// Borrows `options`, which the sink owns.
  FileSinkWriter(const FileSinkOptions& options, const WriterContext& context);

  Status Write(const data::Batch& batch) override;
  Result<std::string> Seal(int64_t epoch, bool roll) override;
  Result<std::string> Snapshot() override;
  Status Restore(const std::vector<std::string>& snapshots) override;
  Status OnProcessingTime(int64_t now_ms) override;
  void Abort() override;

 private:
  static constexpr size_t kMaxOpen = 128;
  static constexpr size_t kFlushBytes = 256 << 10;

  struct OpenFile {
    PartFileName name;
    std::string hidden;
    std::unique_ptr<WritableFile> file;  // null while its descriptor is given back
    std::unique_ptr<formats::StreamEncoder> rows;
    std::unique_ptr<formats::FileEncoder> bulk;
    std::string buffer;
    int64_t written = 0;  // bytes in the file, without the buffer
    int64_t created_ms = 0;
    int64_t updated_ms = 0;
    uint64_t used = 0;     // for finding the one used longest ago
    bool unsynced = true;  // has bytes that no committable has asked to sync
    bool in_snapshot = false;
  };
  /// Complete, and published by the next commit.
  struct Rolled {
    PartFileName name;
    std::string hidden;
    int64_t bytes = 0;
    bool in_snapshot = false;
    bool may_be_merged = false;
  };
  struct Partition {
    std::string path;  // relative, "" if not partitioned
    std::unique_ptr<OpenFile> open;
    bool touched = false;       // got rows since the last seal
    std::vector<int32_t> rows;  // of the current batch
  };

  Status WriteTo(Partition* partition, const data::Batch& rows);
  Result<Partition*> PartitionOf(const data::Batch& batch, int32_t row);
  /// The file goes on with one of an earlier generation, if `origin` is its name.
  Status OpenNew(Partition* partition, const PartFileName* origin = nullptr);
  Status CopyCarried(const OpenFileState& state, const std::string& source, OpenFile* file);
  Status EnsureDescriptor(OpenFile* file);
  Status LimitDescriptors(const OpenFile* keep);
  Status Flush(OpenFile* file);
  /// Completes the partition's file.
  Status Roll(Partition* partition);
  Status MakeEncoder(OpenFile* file) const;
  bool is_bulk() const { return options_.format.format->make_encoder == nullptr; }
  int64_t now_ms() const;

  const FileSinkOptions& options_;
  const WriterContext context_;
  int64_t counter_ = 0;
  uint64_t uses_ = 0;
  int64_t now_ms_ = 0;
  int64_t last_check_ms_ = 0;
  size_t descriptors_ = 0;
  std::map<std::string, Partition> partitions_;         // by path
  std::unordered_map<std::string, Partition*> by_key_;  // raw partition values -> partition
  std::string key_, previous_key_;
  Partition* previous_ = nullptr;
  std::vector<Rolled> rolled_;  // since the last seal
  FileCommittable next_;
};

}  // namespace thalweg::connectors
