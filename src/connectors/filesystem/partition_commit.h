// When a partition is complete, and what says so (sink.partition-commit.*).
//
// Decisions are pure: partitions, the watermark and the clock in, partitions to commit out. As in
// Flink, a partition that gets rows after its commit is committed again; at the end of the input
// every pending one is committed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "connectors/filesystem/partition_path.h"
#include "connectors/table.h"
#include "expr/time_zone.h"

namespace thalweg::connectors {

struct PartitionCommitOptions {
  enum class Trigger : uint8_t {
    kProcessTime,    ///< the clock has passed the partition's first row plus the delay
    kPartitionTime,  ///< the watermark has passed the partition's own time plus the delay
  };
  bool success_file = false;  ///< policy.kind; false: nothing is ever committed
  std::string success_file_name = "_SUCCESS";
  Trigger trigger = Trigger::kProcessTime;
  int64_t delay_ms = 0;
  std::string time_pattern;  ///< "$dt $hour:00:00"; empty: the first partition value
  std::shared_ptr<const expr::TimeZone> zone;
};

/// Reads and checks the table's options.
Result<PartitionCommitOptions> PartitionCommitOptionsOf(const ConnectorTable& table);

/// Epoch milliseconds of a partition. kBadData naming the text that is no time.
Result<int64_t> PartitionTimeMs(const PartitionCommitOptions& options, const PartitionSpec& spec);

/// Whether the partition with this relative path is complete; `first_seen_ms`: its first row's
/// time.
Result<bool> IsComplete(const PartitionCommitOptions& options, std::string_view path,
                        int64_t first_seen_ms, int64_t watermark_ms, int64_t now_ms);

class PartitionCommitTrigger {
 public:
  explicit PartitionCommitTrigger(PartitionCommitOptions options) : options_(std::move(options)) {}

  /// `path`: relative partition path, as PartitionPath makes it.
  void Add(const std::string& path, int64_t now_ms) { pending_.emplace(path, now_ms); }
  /// Takes the partitions that are complete now, in order of their paths.
  Result<std::vector<std::string>> Take(int64_t watermark_ms, int64_t now_ms, bool end_of_input);
  const std::map<std::string, int64_t>& pending() const { return pending_; }
  std::string Snapshot() const;
  Status Restore(std::string_view snapshot);

 private:
  const PartitionCommitOptions options_;
  std::map<std::string, int64_t> pending_;  // path -> when it was first seen
};

}  // namespace thalweg::connectors
