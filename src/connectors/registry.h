// The registry of connectors: 'connector' = '<identifier>'. One list, in registry.cc.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "connectors/sink.h"
#include "connectors/source.h"
#include "formats/registry.h"

namespace thalweg::connectors {

/// What a connector needs of the job at creation.
struct ConnectorContext {
  bool streaming = true;
  std::string local_time_zone = "UTC";
  std::string
      base_directory;  ///< relative paths in options are relative to it; empty: the process's
  FileSystem* file_system = FileSystem::Posix();
};

/// Static facts about a connector.
struct Connector {
  std::string_view identifier;
  /// Names end in '*' for families ("fields.*").
  std::span<const formats::OptionDoc> options;
  /// Flink's options that would change results here, with the reason they are refused.
  std::span<const formats::OptionDoc> refused = {};
  bool uses_format = false;
  // Null where the connector cannot be read or written.
  Result<std::unique_ptr<TableSource>> (*make_source)(const ConnectorTable&,
                                                      const ConnectorContext&) = nullptr;
  Result<std::unique_ptr<TableSink>> (*make_sink)(const ConnectorTable&,
                                                  const ConnectorContext&) = nullptr;
};

/// For a connector of a room above this one; again: nothing. Before the first statement is planned.
void AddConnector(const Connector* connector);

const Connector* FindConnector(std::string_view identifier);
std::vector<const Connector*> AllConnectors();

/// Checks the names of all options of a table that may be both source and sink.
Status ValidateOptions(const Connector& connector, const ConnectorTable& table);

/// Checks 'connector', every option's name (with a suggestion for a misspelt one) and the format,
/// then makes the source or sink. Errors name the table and the option.
Result<std::unique_ptr<TableSource>> MakeSource(const ConnectorTable& table,
                                                const ConnectorContext& context);
Result<std::unique_ptr<TableSink>> MakeSink(const ConnectorTable& table,
                                            const ConnectorContext& context);

}  // namespace thalweg::connectors
