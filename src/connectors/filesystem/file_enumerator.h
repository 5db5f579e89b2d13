// FileEnumerator: finds the files of a filesystem table, each as one split.
//
// A path is a file, or a folder that is searched to its depth. Names that begin with '.' or '_' are
// hidden: neither such files nor such folders are read. With a pattern, only files whose whole
// absolute path matches it are. Of a partitioned table only the folders key=value/key=value/... are
// searched. Splits come sorted by path, so that reading is the same on every machine.
//
// Snapshot: the paths returned so far, so that a monitored folder gives each file once, across
// restarts, too.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "connectors/filesystem/partition_path.h"
#include "connectors/source.h"

namespace thalweg::connectors {

/// What a split's payload says.
struct FileSplit {
  std::string path;
  int64_t size = 0;
  int64_t modification_ms = 0;
  PartitionSpec partition;

  std::string Encode() const;
  static Result<FileSplit> Decode(std::string_view payload);
};

struct FileEnumeratorOptions {
  FileSystem* file_system;
  std::string table_name;
  std::string path;
  std::vector<std::string> partition_keys;
  std::string path_pattern;         ///< Java regular expression; empty: none
  int64_t monitor_interval_ms = 0;  ///< 0: look once
};

/// kInvalidSql for a malformed pattern.
Result<std::unique_ptr<Enumerator>> MakeFileEnumerator(FileEnumeratorOptions options);

}  // namespace thalweg::connectors
