#include "connectors/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/join.h"
#include "base/nearest_name.h"
#include "connectors/blackhole/blackhole_sink.h"
#include "connectors/datagen/datagen_connector.h"
#include "connectors/filesystem/filesystem_connector.h"
#include "connectors/nexmark/nexmark_connector.h"
#include "connectors/print/print_sink.h"

namespace thalweg::connectors {
namespace {

const Connector* const kConnectors[] = {
    &kBlackholeConnector, &kDatagenConnector, &kFilesystemConnector,
    &kNexmarkConnector,   &kPrintConnector,
};

std::mutex added_mutex;

std::vector<const Connector*>* Added() {
  static std::vector<const Connector*> added;
  return &added;
}

/// Connectors that a Flink installation may have and this build has not.
constexpr std::string_view kFlinkConnectors[] = {"kafka",
                                                 "upsert-kafka",
                                                 "jdbc",
                                                 "elasticsearch-7",
                                                 "elasticsearch-8",
                                                 "hbase-2.2",
                                                 "kinesis",
                                                 "dynamodb",
                                                 "mongodb",
                                                 "firehose",
                                                 "opensearch",
                                                 "pulsar",
                                                 "postgres-cdc",
                                                 "mysql-cdc",
                                                 "mongodb-cdc",
                                                 "sqlserver-cdc",
                                                 "oracle-cdc",
                                                 "iceberg",
                                                 "paimon",
                                                 "hudi",
                                                 "hive",
                                                 "python-input-format"};

/// Options that every table of Flink takes; the planner reads them.
constexpr std::string_view kSourceOptions[] = {
    "scan.watermark.emit.strategy",       "scan.watermark.alignment.group",
    "scan.watermark.alignment.max-drift", "scan.watermark.alignment.update-interval",
    "scan.watermark.idle-timeout",
};

bool Matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

const formats::OptionDoc* FindOption(std::span<const formats::OptionDoc> options,
                                     std::string_view name) {
  for (const auto& option : options) {
    if (Matches(option.name, name)) return &option;
  }
  return nullptr;
}

std::string FormatPrefix(const ConnectorTable& table) {
  const auto it = table.options.find("format");
  return it == table.options.end() ? std::string() : it->second + ".";
}

Status UnknownOption(const Connector& connector, const ConnectorTable& table,
                     const formats::Format* format, std::string_view name) {
  std::vector<std::string> names = {"connector"};
  for (const auto& o : connector.options) names.emplace_back(o.name);
  if (connector.make_source != nullptr) {
    names.insert(names.end(), std::begin(kSourceOptions), std::end(kSourceOptions));
  }
  if (connector.uses_format) names.emplace_back("format");
  if (format != nullptr) {
    for (const auto& o : format->options)
      names.push_back(fmt::format("{}.{}", format->identifier, o.name));
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return Status::InvalidSql(fmt::format("table '{}': connector '{}' has no option '{}'{}",
                                        table.name, connector.identifier, name,
                                        DidYouMean(name, views)));
}

Result<const Connector*> ConnectorOf(const ConnectorTable& table) {
  const auto it = table.options.find("connector");
  if (it == table.options.end()) {
    return Status::InvalidSql(fmt::format(
        "table '{}' has no 'connector' option, so it cannot be read or written", table.name));
  }
  if (const Connector* connector = FindConnector(it->second)) return connector;
  if (std::ranges::count(kFlinkConnectors, std::string_view(it->second)) > 0) {
    return Status::NotSupported(
        fmt::format("table '{}': the connector '{}'", table.name, it->second));
  }
  std::vector<std::string_view> names;
  for (const Connector* c : AllConnectors()) names.push_back(c->identifier);
  return Status::InvalidSql(fmt::format("table '{}': there is no connector '{}'{} (available: {})",
                                        table.name, it->second, DidYouMean(it->second, names),
                                        Join(names)));
}

}  // namespace

void AddConnector(const Connector* connector) {
  if (FindConnector(connector->identifier) != nullptr) return;
  std::lock_guard lock(added_mutex);
  Added()->push_back(connector);
}

const Connector* FindConnector(std::string_view identifier) {
  for (const Connector* c : AllConnectors()) {
    if (c->identifier == identifier) return c;
  }
  return nullptr;
}

std::vector<const Connector*> AllConnectors() {
  std::vector<const Connector*> all(std::begin(kConnectors), std::end(kConnectors));
  std::lock_guard lock(added_mutex);
  all.insert(all.end(), Added()->begin(), Added()->end());
  return all;
}

Status ValidateOptions(const Connector& connector, const ConnectorTable& table) {
  const formats::Format* format = nullptr;
  std::string prefix;
  if (connector.uses_format) {
    const auto it = table.options.find("format");
    if (it == table.options.end()) {
      return Status::InvalidSql(
          fmt::format("table '{}': the option 'format' is required by the connector '{}'",
                      table.name, connector.identifier));
    }
    format = formats::FindFormat(it->second);
    if (format == nullptr) {
      std::vector<std::string_view> names;
      for (const formats::Format* f : formats::AllFormats()) names.push_back(f->identifier);
      return Status::InvalidSql(fmt::format("table '{}': there is no format '{}'{} (available: {})",
                                            table.name, it->second, DidYouMean(it->second, names),
                                            Join(names)));
    }
    prefix = FormatPrefix(table);
  }
  for (const auto& [name, value] : table.options) {
    if (name == "connector" || name == "property-version") continue;
    if (format != nullptr && name == "format") continue;
    if (const auto* refused = FindOption(connector.refused, name)) {
      return Status::NotSupported(
          fmt::format("table '{}': the option '{}': {}", table.name, name, refused->doc));
    }
    if (FindOption(connector.options, name) != nullptr) continue;
    if (std::ranges::count(kSourceOptions, name) > 0) continue;
    if (format != nullptr && name.starts_with(prefix) &&
        FindOption(format->options, std::string_view(name).substr(prefix.size())) != nullptr) {
      continue;
    }
    return UnknownOption(connector, table, format, name);
  }
  return Status::OK();
}

Result<std::unique_ptr<TableSource>> MakeSource(const ConnectorTable& table,
                                                const ConnectorContext& context) {
  TW_ASSIGN_OR_RETURN(const Connector* connector, ConnectorOf(table));
  if (connector->make_source == nullptr) {
    return Status::InvalidSql(fmt::format("table '{}': the connector '{}' can only be written to",
                                          table.name, connector->identifier));
  }
  TW_RETURN_IF_ERROR(ValidateOptions(*connector, table));
  return connector->make_source(table, context);
}

Result<std::unique_ptr<TableSink>> MakeSink(const ConnectorTable& table,
                                            const ConnectorContext& context) {
  TW_ASSIGN_OR_RETURN(const Connector* connector, ConnectorOf(table));
  if (connector->make_sink == nullptr) {
    return Status::InvalidSql(fmt::format("table '{}': the connector '{}' can only be read",
                                          table.name, connector->identifier));
  }
  TW_RETURN_IF_ERROR(ValidateOptions(*connector, table));
  return connector->make_sink(table, context);
}

}  // namespace thalweg::connectors
