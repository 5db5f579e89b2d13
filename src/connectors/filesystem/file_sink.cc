#include "connectors/filesystem/file_sink.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/filesystem/file_sink_committer.h"
#include "connectors/filesystem/file_sink_takeover.h"
#include "connectors/filesystem/file_sink_writer.h"
#include "connectors/option_reader.h"

namespace thalweg::connectors {
namespace {

class FileSink : public TableSink {
 public:
  explicit FileSink(FileSinkOptions options) : options_(std::move(options)) {}

  SinkMode mode() const override { return SinkMode::kInsertOnly; }
  Status TakeOver(const Ownership& owner, const std::vector<std::string>& known) override {
    options_.owner = owner;
    return TakeOverFiles(options_, known);
  }
  Status RemoveUnpublished(const std::vector<std::string>& lineages) override {
    return RemoveUnpublishedFiles(options_, lineages);
  }
  Result<std::unique_ptr<SinkWriter>> MakeWriter(const WriterContext& context) override {
    return {std::make_unique<FileSinkWriter>(options_, context)};
  }
  Result<std::unique_ptr<SinkCommitter>> MakeCommitter() override {
    return {std::make_unique<FileSinkCommitter>(options_)};
  }
  Status ApplyOverwrite() override {
    if (options_.streaming) {
      return Status::InvalidSql(
          "INSERT OVERWRITE needs batch mode, as in Flink: SET "
          "'execution.runtime-mode' = 'batch'");
    }
    options_.overwrite = true;
    return Status::OK();
  }

 private:
  FileSinkOptions options_;
};

Result<RollingPolicy> ReadRollingPolicy(const OptionReader& options) {
  RollingPolicy p;
  TW_ASSIGN_OR_RETURN(p.file_bytes, options.Bytes("sink.rolling-policy.file-size", p.file_bytes));
  TW_ASSIGN_OR_RETURN(p.rollover_ms,
                      options.DurationMs("sink.rolling-policy.rollover-interval", p.rollover_ms));
  TW_ASSIGN_OR_RETURN(p.inactivity_ms, options.DurationMs("sink.rolling-policy.inactivity-interval",
                                                          p.inactivity_ms));
  TW_ASSIGN_OR_RETURN(p.check_ms,
                      options.DurationMs("sink.rolling-policy.check-interval", p.check_ms));
  if (p.file_bytes <= 0) return options.Error("sink.rolling-policy.file-size", "must be positive");
  if (p.rollover_ms <= 0) {
    return options.Error("sink.rolling-policy.rollover-interval", "must be positive");
  }
  if (p.inactivity_ms <= 0) {
    return options.Error("sink.rolling-policy.inactivity-interval", "must be positive");
  }
  return p;
}

/// Types whose text form names a folder and can be read back.
bool CanBePartitionColumn(const data::Type& type) {
  switch (type.root()) {
    case data::TypeRoot::kChar:
    case data::TypeRoot::kVarchar:
    case data::TypeRoot::kBoolean:
    case data::TypeRoot::kTinyint:
    case data::TypeRoot::kSmallint:
    case data::TypeRoot::kInt:
    case data::TypeRoot::kBigint:
    case data::TypeRoot::kFloat:
    case data::TypeRoot::kDouble:
    case data::TypeRoot::kDate:
    case data::TypeRoot::kTimestamp:
    case data::TypeRoot::kDecimal:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<std::unique_ptr<TableSink>> MakeFileSink(const ConnectorTable& table,
                                                const ConnectorContext& context, std::string root,
                                                FileFormat format) {
  const OptionReader reader(table);
  if (format.format->make_encoder == nullptr && format.format->make_file_encoder == nullptr) {
    return reader.NotSupported("format", fmt::format("writing '{}'", format.format->identifier));
  }
  FileSinkOptions options{.file_system = context.file_system, .table_name = table.name};
  options.root = std::move(root);
  options.format = std::move(format);
  options.streaming = context.streaming;
  for (size_t i = 0; i < table.physical.size(); ++i) {
    if (std::ranges::count(table.partition_keys, table.physical[i].name) > 0) continue;
    options.file_columns.push_back(table.physical[i]);
    options.file_column_indices.push_back(static_cast<int>(i));
  }
  for (const std::string& key : table.partition_keys) {
    const auto field = std::ranges::find(table.physical, key, &data::Field::name);
    if (field == table.physical.end()) {
      return Status::InvalidSql(
          fmt::format("table '{}': the partition column '{}' does not exist", table.name, key));
    }
    if (!CanBePartitionColumn(field->type)) {
      return Status::NotSupported(fmt::format("table '{}': partition column '{}' of type {}",
                                              table.name, key, field->type.ToSummary()));
    }
    options.partition_keys.push_back(key);
    options.partition_indices.push_back(static_cast<int>(field - table.physical.begin()));
  }
  options.default_partition_name = reader.String("partition.default-name", "__DEFAULT_PARTITION__");
  TW_ASSIGN_OR_RETURN(options.rolling, ReadRollingPolicy(reader));
  TW_ASSIGN_OR_RETURN(options.commit, PartitionCommitOptionsOf(table));
  TW_ASSIGN_OR_RETURN(const bool compaction, reader.Bool("auto-compaction", false));
  TW_ASSIGN_OR_RETURN(const int64_t compact_bytes,
                      reader.Bytes("compaction.file-size", options.rolling.file_bytes));
  // In batch mode a writer makes one file per partition anyhow.
  if (compaction && options.streaming) options.compact_bytes = compact_bytes;
  return {std::make_unique<FileSink>(std::move(options))};
}

}  // namespace thalweg::connectors
