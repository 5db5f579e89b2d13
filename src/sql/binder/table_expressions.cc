#include "sql/binder/table_expressions.h"

#include <fmt/format.h>

#include "sql/binder/expression_binder.h"

namespace thalweg::sql {

using data::Type;
using expr::ExprPtr;
using Kind = CatalogColumn::Kind;

Result<TableExpressions> BindTableExpressions(const CatalogTable& table,
                                              const expr::EvalContext& context) {
  // The stored row, and which position each stored column has in it.
  data::Schema stored;
  std::vector<int> position(table.columns.size(), -1);
  for (Kind kind : {Kind::kPhysical, Kind::kMetadata}) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].kind != kind) continue;
      position[i] = static_cast<int>(stored.size());
      stored.push_back({table.columns[i].name, table.columns[i].type});
    }
  }
  Scope scope;
  scope.Add(table.path.name, stored);
  TableExpressions out;
  data::Schema declared;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const CatalogColumn& column = table.columns[i];
    ExprPtr e;
    if (column.kind == Kind::kComputed) {
      ExpressionBinder binder(context, scope, "a computed column");
      Result<ExprPtr> bound = binder.Bind(*column.expr);
      if (!bound.ok()) {
        return Status(
                   bound.status().code(),
                   fmt::format("computed column '{}': {}{}", column.name, bound.status().message(),
                               bound.status().message().find("not found") != std::string::npos
                                   ? " (computed columns see physical and metadata columns only)"
                                   : ""))
            .WithSpan(bound.status().span().value_or(column.expr->span));
      }
      e = *bound;
    } else {
      e = expr::MakeColumn(position[i], column.type);
    }
    declared.push_back({column.name, e->type});
    out.columns.push_back(std::move(e));
  }
  if (!table.watermark) return out;

  const CatalogWatermark& watermark = *table.watermark;
  int rowtime = table.FindColumn(watermark.column);
  TW_CHECK(rowtime >= 0, watermark.column);
  Type type = out.columns[static_cast<size_t>(rowtime)]->type;
  if (!type.is_timestamp() || type.precision() > 3) {
    return Status::InvalidSql(
        watermark.expr->span,
        fmt::format("Invalid data type of time field for watermark definition. The field must be "
                    "of type TIMESTAMP(p) or TIMESTAMP_LTZ(p), the supported precision 'p' is from "
                    "0 to 3, but the time field '{}' is of type {}",
                    watermark.column, type.ToSummary()));
  }
  Scope all;
  all.Add(table.path.name, declared);
  ExpressionBinder binder(context, all, "WATERMARK");
  TW_ASSIGN_OR_RETURN(ExprPtr e, binder.Bind(*watermark.expr));
  if (e->type.root() != type.root() || e->type.precision() > 3) {
    return Status::InvalidSql(watermark.expr->span,
                              fmt::format("Invalid data type of expression for watermark "
                                          "definition: it is {}, the time field '{}' is {}",
                                          e->type.ToSummary(), watermark.column, type.ToSummary()));
  }
  out.watermark = expr::Substitute(e, out.columns);
  out.rowtime = out.columns[static_cast<size_t>(rowtime)];
  out.columns[static_cast<size_t>(rowtime)] =
      WithType(out.rowtime, type.WithTimeAttribute(data::TimeAttribute::kRowtime));
  return out;
}

}  // namespace thalweg::sql
