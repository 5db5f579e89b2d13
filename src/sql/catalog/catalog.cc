#include "sql/catalog/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/nearest_name.h"

namespace thalweg::sql {

int CatalogTable::FindColumn(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return static_cast<int>(i);
  }
  return -1;
}

data::Schema CatalogTable::PhysicalSchema() const {
  data::Schema schema;
  for (const CatalogColumn& column : columns) {
    if (column.kind == CatalogColumn::Kind::kPhysical) schema.push_back({column.name, column.type});
  }
  return schema;
}

data::Schema CatalogTable::SinkSchema() const {
  data::Schema schema;
  for (const CatalogColumn& column : columns) {
    bool written = column.kind == CatalogColumn::Kind::kPhysical ||
                   (column.kind == CatalogColumn::Kind::kMetadata && !column.is_virtual);
    if (written) schema.push_back({column.name, column.type});
  }
  return schema;
}

Status Catalog::UseCatalog(const ast::Name& name) {
  const std::string& catalog = name.parts.back().name;
  if (!databases_.contains(catalog)) {
    return Status::InvalidSql(
        name.span, fmt::format("A catalog with name [{}] does not exist.", name.ToString()));
  }
  current_catalog_ = catalog;
  current_database_ = Declaration(catalog)->default_database();
  return Status::OK();
}

ObjectPath Catalog::DatabasePath(const ast::Name& name) const {
  ObjectPath path{current_catalog_, name.parts.back().name, ""};
  if (name.parts.size() > 1) path.catalog = name.parts[0].name;
  return path;
}

Status Catalog::UseDatabase(const ast::Name& name) {
  ObjectPath path = DatabasePath(name);
  TW_RETURN_IF_ERROR(CheckDatabase(path, name.span));
  current_catalog_ = path.catalog;
  current_database_ = path.database;
  return Status::OK();
}

std::string CatalogDeclaration::default_database() const {
  auto it = options.find("default-database");
  return it == options.end() ? "default" : it->second;
}

Status Catalog::CreateCatalog(const ast::CreateDatabase& statement) {
  const ast::Name& name = statement.name;
  const std::string& catalog = name.parts.back().name;
  if (databases_.contains(catalog)) {
    if (statement.if_not_exists) return Status::OK();
    return Status::InvalidSql(name.span, fmt::format("Catalog {} already exists.", catalog));
  }
  CatalogDeclaration declaration{statement.comment, {}};
  for (const ast::Option& option : statement.options) {
    if (option.key == "type" && option.value != "generic_in_memory") {
      return Status::NotSupported(
          option.value_span, fmt::format("catalogs of type '{}' are not supported", option.value));
    }
    declaration.options.insert_or_assign(option.key, option.value);
  }
  if (!declaration.options.contains("type")) {
    return Status::InvalidSql(name.span,
                              "Catalog options do not contain an option key 'type' for "
                              "discovering a catalog; 'generic_in_memory' is supported");
  }
  databases_[catalog] = {declaration.default_database()};
  declarations_[catalog] = std::move(declaration);
  return Status::OK();
}

const CatalogDeclaration* Catalog::Declaration(std::string_view catalog) const {
  auto it = declarations_.find(catalog);
  return it == declarations_.end() ? nullptr : &it->second;
}

Status Catalog::CreateDatabase(const ast::Name& name, bool if_not_exists) {
  ObjectPath path = DatabasePath(name);
  auto it = databases_.find(path.catalog);
  if (it == databases_.end()) {
    return Status::InvalidSql(name.span, fmt::format("Catalog {} does not exist", path.catalog));
  }
  if (!it->second.insert(path.database).second && !if_not_exists) {
    return Status::InvalidSql(name.span, fmt::format("Database {} already exists in Catalog {}.",
                                                     path.database, path.catalog));
  }
  return Status::OK();
}

Status Catalog::Alter(const ast::AlterCatalog& statement) {
  const ast::Name& name = statement.name;
  if (statement.database) return CheckDatabase(DatabasePath(name), name.span);
  auto it = declarations_.find(name.parts.back().name);
  if (it == declarations_.end()) {
    return Status::InvalidSql(name.span,
                              fmt::format("Catalog {} does not exist.", name.parts.back().name));
  }
  CatalogDeclaration& declaration = it->second;
  for (const ast::Option& option : statement.options) {
    declaration.options.insert_or_assign(option.key, option.value);
  }
  for (const std::string& key : statement.keys) {
    if (key == "type") {
      return Status::InvalidSql(name.span, "ALTER CATALOG RESET does not support changing 'type'");
    }
    declaration.options.erase(key);
  }
  if (statement.comment) declaration.comment = *statement.comment;
  return Status::OK();
}

Status Catalog::DropCatalog(const ast::Name& name, bool if_exists) {
  const std::string& catalog = name.parts.back().name;
  if (catalog == current_catalog_) {
    return Status::InvalidSql(name.span, "Cannot drop a catalog which is currently in use.");
  }
  if (databases_.erase(catalog) == 0 && !if_exists) {
    return Status::InvalidSql(name.span, fmt::format("Catalog {} does not exist.", catalog));
  }
  declarations_.erase(catalog);
  std::erase_if(permanent_, [&](const auto& t) { return t.first.catalog == catalog; });
  return Status::OK();
}

Status Catalog::DropDatabase(const ast::Name& name, bool if_exists, bool cascade) {
  ObjectPath path = DatabasePath(name);
  auto it = databases_.find(path.catalog);
  if (it == databases_.end() || !it->second.contains(path.database)) {
    if (if_exists) return Status::OK();
    return Status::InvalidSql(name.span, fmt::format("Database {} does not exist in Catalog {}.",
                                                     path.database, path.catalog));
  }
  if (path.catalog == current_catalog_ && path.database == current_database_) {
    return Status::InvalidSql(name.span, "Cannot drop a database which is currently in use.");
  }
  auto inside = [&](const auto& t) {
    return t.first.catalog == path.catalog && t.first.database == path.database;
  };
  if (!cascade && std::any_of(permanent_.begin(), permanent_.end(), inside)) {
    return Status::InvalidSql(name.span, fmt::format("Database {} in catalog {} is not empty.",
                                                     path.database, path.catalog));
  }
  std::erase_if(permanent_, inside);
  it->second.erase(path.database);
  return Status::OK();
}

std::vector<std::string> Catalog::Catalogs() const {
  std::vector<std::string> names;
  for (const auto& [catalog, databases] : databases_) names.push_back(catalog);
  return names;
}

std::vector<std::string> Catalog::Databases(const std::string& catalog) const {
  auto it = databases_.find(catalog);
  if (it == databases_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

Status Catalog::CheckDatabase(const ObjectPath& path, SqlSpan span) const {
  auto it = databases_.find(path.catalog);
  if (it == databases_.end()) {
    return Status::InvalidSql(span, fmt::format("there is no catalog '{}'", path.catalog));
  }
  if (!it->second.contains(path.database)) {
    std::vector<std::string_view> names(it->second.begin(), it->second.end());
    return Status::InvalidSql(
        span, fmt::format("A database with name [{}] does not exist in the catalog: [{}]{}",
                          path.database, path.catalog, DidYouMean(path.database, names)));
  }
  return Status::OK();
}

ObjectPath Catalog::Resolve(const ast::Name& name) const {
  size_t n = name.parts.size();
  return {n > 2 ? name.parts[n - 3].name : current_catalog_,
          n > 1 ? name.parts[n - 2].name : current_database_, name.parts[n - 1].name};
}

CatalogTablePtr Catalog::TryFind(const ObjectPath& path, bool temporary) const {
  const auto& tables = temporary ? temporary_ : permanent_;
  auto it = tables.find(path);
  return it == tables.end() ? nullptr : it->second;
}

CatalogTablePtr Catalog::TryFind(const ObjectPath& path) const {
  CatalogTablePtr table = TryFind(path, true);
  return table != nullptr ? table : TryFind(path, false);
}

Result<CatalogTablePtr> Catalog::Find(const ast::Name& name) const {
  ObjectPath path = Resolve(name);
  if (CatalogTablePtr table = TryFind(path); table != nullptr) return table;
  if (name.parts.size() > 1) TW_RETURN_IF_ERROR(CheckDatabase(path, name.span));
  std::vector<std::string_view> candidates;
  for (const auto& [other, table] : temporary_) candidates.push_back(other.name);
  for (const auto& [other, table] : permanent_) candidates.push_back(other.name);
  return Status::InvalidSql(name.span,
                            fmt::format("Object '{}' not found: there is no such table "
                                        "or view{}",
                                        name.ToString(), DidYouMean(path.name, candidates)));
}

void Catalog::Put(CatalogTablePtr table) {
  auto& tables = table->temporary ? temporary_ : permanent_;
  tables.insert_or_assign(table->path, table);
}

void Catalog::Remove(const ObjectPath& path, bool temporary) {
  (temporary ? temporary_ : permanent_).erase(path);
}

std::vector<std::string> Catalog::Tables(const ObjectPath& database, bool views_only) const {
  std::set<std::string> names;
  for (const auto* tables : {&permanent_, &temporary_}) {
    for (const auto& [path, table] : *tables) {
      if (path.catalog == database.catalog && path.database == database.database &&
          (!views_only || table->is_view)) {
        names.insert(path.name);
      }
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace thalweg::sql
