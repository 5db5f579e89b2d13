// ALTER TABLE: a table with changed columns, watermark, primary key or options.
#pragma once

#include "sql/binder/bind_context.h"
#include "sql/parser/ast/statement.h"

namespace thalweg::sql {

/// Not for RENAME TO and ALTER VIEW. What the change leaves must hold together: computed columns
/// and the watermark find their columns, the primary key is of physical ones.
Result<CatalogTablePtr> ChangeTable(const ast::AlterTable& statement, const CatalogTable& table,
                                    const BindContext& context);

}  // namespace thalweg::sql
