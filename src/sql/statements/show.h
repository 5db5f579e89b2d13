// SHOW and DESCRIBE: facts of the session as rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/catalog/catalog.h"
#include "sql/planner.h"

namespace thalweg::sql {

/// Rows of text cells; nullopt is NULL.
struct TextTable {
  std::vector<data::Field> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

Result<TextTable> Show(const ast::Show& statement, const Catalog& catalog);
Result<TextTable> DescribeObject(const ast::Describe& statement, const Catalog& catalog);

/// BOOLEAN columns take "TRUE" and "FALSE".
Planned ToPlanned(TextTable table);

/// The text of SHOW CREATE TABLE.
std::string CreateTableText(const CatalogTable& table);

}  // namespace thalweg::sql
