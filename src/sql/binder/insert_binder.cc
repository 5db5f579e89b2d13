#include "sql/binder/insert_binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest_name.h"

namespace thalweg::sql {

using data::Type;
using expr::ExprPtr;
using Kind = CatalogColumn::Kind;

namespace {

std::string SchemaText(const data::Schema& schema) {
  std::string text;
  for (const data::Field& field : schema) {
    text += (text.empty() ? "" : ", ") + field.name + ": " + field.type.ToSummary();
  }
  return "[" + text + "]";
}

Status Mismatch(const CatalogTable& table, std::string cause, const data::Schema& query,
                const data::Schema& sink, SqlSpan span) {
  return Status::InvalidSql(
      span,
      fmt::format("Column types of query result and sink for '{}' do not match.\nCause: {}\n\n"
                  "Query schema: {}\nSink schema:  {}",
                  table.path.ToString(), cause, SchemaText(query), SchemaText(sink)));
}

int IndexOf(const data::Schema& schema, std::string_view name) {
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

Status UnknownColumn(const ast::Identifier& column, const CatalogTable& table,
                     const data::Schema& sink) {
  std::vector<std::string_view> names;
  for (const data::Field& field : sink) names.push_back(field.name);
  int found = table.FindColumn(column.name);
  if (found >= 0) {
    return Status::InvalidSql(
        column.span, fmt::format("column '{}' of '{}' cannot be written: it is {}", column.name,
                                 table.path.ToString(),
                                 table.columns[static_cast<size_t>(found)].kind == Kind::kComputed
                                     ? "computed"
                                     : "virtual metadata"));
  }
  return Status::InvalidSql(column.span,
                            fmt::format("Unknown target column '{}' of table '{}'{}", column.name,
                                        table.path.ToString(), DidYouMean(column.name, names)));
}

}  // namespace

PlanPtr MakeCollect(PlanPtr query) {
  graph::SinkNode sink;
  sink.collect = true;
  data::Schema schema = query->schema;
  return MakePlan(std::move(sink), {std::move(query)}, std::move(schema));
}

Result<PlanPtr> InsertBinder::Bind(const ast::Insert& insert) {
  TW_ASSIGN_OR_RETURN(CatalogTablePtr table, context_.catalog.Find(insert.table));
  if (table->is_view) {
    return Status::InvalidSql(insert.table.span, fmt::format("'{}' is a view: it cannot be written",
                                                             table->path.ToString()));
  }
  if (!insert.on_conflict.empty()) {
    return Status::NotSupported(insert.span, "ON CONFLICT is not supported");
  }
  connectors::Options options = table->options;
  for (const ast::Hint& hint : insert.hints) {
    if (hint.name != "OPTIONS") {
      return Status::InvalidSql(hint.span, fmt::format("hint {} cannot stand here", hint.name));
    }
    for (const auto& [key, value] : hint.options) options.insert_or_assign(key, value);
  }
  QueryBinder binder(context_);
  TW_ASSIGN_OR_RETURN(PlanPtr query, binder.BindQuery(*insert.query));

  // Which column of the query each column of the sink takes: by position, by the column list, or a
  // constant of PARTITION (..).
  data::Schema sink = table->SinkSchema();
  std::vector<ExprPtr> sources(sink.size());
  Scope empty;
  ExpressionBinder constants(context_.eval, empty, "PARTITION");
  for (const auto& [column, value] : insert.partition) {
    int index = IndexOf(sink, column.name);
    if (index < 0) return UnknownColumn(column, *table, sink);
    if (std::find(table->partition_keys.begin(), table->partition_keys.end(), column.name) ==
        table->partition_keys.end()) {
      return Status::InvalidSql(column.span, fmt::format("'{}' is not a partition column of '{}'",
                                                         column.name, table->path.ToString()));
    }
    TW_ASSIGN_OR_RETURN(ExprPtr e, constants.Bind(*value));
    Result<ExprPtr> cast = expr::MakeCast(e, sink[static_cast<size_t>(index)].type, context_.eval);
    if (!cast.ok()) return cast.status().WithSpan(value->span);
    TW_ASSIGN_OR_RETURN(sources[static_cast<size_t>(index)],
                        expr::FoldConstants(*cast, context_.eval));
  }
  std::vector<int> targets;  // per query column: the sink column
  if (!insert.columns.empty()) {
    for (const ast::Identifier& column : insert.columns) {
      int index = IndexOf(sink, column.name);
      if (index < 0) return UnknownColumn(column, *table, sink);
      if (std::find(targets.begin(), targets.end(), index) != targets.end() ||
          sources[static_cast<size_t>(index)] != nullptr) {
        return Status::InvalidSql(column.span, fmt::format("Target column '{}' is assigned more "
                                                           "than once",
                                                           column.name));
      }
      targets.push_back(index);
    }
  } else {
    for (size_t i = 0; i < sink.size(); ++i) {
      if (sources[i] == nullptr) targets.push_back(static_cast<int>(i));
    }
  }
  if (targets.size() != query->schema.size()) {
    data::Schema expected;
    for (int target : targets) expected.push_back(sink[static_cast<size_t>(target)]);
    return Mismatch(*table, "Different number of columns.", query->schema, expected,
                    insert.query->span);
  }
  bool in_order = targets.size() == sink.size();
  for (size_t i = 0; i < targets.size(); ++i) {
    in_order = in_order && targets[i] == static_cast<int>(i);
    sources[static_cast<size_t>(targets[i])] =
        expr::MakeColumn(static_cast<int>(i), query->schema[i].type);
  }
  if (!in_order) {
    std::vector<std::string> names;
    for (size_t i = 0; i < sink.size(); ++i) {
      names.push_back(sink[i].name);
      if (sources[i] != nullptr) continue;
      if (!sink[i].type.nullable()) {
        return Status::InvalidSql(insert.table.span,
                                  fmt::format("Column '{}' has no default value and does not allow "
                                              "NULLs",
                                              sink[i].name));
      }
      sources[i] = expr::MakeNullLiteral(sink[i].type);
    }
    query = MakeCalc(std::move(query), nullptr, std::move(sources), names);
  }
  return MakeSink(*table, std::move(options), insert.overwrite, std::move(query),
                  insert.query->span);
}

Result<PlanPtr> InsertBinder::BindInto(const CatalogTable& table, PlanPtr query, SqlSpan span) {
  return MakeSink(table, table.options, false, std::move(query), span);
}

Result<PlanPtr> InsertBinder::MakeSink(const CatalogTable& table, connectors::Options options,
                                       bool overwrite, PlanPtr query, SqlSpan span) {
  data::Schema schema = table.SinkSchema();
  if (schema.size() != query->schema.size()) {
    return Mismatch(table, "Different number of columns.", query->schema, schema, span);
  }
  if (!table.distribution.empty()) {
    return Status::NotSupported(span, fmt::format("Table '{}' is distributed into buckets, which "
                                                  "its connector does not support",
                                                  table.path.ToString()));
  }
  graph::SinkNode sink;
  sink.table = table.path.ToString();
  sink.physical = table.PhysicalSchema();
  sink.primary_key = table.primary_key;
  sink.partition_keys = table.partition_keys;
  std::erase_if(options, [](const auto& o) { return o.first.starts_with("scan.watermark."); });
  sink.options = std::move(options);
  sink.overwrite = overwrite;
  const Configuration& conf = context_.configuration;
  sink.not_null = conf.GetString("table.exec.sink.not-null-enforcer") == "DROP"
                      ? graph::NotNullEnforcer::kDrop
                      : graph::NotNullEnforcer::kError;
  std::string length = conf.GetString("table.exec.sink.type-length-enforcer");
  sink.length = length == "TRIM_PAD" ? graph::LengthEnforcer::kTrimPad
                : length == "ERROR"  ? graph::LengthEnforcer::kError
                                     : graph::LengthEnforcer::kIgnore;

  // The connector wants physical columns first, then metadata.
  std::vector<ExprPtr> columns;
  std::vector<std::string> names;
  for (Kind kind : {Kind::kPhysical, Kind::kMetadata}) {
    int position = -1;
    for (const CatalogColumn& column : table.columns) {
      bool written =
          column.kind == Kind::kPhysical || (column.kind == Kind::kMetadata && !column.is_virtual);
      if (!written) continue;
      ++position;
      if (column.kind != kind) continue;
      const Type& from = query->schema[static_cast<size_t>(position)].type;
      ExprPtr e = expr::MakeColumn(position, from);
      Type to = column.type.WithNullable(column.type.nullable() || from.nullable());
      if (!from.EqualsIgnoringNullability(column.type)) {
        if (!expr::SupportsImplicitCast(from, column.type)) {
          return Mismatch(table,
                          fmt::format("Incompatible types for sink column '{}' at position {}.",
                                      column.name, position),
                          query->schema, schema, span);
        }
        Result<ExprPtr> cast = expr::MakeCast(e, to, context_.eval);
        if (!cast.ok()) return cast.status().WithSpan(span);
        e = *cast;
      }
      if (!column.type.nullable() && from.nullable()) {
        sink.not_null_columns.push_back(static_cast<int>(columns.size()));
      }
      if (kind == Kind::kMetadata) {
        sink.metadata_keys.push_back(column.metadata_key.empty() ? column.name
                                                                 : column.metadata_key);
      }
      columns.push_back(std::move(e));
      names.push_back(column.name);
    }
  }
  PlanPtr input = MakeCalc(std::move(query), nullptr, std::move(columns), names);
  data::Schema output = input->schema;
  return MakePlan(std::move(sink), {std::move(input)}, std::move(output));
}

}  // namespace thalweg::sql
