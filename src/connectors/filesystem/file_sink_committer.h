// FileSinkCommitter: makes sealed files visible, then says which partitions are complete.
//
// Every step may be repeated: a hidden file that is gone while the visible one exists was published
// before. Readers may see some files of an epoch before others; the success file comes last.
#pragma once

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

  Status Commit(int64_t epoch, const std::vector<std::string>& committables, int64_t watermark_ms,
                bool end_of_input) override;

 private:
  Status RemoveOldFiles(const std::vector<FileCommittable>& committables);
  Status Publish(const FileCommittable::Publish& publish);
  Status MarkComplete(const std::string& partition);

  const FileSinkOptions& options_;
  PartitionCommitTrigger trigger_;
};

}  // namespace thalweg::connectors
