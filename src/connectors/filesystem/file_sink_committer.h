// FileSinkCommitter: merges small sealed files, makes them durable, then visible, then says which
// partitions are complete.
//
// Every step may be repeated: a hidden file that is gone while the visible one exists was published
// before. If both are gone, a file of an earlier start was published and then taken away by who
// reads the table; with a file of this start, another start has taken over, and nothing more may be
// published. Readers may see some files of an epoch before others; the success file comes last.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "connectors/filesystem/file_committable.h"
#include "connectors/filesystem/file_sink.h"
#include "connectors/sink.h"

namespace thalweg::connectors {

class FileSinkCommitter : public SinkCommitter {
 public:
  /// Borrows `options`, which the sink owns.
  explicit FileSinkCommitter(const FileSinkOptions& options)
      : options_(options), trigger_(options.commit) {}

  Result<std::vector<std::string>> Prepare(std::vector<std::string> committables) override;
  Status Commit(int64_t epoch, const std::vector<std::string>& committables, int64_t watermark_ms,
                bool end_of_input) override;

  std::string Snapshot() const override { return trigger_.Snapshot(); }
  Status Restore(const std::string& snapshot) override { return trigger_.Restore(snapshot); }

 private:
  /// Puts merged files in the place of those to be merged, if there are any.
  Result<bool> Compact(std::vector<FileCommittable>* all);
  /// The entries of a folder and of every folder between it and the table's.
  Status SyncFolder(const std::string& folder);
  Status RemoveOldFiles(const std::vector<FileCommittable>& committables);
  /// Whether the file is there: another program may have taken it away since an earlier attempt.
  Result<bool> Publish(const FileCommittable::Publish& publish);
  Status MarkComplete(const std::string& partition);

  const FileSinkOptions& options_;
  PartitionCommitTrigger trigger_;
  std::set<std::string> rooted_;  // folders whose own entry is durable, up to the table's
};

}  // namespace thalweg::connectors
