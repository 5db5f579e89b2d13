// Catalog: the session's catalogs, databases, tables and views, in memory. It starts with one
// catalog, default_catalog, with one database, default_database. Temporary objects hide permanent
// ones of the same path.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "sql/catalog/catalog_table.h"

namespace thalweg::sql {

struct CatalogDeclaration {
  std::string comment;
  std::map<std::string, std::string, std::less<>> options{{"type", "generic_in_memory"}};

  std::string default_database() const;
};

class Catalog {
 public:
  static constexpr std::string_view kDefaultCatalog = "default_catalog";
  static constexpr std::string_view kDefaultDatabase = "default_database";

  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }
  Status UseCatalog(const ast::Name& name);
  Status UseDatabase(const ast::Name& name);
  /// 'default-database' among the options names its first database; else it is "default".
  Status CreateCatalog(const ast::CreateDatabase& statement);
  Status CreateDatabase(const ast::Name& name, bool if_not_exists);
  /// kInvalidSql unless it exists; nobody can see a database's options.
  Status Alter(const ast::AlterCatalog& statement);
  Status DropCatalog(const ast::Name& name, bool if_exists);
  Status DropDatabase(const ast::Name& name, bool if_exists, bool cascade);
  std::vector<std::string> Catalogs() const;
  /// What CREATE CATALOG has said; null when there is no such catalog.
  const CatalogDeclaration* Declaration(std::string_view catalog) const;
  std::vector<std::string> Databases(const std::string& catalog) const;
  /// kInvalidSql unless the database exists.
  Status CheckDatabase(const ObjectPath& path, SqlSpan span) const;

  /// The full path of a name of one to three parts; does not look whether it exists.
  ObjectPath Resolve(const ast::Name& name) const;

  /// kInvalidSql with a suggestion when there is no such table or view.
  Result<CatalogTablePtr> Find(const ast::Name& name) const;
  /// Null when there is none.
  CatalogTablePtr TryFind(const ObjectPath& path) const;
  /// Permanent or temporary only; null when there is none.
  CatalogTablePtr TryFind(const ObjectPath& path, bool temporary) const;

  /// Adds or replaces; the caller has checked for an existing one.
  void Put(CatalogTablePtr table);
  void Remove(const ObjectPath& path, bool temporary);

  /// Names of the tables and views of a database, sorted.
  std::vector<std::string> Tables(const ObjectPath& database, bool views_only) const;

 private:
  std::string current_catalog_{kDefaultCatalog};
  std::string current_database_{kDefaultDatabase};
  ObjectPath DatabasePath(const ast::Name& name) const;

  std::map<std::string, std::set<std::string>> databases_{
      {std::string(kDefaultCatalog), {std::string(kDefaultDatabase)}}};
  std::map<std::string, CatalogDeclaration, std::less<>> declarations_{
      {std::string(kDefaultCatalog),
       {"", {{"default-database", std::string(kDefaultDatabase)}, {"type", "generic_in_memory"}}}}};
  std::map<ObjectPath, CatalogTablePtr> permanent_;
  std::map<ObjectPath, CatalogTablePtr> temporary_;
};

}  // namespace thalweg::sql
