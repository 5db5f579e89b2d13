// Readers of one file: a stream format chunk by chunk, or a random-access format by row groups.
// Both add the partition's and the file's own columns as constants.
//
// Positions: byte offset (decompressed) and line for stream formats, row group and row otherwise.
// The file is opened at the first Next. Errors begin with the file's path.
#pragma once

#include <memory>
#include <string>

#include "base/file_system.h"
#include "connectors/source.h"
#include "formats/registry.h"

namespace thalweg::connectors {

struct FileFormat {
  const formats::Format* format;
  formats::FormatOptions options;
  formats::FormatContext context;
};

/// What all readers of one table share.
struct FileReaderOptions {
  FileSystem* file_system;
  FileFormat format;
  data::Schema file_columns;  ///< the table's physical columns without the partition columns
  std::string default_partition_name;
};

/// file.path, file.name, file.size, file.modification-time.
std::vector<MetadataColumn> FileMetadataColumns();

Result<std::unique_ptr<SplitReader>> MakeFileSplitReader(const FileReaderOptions& options,
                                                         const Split& split, const ScanSpec& spec,
                                                         const ReaderContext& context);

}  // namespace thalweg::connectors
