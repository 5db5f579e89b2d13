// What a writer of files hands to the committer for one epoch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace thalweg::connectors {

struct FileCommittable {
  struct Publish {
    std::string hidden;   ///< complete; durable after Prepare
    std::string visible;  ///< its final path
  };
  std::vector<Publish> publish;
  /// Complete, and to be merged with those of the epoch's other writers (file_compaction.h).
  /// Prepare takes them away, so that no checkpoint holds any.
  struct Part {
    std::string hidden;
    std::string visible;  ///< its own, if it stays alone
    int64_t bytes = 0;
  };
  std::vector<Part> compact;
  /// Hidden files that go on, and whose length the writer's snapshot names: Prepare makes that
  /// much of them durable.
  std::vector<std::string> open;
  /// Files of an earlier generation that a restored writer has copied.
  std::vector<std::string> remove;
  /// Relative paths of the partitions that got rows.
  std::vector<std::string> partitions;

  bool empty() const {
    return publish.empty() && compact.empty() && open.empty() && remove.empty() &&
           partitions.empty();
  }
  std::string Encode() const;
  static Result<FileCommittable> Decode(std::string_view bytes);
};

/// A row-format file that is still written to, as a snapshot keeps it.
struct OpenFileState {
  std::string hidden;
  std::string partition;  ///< relative path; empty if the table is not partitioned
  int64_t valid_length = 0;
  int64_t created_ms = 0;

  /// Whether `bytes` are of EncodeAll, and not a committable.
  static bool Is(std::string_view bytes);
  /// Empty for no files.
  static std::string EncodeAll(const std::vector<OpenFileState>& files);
  static Result<std::vector<OpenFileState>> DecodeAll(std::string_view bytes);
};

}  // namespace thalweg::connectors
