// The filesystem sink: what is written, how files roll, and when partitions are done.
//
//   writer     rows go to hidden files; a seal ends those that must not stay open
//   Prepare    small files of the epoch are merged (auto-compaction, file_compaction.h); what is
//              sealed, and the valid part of what stays open, becomes durable
//   Commit     sealed files are renamed to their visible names; the success file last
//   TakeOver   a later start of the same lineage fences the earlier ones (file_sink_takeover.h)
//
// Names stand in part_file_name.h. Row formats (csv, json) keep a file over several epochs until it
// rolls by size or time; a snapshot holds its valid length, and a restored writer copies that much.
// Bulk formats (parquet) roll at every seal, and so does everything that is compacted: rows of
// different epochs never share a file then. In batch mode each writer makes one file per
// partition. Readers skip hidden files, so nothing half-written is seen. A visible name says in
// which epoch the file was sealed, so that a restore of an older checkpoint can withdraw it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/filesystem/file_split_reader.h"
#include "connectors/filesystem/partition_commit.h"
#include "connectors/registry.h"
#include "connectors/sink.h"

namespace thalweg::connectors {

struct RollingPolicy {
  int64_t file_bytes = 128 << 20;
  int64_t rollover_ms = 30 * 60000;
  int64_t inactivity_ms = 30 * 60000;
  int64_t check_ms = 60000;
};

struct FileSinkOptions {
  FileSystem* file_system;
  std::string table_name;
  std::string root;
  Ownership owner;  ///< in every file name, so that histories and generations never meet
  FileFormat format;
  data::Schema file_columns;
  std::vector<int> file_column_indices;  ///< into the table's physical columns
  std::vector<std::string> partition_keys;
  std::vector<int> partition_indices;  ///< into the table's physical columns
  std::string default_partition_name;
  RollingPolicy rolling;
  std::optional<int64_t> compact_bytes;  ///< what merged files may grow to; none: no compaction
  bool streaming = true;
  bool overwrite = false;
  PartitionCommitOptions commit;
};

Result<std::unique_ptr<TableSink>> MakeFileSink(const ConnectorTable& table,
                                                const ConnectorContext& context, std::string root,
                                                FileFormat format);

}  // namespace thalweg::connectors
