// The filesystem connector: files in a local folder, read as splits and written with rolling.
// Sources: file_enumerator.h, file_split_reader.h. Sinks: file_sink.h.
#pragma once

#include "connectors/registry.h"

namespace thalweg::connectors {

extern const Connector kFilesystemConnector;

/// The local path that the option 'path' names: "file://" and "file:" go, a relative path becomes
/// absolute, surplus slashes go. kNotSupported for other schemes (s3://, hdfs://).
Result<std::string> ResolveTablePath(const ConnectorTable& table, const ConnectorContext& context);

}  // namespace thalweg::connectors
