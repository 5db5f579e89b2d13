// CatalogTable: a table or view as its DDL declares it, names and types resolved.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "data/type.h"
#include "sql/parser/ast/statement.h"
#include "sql/parser/ast/unparser.h"

namespace thalweg::sql {

/// catalog.database.name, all three given.
struct ObjectPath {
  std::string catalog;
  std::string database;
  std::string name;

  bool operator==(const ObjectPath&) const = default;
  bool operator<(const ObjectPath& o) const {
    return std::tie(catalog, database, name) < std::tie(o.catalog, o.database, o.name);
  }
  /// "default_catalog.default_database.t", as errors show it.
  std::string ToString() const { return catalog + "." + database + "." + name; }
  /// With backticks, as SHOW CREATE TABLE writes it.
  std::string ToQuotedString() const {
    return ast::Backticked(catalog) + "." + ast::Backticked(database) + "." + ast::Backticked(name);
  }
};

struct CatalogColumn {
  enum class Kind : uint8_t { kPhysical, kComputed, kMetadata };
  Kind kind = Kind::kPhysical;
  std::string name;
  /// Of a computed column: as its expression gives it.
  data::Type type;
  ast::ExprPtr expr;      ///< kComputed
  std::string expr_text;  ///< kComputed, as written
  std::string metadata_key;
  bool is_virtual = false;  ///< kMetadata: cannot be written
  std::string comment;
};

struct CatalogWatermark {
  std::string column;
  ast::ExprPtr expr;
  std::string expr_text;
  data::Type type;
};

struct CatalogTable {
  ObjectPath path;
  bool temporary = false;
  std::vector<CatalogColumn> columns;
  std::optional<CatalogWatermark> watermark;
  std::vector<std::string> primary_key;
  std::string primary_key_name;
  std::vector<std::string> partition_keys;
  std::string distribution;  ///< "DISTRIBUTED BY (`a`) INTO 3 BUCKETS", or empty
  std::map<std::string, std::string, std::less<>> options;
  std::string comment;

  // Views only.
  bool is_view = false;
  ast::QueryPtr query;
  std::string query_text;  ///< as SHOW CREATE VIEW shows it

  /// Position of the column, or -1.
  int FindColumn(std::string_view name) const;
  /// Physical columns, in DDL order.
  data::Schema PhysicalSchema() const;
  /// Columns that INSERT writes: physical ones and metadata that is not virtual.
  data::Schema SinkSchema() const;
};
using CatalogTablePtr = std::shared_ptr<const CatalogTable>;

}  // namespace thalweg::sql
