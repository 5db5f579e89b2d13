#include "connectors/filesystem/filesystem_connector.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "connectors/filesystem/file_enumerator.h"
#include "connectors/filesystem/file_sink.h"
#include "connectors/filesystem/file_split_reader.h"
#include "connectors/option_reader.h"

namespace thalweg::connectors {
namespace {

constexpr std::string_view kDefaultPartition = "__DEFAULT_PARTITION__";

data::Schema WithoutPartitionKeys(const ConnectorTable& table) {
  data::Schema columns;
  for (const data::Field& f : table.physical) {
    if (std::ranges::count(table.partition_keys, f.name) == 0) columns.push_back(f);
  }
  return columns;
}

Result<FileFormat> MakeFormat(const ConnectorTable& table, const ConnectorContext& context,
                              const data::Schema& file_columns) {
  FileFormat format;
  const std::string identifier = table.options.find("format")->second;
  format.format = formats::FindFormat(identifier);
  const std::string prefix = identifier + ".";
  for (const auto& [name, value] : table.options) {
    if (name.starts_with(prefix)) format.options[name.substr(prefix.size())] = value;
  }
  format.context.local_time_zone = context.local_time_zone;
  Status status = format.format->validate(file_columns, format.options);
  if (!status.ok()) return status.WithContext(fmt::format("table '{}'", table.name));
  return format;
}

class FilesystemSource : public TableSource {
 public:
  FilesystemSource(FileEnumeratorOptions enumerator, FileReaderOptions reader)
      : enumerator_(std::move(enumerator)), reader_(std::move(reader)) {}

  bool bounded() const override { return enumerator_.monitor_interval_ms == 0; }
  std::vector<MetadataColumn> metadata() const override { return FileMetadataColumns(); }
  Result<std::unique_ptr<Enumerator>> MakeEnumerator() override {
    return MakeFileEnumerator(enumerator_);
  }
  Result<std::unique_ptr<SplitReader>> MakeReader(const Split& split, const ScanSpec& spec,
                                                  const ReaderContext& context) override {
    return MakeFileSplitReader(reader_, split, spec, context);
  }

 private:
  const FileEnumeratorOptions enumerator_;
  const FileReaderOptions reader_;
};

Result<std::unique_ptr<TableSource>> MakeFilesystemSource(const ConnectorTable& table,
                                                          const ConnectorContext& context) {
  const OptionReader options(table);
  FileEnumeratorOptions enumerator{.file_system = context.file_system, .table_name = table.name};
  TW_ASSIGN_OR_RETURN(enumerator.path, ResolveTablePath(table, context));
  enumerator.partition_keys = table.partition_keys;
  enumerator.path_pattern = options.String("source.path.regex-pattern", "");
  TW_ASSIGN_OR_RETURN(enumerator.monitor_interval_ms,
                      options.DurationMs("source.monitor-interval", 0));
  if (options.Has("source.monitor-interval") && enumerator.monitor_interval_ms <= 0) {
    return options.Error("source.monitor-interval", "the interval must be greater than 0");
  }
  // The pattern's mistakes are the statement's, not the running job's.
  if (auto probe = MakeFileEnumerator(enumerator); !probe.ok()) {
    return options.Error("source.path.regex-pattern", probe.status().message());
  }
  FileReaderOptions reader{.file_system = context.file_system,
                           .file_columns = WithoutPartitionKeys(table)};
  TW_ASSIGN_OR_RETURN(reader.format, MakeFormat(table, context, reader.file_columns));
  if (reader.format.format->make_decoder == nullptr &&
      reader.format.format->make_reader == nullptr) {
    return options.NotSupported("format",
                                fmt::format("reading '{}'", options.String("format", "")));
  }
  reader.default_partition_name = options.String("partition.default-name", kDefaultPartition);
  return {std::make_unique<FilesystemSource>(std::move(enumerator), std::move(reader))};
}

Result<std::unique_ptr<TableSink>> MakeFilesystemSink(const ConnectorTable& table,
                                                      const ConnectorContext& context) {
  TW_ASSIGN_OR_RETURN(const std::string path, ResolveTablePath(table, context));
  const data::Schema file_columns = WithoutPartitionKeys(table);
  TW_ASSIGN_OR_RETURN(FileFormat format, MakeFormat(table, context, file_columns));
  return MakeFileSink(table, context, path, std::move(format));
}

constexpr formats::OptionDoc kOptions[] = {
    {"path", "", "A file or folder; 'file://' may stand before it."},
    {"partition.default-name", "__DEFAULT_PARTITION__",
     "The folder's value for a partition column that is NULL or empty."},
    {"source.monitor-interval", "", "Looks for new files at this interval; the source never ends."},
    {"source.path.regex-pattern", "", "Reads only files whose absolute path matches."},
    {"source.report-statistics", "none", "For Flink's planner; without meaning here."},
    {"sink.rolling-policy.file-size", "128 mb", "A file that has grown larger is finished."},
    {"sink.rolling-policy.rollover-interval", "30 min", "A file this old is finished."},
    {"sink.rolling-policy.inactivity-interval", "30 min",
     "A file that took no row for this long is finished."},
    {"sink.rolling-policy.check-interval", "1 min", "How often the two intervals are checked."},
    {"sink.shuffle-by-partition.enable", "false", "Sends each partition to one writer."},
    {"sink.partition-commit.trigger", "process-time", "'process-time' or 'partition-time'."},
    {"sink.partition-commit.delay", "0 s", "How long a partition stays open."},
    {"sink.partition-commit.watermark-time-zone", "UTC", "The zone of partition times."},
    {"sink.partition-commit.policy.kind", "", "'success-file'."},
    {"sink.partition-commit.success-file.name", "_SUCCESS", "Name of the success file."},
    {"partition.time-extractor.kind", "default", "'default'."},
    {"partition.time-extractor.timestamp-pattern", "",
     "The partition's time from its values: '$dt $hour:00:00'."},
    {"partition.time-extractor.timestamp-formatter", "yyyy-MM-dd HH:mm:ss",
     "Only this; time-extractor.timestamp-pattern can bring the values into its form."},
    {"auto-compaction", "false",
     "In streaming mode, merges the small files of a checkpoint, per partition."},
    {"compaction.file-size", "", "What they grow to; sink.rolling-policy.file-size by default."},
    {"sink.parallelism", "", "Number of writers, the job's parallelism by default."},
};

constexpr formats::OptionDoc kRefused[] = {
    {"sink.partition-commit.policy.class", "", "Java classes cannot be loaded"},
    {"sink.partition-commit.policy.class.parameters", "", "Java classes cannot be loaded"},
    {"partition.time-extractor.class", "", "Java classes cannot be loaded"},
};

}  // namespace

Result<std::string> ResolveTablePath(const ConnectorTable& table, const ConnectorContext& context) {
  const OptionReader options(table);
  TW_ASSIGN_OR_RETURN(std::string path, options.Required("path"));
  if (path.starts_with("file://")) {
    path.erase(0, 7);
  } else if (path.starts_with("file:")) {
    path.erase(0, 5);
  } else if (const size_t scheme = path.find("://"); scheme != std::string::npos) {
    return options.NotSupported(
        "path", fmt::format("the file system '{}' of '{}'", path.substr(0, scheme), path));
  }
  if (path.empty()) return options.Error("path", "is empty");
  if (path[0] != '/') {
    std::string base = context.base_directory;
    if (base.empty()) {
      char buffer[4096];
      if (::getcwd(buffer, sizeof(buffer)) == nullptr) {
        return Status::Io("the working directory does not exist");
      }
      base = buffer;
    }
    while (path.starts_with("./")) path.erase(0, 2);
    path = path == "." ? base : JoinPath(base, path);
  }
  std::string clean;
  for (const char c : path) {
    if (c != '/' || clean.empty() || clean.back() != '/') clean += c;
  }
  if (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  return clean;
}

const Connector kFilesystemConnector = {.identifier = "filesystem",
                                        .options = kOptions,
                                        .refused = kRefused,
                                        .uses_format = true,
                                        .make_source = &MakeFilesystemSource,
                                        .make_sink = &MakeFilesystemSink};

}  // namespace thalweg::connectors
