// A table of the catalog as a scan of its connector, and what stands above it.
#include <fmt/format.h>

#include "base/duration.h"
#include "base/nearest_name.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_expressions.h"

namespace thalweg::sql {

using expr::ExprPtr;
using Kind = CatalogColumn::Kind;

namespace {

Status MergeHints(const std::vector<ast::Hint>& hints, const BindContext& context,
                  connectors::Options* options) {
  for (const ast::Hint& hint : hints) {
    if (hint.name == "STATE_TTL") {
      return Status::NotSupported(hint.span, "the STATE_TTL hint is not supported yet");
    }
    if (hint.name != "OPTIONS") {
      std::string_view known[] = {"OPTIONS"};
      return Status::InvalidSql(hint.span, fmt::format("hint {} cannot stand behind a table{}",
                                                       hint.name, DidYouMean(hint.name, known)));
    }
    if (!context.configuration.GetBoolean("table.dynamic-table-options.enabled")) {
      return Status::InvalidSql(hint.span,
                                "OPTIONS hints are forbidden by "
                                "'table.dynamic-table-options.enabled' = 'false'");
    }
    for (const auto& [key, value] : hint.options) options->insert_or_assign(key, value);
  }
  return Status::OK();
}

// Takes the option that belongs to the planner out of what the connector sees.
Result<int64_t> TakeIdleTimeout(const BindContext& context, std::string_view table,
                                connectors::Options* options) {
  const auto it = options->find("scan.watermark.idle-timeout");
  if (it == options->end()) {
    return context.configuration.GetDurationMs("table.exec.source.idle-timeout");
  }
  const Result<int64_t> idle = ParseDurationMs(it->second);
  if (!idle.ok()) {
    return idle.status().WithContext(fmt::format("table '{}', option '{}'", table, it->first));
  }
  options->erase(it);
  return idle;
}

}  // namespace

Result<PlanPtr> QueryBinder::BindTable(const CatalogTablePtr& table,
                                       const std::vector<ast::Hint>& hints, SqlSpan span) {
  graph::ScanNode scan;
  scan.table = table->path.ToString();
  scan.physical = table->PhysicalSchema();
  scan.primary_key = table->primary_key;
  scan.partition_keys = table->partition_keys;
  scan.options = table->options;
  TW_RETURN_IF_ERROR(MergeHints(hints, context_, &scan.options));
  Result<int64_t> idle_timeout = TakeIdleTimeout(context_, scan.table, &scan.options);
  if (!idle_timeout.ok()) return idle_timeout.status().WithSpan(span);
  Result<std::unique_ptr<connectors::TableSource>> source =
      connectors::MakeSource(ConnectorTableOf(scan), context_.connector);
  if (!source.ok()) return source.status().WithSpan(span);
  if (!context_.streaming && !(*source)->bounded()) {
    return Status::InvalidSql(span, fmt::format("Querying an unbounded table '{}' in batch mode is "
                                                "not allowed. The table source is unbounded",
                                                scan.table));
  }

  scan.columns = scan.physical;
  data::Schema schema = scan.columns;
  std::vector<ExprPtr> stored = AllColumns(schema);  // with declared types
  std::vector<connectors::MetadataColumn> available = (*source)->metadata();
  for (const CatalogColumn& column : table->columns) {
    if (column.kind != Kind::kMetadata) continue;
    const std::string& key = column.metadata_key.empty() ? column.name : column.metadata_key;
    const connectors::MetadataColumn* found = nullptr;
    std::vector<std::string_view> keys;
    for (const connectors::MetadataColumn& m : available) {
      keys.push_back(m.key);
      if (m.key == key) found = &m;
    }
    if (found == nullptr) {
      std::string list;
      for (std::string_view k : keys) list += (list.empty() ? "" : ", ") + std::string(k);
      return Status::InvalidSql(
          span, fmt::format("Invalid metadata key '{}' in column '{}' of table '{}'. The source "
                            "provides the following metadata keys for reading: [{}]{}",
                            key, column.name, scan.table, list, DidYouMean(key, keys)));
    }
    size_t at = schema.size();
    for (size_t i = 0; i < scan.metadata_keys.size(); ++i) {
      if (scan.metadata_keys[i] == key) at = scan.columns.size() + i;
    }
    if (at == schema.size()) {
      scan.metadata_keys.push_back(key);
      schema.push_back({key, found->type});
    }
    Result<ExprPtr> cast = expr::MakeCast(expr::MakeColumn(static_cast<int>(at), found->type),
                                          column.type, context_.eval);
    if (!cast.ok()) return cast.status().WithSpan(span);
    // The declared nullability counts, whatever the source promises.
    stored.push_back(WithType(*cast, column.type));
  }

  Result<TableExpressions> bound = BindTableExpressions(*table, context_.eval);
  if (!bound.ok()) {
    // The DDL's text is another one.
    return Status(bound.status().code(),
                  fmt::format("in table '{}': {}", scan.table, bound.status().message()))
        .WithSpan(span);
  }
  std::vector<ExprPtr> columns;
  std::vector<std::string> names;
  for (size_t i = 0; i < table->columns.size(); ++i) {
    const ExprPtr& e = bound->columns[i];
    ExprPtr column = expr::Substitute(e, stored);
    if (column->type.time_attribute() != e->type.time_attribute()) {
      column = WithType(column, column->type.WithTimeAttribute(e->type.time_attribute()));
    }
    // In batch mode a rowtime is a plain timestamp.
    if (!context_.streaming && column->type.time_attribute() == data::TimeAttribute::kRowtime) {
      column = WithType(column, column->type.WithTimeAttribute(data::TimeAttribute::kNone));
    }
    // A rowtime that is read as it is keeps its attribute from the scan on.
    if (column->kind == expr::ExprKind::kColumn) {
      schema[static_cast<size_t>(column->column)].type = column->type;
      if (static_cast<size_t>(column->column) < scan.columns.size()) {
        scan.columns[static_cast<size_t>(column->column)].type = column->type;
      }
    }
    columns.push_back(std::move(column));
    names.push_back(table->columns[i].name);
  }
  if (bound->watermark != nullptr && context_.streaming) {
    graph::WatermarkSpec watermark;
    watermark.rowtime = expr::Substitute(bound->rowtime, stored);
    watermark.watermark = expr::Substitute(bound->watermark, stored);
    watermark.idle_timeout_ms = *idle_timeout;
    watermark.interval_ms =
        context_.configuration.GetDurationMs("pipeline.auto-watermark-interval");
    watermark.rowtime_name = table->watermark->column;
    scan.watermark = std::move(watermark);
  }
  std::vector<int> key;
  for (const std::string& name : table->primary_key) {
    for (size_t i = 0; i < scan.physical.size(); ++i) {
      if (scan.physical[i].name == name) key.push_back(static_cast<int>(i));
    }
  }
  auto node = std::make_shared<PlanNode>();
  node->spec = std::move(scan);
  node->schema = std::move(schema);
  node->declared_key = std::move(key);
  return MakeCalc(std::move(node), nullptr, std::move(columns), names);
}

}  // namespace thalweg::sql
