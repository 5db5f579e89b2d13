#include "sql/statements/alter_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest_name.h"
#include "sql/statements/create_table.h"

namespace thalweg::sql {
namespace {

using Action = ast::AlterTable::Action;

class TableChange {
 public:
  TableChange(const ast::AlterTable& statement, const CatalogTable& table)
      : statement_(statement), table_(table) {
    // Times are marked anew when the table is bound.
    for (CatalogColumn& column : table_.columns) {
      column.type = column.type.WithTimeAttribute(data::TimeAttribute::kNone);
    }
  }

  Result<CatalogTablePtr> Make(const BindContext& context) {
    TW_RETURN_IF_ERROR(Apply());
    return CompleteTable(std::move(table_), statement_.elements, context);
  }

 private:
  Status Apply() {
    switch (statement_.action) {
      case Action::kSet:
        for (const ast::Option& option : statement_.options) {
          table_.options.insert_or_assign(option.key, option.value);
        }
        return Status::OK();
      case Action::kReset:
        return ResetOptions();
      case Action::kAdd:
      case Action::kModify:
        return AddOrModify();
      case Action::kRenameColumn:
        return RenameColumn();
      case Action::kDropColumns:
        return DropColumns();
      case Action::kDropPrimaryKey:
        return DropPrimaryKey();
      case Action::kDropWatermark:
        if (!table_.watermark) return Missing(statement_.span, "a watermark");
        table_.watermark.reset();
        return Status::OK();
      case Action::kRename:
      case Action::kAs:
        break;
    }
    return Status::Internal("ALTER TABLE");
  }

  Status ResetOptions() {
    for (const std::string& key : statement_.keys) {
      if (key == "connector") {
        return Status::InvalidSql(statement_.span,
                                  "ALTER TABLE RESET does not support changing 'connector'.");
      }
      table_.options.erase(key);
    }
    return Status::OK();
  }

  Status AddOrModify() {
    const bool add = statement_.action == Action::kAdd;
    const ast::CreateTable& elements = statement_.elements;
    for (const ast::ColumnDefinition& definition : elements.columns) {
      TW_RETURN_IF_ERROR(PutColumn(definition, add));
    }
    if (!elements.watermarks.empty() && add == table_.watermark.has_value()) {
      return add ? Existing(elements.watermarks[0].span, "a watermark")
                 : Missing(elements.watermarks[0].span, "a watermark");
    }
    if (!elements.primary_keys.empty() && add == !table_.primary_key.empty()) {
      return add ? Existing(elements.primary_keys[0].span, "a primary key")
                 : Missing(elements.primary_keys[0].span, "a primary key");
    }
    // A column that has changed its type is still part of the key.
    for (CatalogColumn& column : table_.columns) {
      if (IsKey(column.name)) column.type = column.type.WithNullable(false);
    }
    return Status::OK();
  }

  Status PutColumn(const ast::ColumnDefinition& definition, bool add) {
    const std::string& name = definition.name.name;
    int at = table_.FindColumn(name);
    if (add && at >= 0) {
      return Status::InvalidSql(
          definition.name.span,
          fmt::format("Try to add a column `{}` which already exists in the table.", name));
    }
    if (!add && at < 0) return Unknown(definition.name, "Try to modify");
    CatalogColumn column = MakeCatalogColumn(definition);
    auto& columns = table_.columns;
    if (!add && column.comment.empty()) column.comment = columns[static_cast<size_t>(at)].comment;
    if (!definition.first && !definition.after) {
      if (add) {
        columns.push_back(std::move(column));
      } else {
        columns[static_cast<size_t>(at)] = std::move(column);
      }
      return Status::OK();
    }
    if (!add) columns.erase(columns.begin() + at);
    at = 0;
    if (definition.after) {
      at = table_.FindColumn(definition.after->name) + 1;
      if (at == 0) return Unknown(*definition.after, "Referenced column of AFTER");
    }
    columns.insert(columns.begin() + at, std::move(column));
    return Status::OK();
  }

  Status RenameColumn() {
    const ast::Identifier& from = statement_.columns[0];
    const std::string& to = statement_.new_column.name;
    const int at = table_.FindColumn(from.name);
    if (at < 0) return Unknown(from, "Try to rename");
    if (table_.FindColumn(to) >= 0) {
      return Status::InvalidSql(
          statement_.new_column.span,
          fmt::format("The column `{}` already existed in table schema.", to));
    }
    TW_RETURN_IF_ERROR(CheckNotWatermark(from));
    table_.columns[static_cast<size_t>(at)].name = to;
    std::replace(table_.primary_key.begin(), table_.primary_key.end(), from.name, to);
    std::replace(table_.partition_keys.begin(), table_.partition_keys.end(), from.name, to);
    return Status::OK();
  }

  Status DropColumns() {
    for (const ast::Identifier& name : statement_.columns) {
      const int at = table_.FindColumn(name.name);
      if (at < 0) return Unknown(name, "Try to drop");
      TW_RETURN_IF_ERROR(CheckNotWatermark(name));
      const auto& partitions = table_.partition_keys;
      if (IsKey(name.name) ||
          std::find(partitions.begin(), partitions.end(), name.name) != partitions.end()) {
        return Status::InvalidSql(name.span,
                                  fmt::format("The column `{}` is used as {} key.", name.name,
                                              IsKey(name.name) ? "the primary" : "the partition"));
      }
      table_.columns.erase(table_.columns.begin() + at);
    }
    return Status::OK();
  }

  Status DropPrimaryKey() {
    if (table_.primary_key.empty()) return Missing(statement_.span, "a primary key");
    if (statement_.constraint && statement_.constraint->name != table_.primary_key_name) {
      return Status::InvalidSql(
          statement_.constraint->span,
          fmt::format("The base table does not define a primary key constraint named '{}'. "
                      "Available constraint name: ['{}'].",
                      statement_.constraint->name, table_.primary_key_name));
    }
    table_.primary_key.clear();
    table_.primary_key_name.clear();
    return Status::OK();
  }

  bool IsKey(const std::string& name) const {
    const auto& key = table_.primary_key;
    return std::find(key.begin(), key.end(), name) != key.end();
  }

  Status CheckNotWatermark(const ast::Identifier& column) const {
    if (!table_.watermark || table_.watermark->column != column.name) return Status::OK();
    return Status::InvalidSql(
        column.span,
        fmt::format("The column `{}` is referenced by watermark expression.", column.name));
  }

  Status Unknown(const ast::Identifier& column, std::string_view what) const {
    std::vector<std::string_view> names;
    for (const CatalogColumn& c : table_.columns) names.push_back(c.name);
    return Status::InvalidSql(
        column.span, fmt::format("{} `{}`, which does not exist in the table{}", what, column.name,
                                 DidYouMean(column.name, names)));
  }
  Status Existing(SqlSpan span, std::string_view what) const {
    return Status::InvalidSql(span, fmt::format("The base table has already defined {}. You might "
                                                "want to drop it before adding a new one.",
                                                what));
  }
  Status Missing(SqlSpan span, std::string_view what) const {
    return Status::InvalidSql(span, fmt::format("The base table does not define {}.", what));
  }

  const ast::AlterTable& statement_;
  CatalogTable table_;
};

}  // namespace

Result<CatalogTablePtr> ChangeTable(const ast::AlterTable& statement, const CatalogTable& table,
                                    const BindContext& context) {
  return TableChange(statement, table).Make(context);
}

}  // namespace thalweg::sql
