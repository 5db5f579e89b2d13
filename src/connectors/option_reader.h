// OptionReader: typed access to a table's WITH options. Every error names table and option.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "connectors/table.h"

namespace thalweg::connectors {

class OptionReader {
 public:
  /// Borrows `table`.
  explicit OptionReader(const ConnectorTable& table) : table_(table) {}

  bool Has(std::string_view name) const { return table_.options.contains(name); }
  std::optional<std::string> Get(std::string_view name) const;
  std::string String(std::string_view name, std::string_view default_value) const;
  Result<std::string> Required(std::string_view name) const;

  // An absent option gives the default; a malformed one is kInvalidSql.
  Result<bool> Bool(std::string_view name, bool default_value) const;
  Result<int64_t> Int(std::string_view name, int64_t default_value) const;
  Result<double> Double(std::string_view name, double default_value) const;
  Result<int64_t> DurationMs(std::string_view name, int64_t default_ms) const;
  /// Flink's MemorySize: "128 mb".
  Result<int64_t> Bytes(std::string_view name, int64_t default_bytes) const;

  /// kInvalidSql "table 't', option 'name': message".
  Status Error(std::string_view name, std::string_view message) const;
  /// kNotSupported in the same form.
  Status NotSupported(std::string_view name, std::string_view message) const;

 private:
  const ConnectorTable& table_;
};

}  // namespace thalweg::connectors
