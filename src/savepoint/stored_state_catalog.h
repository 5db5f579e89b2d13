// StoredStateCatalog: the tables that a checkpoint or savepoint holds, found by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "operators/stored_rows.h"
#include "runtime/manifest.h"

namespace thalweg::savepoint {

/// The manifest that `path` means: it, or the one in a savepoint's folder, or the newest one in a
/// job's checkpoint folder.
Result<std::string> FindManifest(FileSystem* file_system, const std::string& path);

/// The name of the table of an operator's small state: positions in sources, progress.
constexpr std::string_view kEntries = "entries";

class StoredStateCatalog {
 public:
  static Result<StoredStateCatalog> Load(FileSystem* file_system, const std::string& path);

  const runtime::Manifest& manifest() const { return manifest_; }
  const std::string& path() const { return path_; }      ///< of the manifest
  const std::string& folder() const { return folder_; }  ///< of its state files

  /// By uid, name, or a part of either that fits one operator alone; empty: the only one with
  /// tables. Errors list the operators.
  Result<const runtime::NodeSnapshot*> FindOperator(std::string_view name, bool with_tables) const;
  /// By name, label or a part of either; empty: the operator's main table.
  Result<const state::TableSchema*> FindTable(const runtime::NodeSnapshot& node,
                                              std::string_view name) const;

  /// Every operator's tables with their columns and types, as text.
  Result<std::string> Describe() const;
  /// A CREATE TABLE statement for each table.
  Result<std::string> CreateTables() const;

 private:
  std::string path_;
  std::string folder_;
  runtime::Manifest manifest_;
};

/// "k STRING, SUM(price) BIGINT".
std::string ColumnList(const std::vector<operators::StoredRows::ColumnInfo>& columns);

}  // namespace thalweg::savepoint
