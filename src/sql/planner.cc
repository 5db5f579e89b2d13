#include "sql/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "expr/time_zone.h"
#include "sql/binder/insert_binder.h"
#include "sql/catalog/catalog.h"
#include "sql/lowering/lowering.h"
#include "sql/parser/parser.h"
#include "sql/planner/changelog.h"
#include "sql/planner/optimizer.h"
#include "sql/statements/alter_table.h"
#include "sql/statements/create_table.h"
#include "sql/statements/show.h"

namespace thalweg::sql {
namespace {

Planned Done(std::string message = "") {
  Planned planned;
  planned.message = std::move(message);
  return planned;
}

int64_t SystemNowMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

struct Planner::Impl {
  Configuration* configuration;
  Catalog catalog;
  bool in_statement_set = false;
  std::vector<PlanPtr> collected;  // sinks of the open statement set

  Result<BindContext> Context() const {
    BindContext context{catalog, *configuration, {}, {}, true};
    context.streaming = configuration->GetString("execution.runtime-mode") != "batch";
    std::string zone = configuration->GetString("table.local-time-zone");
    if (zone == "default") {
      context.eval.zone = expr::TimeZone::System();
    } else {
      TW_ASSIGN_OR_RETURN(context.eval.zone, expr::TimeZone::Find(zone));
    }
    context.eval.streaming = context.streaming;
    context.eval.query_start_ms = SystemNowMs();
    context.eval.now_ms = context.eval.query_start_ms;
    context.connector.streaming = context.streaming;
    context.connector.local_time_zone = context.eval.zone->id();
    return context;
  }

  Result<graph::Graph> MakeGraph(std::vector<PlanPtr> sinks, const BindContext& context) const {
    TW_ASSIGN_OR_RETURN(sinks, Optimize(std::move(sinks), context.eval));
    TW_ASSIGN_OR_RETURN(ChangelogMap changelog, InferChangelog(sinks, context));
    return Lower(sinks, changelog, context);
  }

  Result<Planned> InsertJob(std::vector<PlanPtr> sinks, const BindContext& context) const {
    Planned planned;
    planned.kind = Planned::Kind::kInsert;
    for (const PlanPtr& sink : sinks) {
      planned.sinks.push_back(SpecOf<graph::SinkNode>(sink)->table);
    }
    TW_ASSIGN_OR_RETURN(planned.graph, MakeGraph(std::move(sinks), context));
    return planned;
  }

  Result<Planned> Plan(const ast::Statement& statement, std::string_view script) {
    if (in_statement_set && statement.kind != ast::StatementKind::kInsert &&
        statement.kind != ast::StatementKind::kEndStatementSet) {
      return Status::InvalidSql(statement.span, "only INSERT and END can stand in a statement set");
    }
    switch (statement.kind) {
      case ast::StatementKind::kQuery:
        return Query(ast::As<ast::QueryStatement>(statement));
      case ast::StatementKind::kInsert:
        return Insert(ast::As<ast::Insert>(statement));
      case ast::StatementKind::kStatementSet:
        return StatementSet(ast::As<ast::StatementSet>(statement));
      case ast::StatementKind::kBeginStatementSet:
        in_statement_set = true;
        return Done();
      case ast::StatementKind::kEndStatementSet:
        return EndSet(statement);
      case ast::StatementKind::kExplain:
        return Explain(ast::As<ast::Explain>(statement));
      case ast::StatementKind::kCreateTable:
        return CreateTable(ast::As<ast::CreateTable>(statement));
      case ast::StatementKind::kCreateView:
        return CreateView(ast::As<ast::CreateView>(statement), script);
      case ast::StatementKind::kCreateDatabase:
        return CreateDatabase(ast::As<ast::CreateDatabase>(statement));
      case ast::StatementKind::kDrop:
        return Drop(ast::As<ast::Drop>(statement));
      case ast::StatementKind::kAlterTable:
        return Alter(ast::As<ast::AlterTable>(statement), script);
      case ast::StatementKind::kAlterCatalog:
        TW_RETURN_IF_ERROR(catalog.Alter(ast::As<ast::AlterCatalog>(statement)));
        return Done();
      case ast::StatementKind::kSet:
        return Set(ast::As<ast::Set>(statement));
      case ast::StatementKind::kReset: {
        const auto& reset = ast::As<ast::Reset>(statement);
        if (reset.key) {
          Status status = configuration->Reset(*reset.key);
          if (!status.ok()) return status.WithSpan(reset.key_span);
        } else {
          configuration->ResetAll();
        }
        return Done();
      }
      case ast::StatementKind::kUse: {
        const auto& use = ast::As<ast::Use>(statement);
        TW_RETURN_IF_ERROR(use.catalog ? catalog.UseCatalog(use.name)
                                       : catalog.UseDatabase(use.name));
        return Done();
      }
      case ast::StatementKind::kShow: {
        TW_ASSIGN_OR_RETURN(TextTable table, Show(ast::As<ast::Show>(statement), catalog));
        return ToPlanned(std::move(table));
      }
      case ast::StatementKind::kDescribe: {
        TW_ASSIGN_OR_RETURN(TextTable table,
                            DescribeObject(ast::As<ast::Describe>(statement), catalog));
        return ToPlanned(std::move(table));
      }
      case ast::StatementKind::kUnsupported:
        return Status::NotSupported(
            statement.span, ast::As<ast::Unsupported>(statement).what + " is not supported yet");
    }
    return Status::Internal("statement kind");
  }

  Result<Planned> Query(const ast::QueryStatement& statement) const {
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    QueryBinder binder(context);
    TW_ASSIGN_OR_RETURN(PlanPtr plan, binder.BindQuery(*statement.query));
    Planned planned;
    planned.kind = Planned::Kind::kQuery;
    planned.schema = plan->schema;
    for (const data::Field& field : plan->schema) {
      if (field.type.root() != data::TypeRoot::kNull) continue;
      return Status::InvalidSql(statement.span, fmt::format("Illegal use of 'NULL': column '{}' "
                                                            "has no type; write CAST(NULL AS ..)",
                                                            field.name));
    }
    TW_ASSIGN_OR_RETURN(planned.graph, MakeGraph({MakeCollect(std::move(plan))}, context));
    return planned;
  }

  Result<Planned> Insert(const ast::Insert& statement) {
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    InsertBinder binder(context);
    TW_ASSIGN_OR_RETURN(PlanPtr sink, binder.Bind(statement));
    if (in_statement_set) {
      collected.push_back(std::move(sink));
      return Done();
    }
    Result<Planned> planned = InsertJob({std::move(sink)}, context);
    if (!planned.ok()) return planned.status().WithSpan(statement.span);
    return planned;
  }

  Result<std::vector<PlanPtr>> BindSet(const ast::StatementSet& statement,
                                       const BindContext& context) const {
    std::vector<PlanPtr> sinks;
    for (const auto& insert : statement.inserts) {
      InsertBinder binder(context);
      TW_ASSIGN_OR_RETURN(PlanPtr sink, binder.Bind(*insert));
      sinks.push_back(std::move(sink));
    }
    return sinks;
  }

  Result<Planned> StatementSet(const ast::StatementSet& statement) const {
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    TW_ASSIGN_OR_RETURN(std::vector<PlanPtr> sinks, BindSet(statement, context));
    return InsertJob(std::move(sinks), context);
  }

  Result<Planned> EndSet(const ast::Statement& statement) {
    if (!in_statement_set) {
      return Status::InvalidSql(statement.span, "END without BEGIN STATEMENT SET");
    }
    in_statement_set = false;
    std::vector<PlanPtr> sinks = std::exchange(collected, {});
    if (sinks.empty()) {
      return Status::InvalidSql(statement.span, "a statement set holds at least one INSERT");
    }
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    return InsertJob(std::move(sinks), context);
  }

  Result<Planned> Explain(const ast::Explain& statement) const {
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    std::vector<PlanPtr> sinks;
    const ast::Statement& inner = *statement.statement;
    if (inner.kind == ast::StatementKind::kQuery) {
      QueryBinder binder(context);
      TW_ASSIGN_OR_RETURN(PlanPtr plan,
                          binder.BindQuery(*ast::As<ast::QueryStatement>(inner).query));
      sinks.push_back(MakeCollect(std::move(plan)));
    } else if (inner.kind == ast::StatementKind::kInsert) {
      InsertBinder binder(context);
      TW_ASSIGN_OR_RETURN(PlanPtr sink, binder.Bind(ast::As<ast::Insert>(inner)));
      sinks.push_back(std::move(sink));
    } else if (inner.kind == ast::StatementKind::kCreateTable) {
      TW_ASSIGN_OR_RETURN(TableAs made, BindTableAs(ast::As<ast::CreateTable>(inner), context));
      sinks.push_back(std::move(made.sink));
    } else {
      TW_ASSIGN_OR_RETURN(sinks, BindSet(ast::As<ast::StatementSet>(inner), context));
    }
    Result<graph::Graph> graph = MakeGraph(std::move(sinks), context);
    if (!graph.ok()) return graph.status().WithSpan(inner.span);
    TextTable table;
    table.columns = {{"result", data::Type::String()}};
    table.rows.push_back({graph->Explain()});
    return ToPlanned(std::move(table));
  }

  // The table that is to be created, unless it exists and that is fine.
  Result<bool> MayCreate(const ast::Name& name, bool temporary, bool if_not_exists,
                         std::string_view what) const {
    ObjectPath path = catalog.Resolve(name);
    TW_RETURN_IF_ERROR(catalog.CheckDatabase(path, name.span));
    if (catalog.TryFind(path, temporary) == nullptr) return true;
    if (if_not_exists) return false;
    return Status::InvalidSql(
        name.span, fmt::format("{} (or view) {} already exists in Catalog default_catalog", what,
                               path.ToString()));
  }

  Result<Planned> CreateTable(const ast::CreateTable& statement) {
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    if (statement.must_exist && catalog.TryFind(catalog.Resolve(statement.name)) == nullptr) {
      return Status::InvalidSql(
          statement.name.span,
          fmt::format(
              "The table {} to be replaced doesn't exist; CREATE OR REPLACE TABLE creates it",
              catalog.Resolve(statement.name).ToQuotedString()));
    }
    if (!statement.replace) {
      TW_ASSIGN_OR_RETURN(bool create, MayCreate(statement.name, statement.temporary,
                                                 statement.if_not_exists, "Table"));
      if (!create) return statement.query == nullptr ? Done() : FillTable(statement, context);
    }
    if (statement.query != nullptr) {
      TW_ASSIGN_OR_RETURN(TableAs made, BindTableAs(statement, context));
      Result<Planned> planned = InsertJob({std::move(made.sink)}, context);
      if (!planned.ok()) return planned.status().WithSpan(statement.span);
      catalog.Put(std::move(made.table));
      return planned;
    }
    if (!statement.identifier_columns.empty()) {
      return Status::InvalidSql(
          statement.identifier_columns[0].span,
          fmt::format("column '{}' has no type", statement.identifier_columns[0].name));
    }
    TW_ASSIGN_OR_RETURN(CatalogTablePtr table, MakeTable(statement, nullptr, context));
    catalog.Put(std::move(table));
    return Done();
  }

  // CREATE TABLE IF NOT EXISTS .. AS of a table that exists: its query's rows are inserted.
  Result<Planned> FillTable(const ast::CreateTable& statement, const BindContext& context) {
    const CatalogTablePtr table = catalog.TryFind(catalog.Resolve(statement.name));
    if (table->is_view) {
      return Status::InvalidSql(
          statement.name.span,
          fmt::format("'{}' is a view: it cannot be written", table->path.ToString()));
    }
    QueryBinder query_binder(context);
    TW_ASSIGN_OR_RETURN(PlanPtr query, query_binder.BindQuery(*statement.query));
    InsertBinder binder(context);
    TW_ASSIGN_OR_RETURN(PlanPtr sink,
                        binder.BindInto(*table, std::move(query), statement.query_span));
    Result<Planned> planned = InsertJob({std::move(sink)}, context);
    if (!planned.ok()) return planned.status().WithSpan(statement.span);
    return planned;
  }

  // CREATE TABLE .. AS: the table, and the job that fills it.
  struct TableAs {
    CatalogTablePtr table;
    PlanPtr sink;
  };
  Result<TableAs> BindTableAs(const ast::CreateTable& statement, const BindContext& context) const {
    if (statement.temporary) {
      return Status::InvalidSql(statement.name.span,
                                "CREATE TABLE AS SELECT syntax does not support to create "
                                "temporary table yet.");
    }
    QueryBinder query_binder(context);
    TW_ASSIGN_OR_RETURN(PlanPtr query, query_binder.BindQuery(*statement.query));
    TW_ASSIGN_OR_RETURN(CatalogTablePtr table, MakeTable(statement, query, context));
    // Columns that the query lacks are NULL.
    std::vector<expr::ExprPtr> columns;
    std::vector<std::string> names;
    for (const data::Field& field : table->SinkSchema()) {
      expr::ExprPtr e = expr::MakeNullLiteral(field.type.WithNullable(true));
      for (size_t i = 0; i < query->schema.size(); ++i) {
        if (query->schema[i].name == field.name) {
          e = expr::MakeColumn(static_cast<int>(i), query->schema[i].type);
        }
      }
      columns.push_back(std::move(e));
      names.push_back(field.name);
    }
    query = MakeCalc(std::move(query), nullptr, std::move(columns), names);
    InsertBinder binder(context);
    TW_ASSIGN_OR_RETURN(PlanPtr sink,
                        binder.BindInto(*table, std::move(query), statement.query_span));
    return TableAs{std::move(table), std::move(sink)};
  }

  Result<Planned> CreateView(const ast::CreateView& statement, std::string_view script) {
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    TW_ASSIGN_OR_RETURN(bool create, MayCreate(statement.name, statement.temporary,
                                               statement.if_not_exists, "Table"));
    if (!create) return Done();
    SqlSpan span = statement.query->span;
    TW_ASSIGN_OR_RETURN(
        CatalogTablePtr view,
        MakeView(statement, std::string(script.substr(span.begin, span.end - span.begin)),
                 context));
    catalog.Put(std::move(view));
    return Done();
  }

  Result<Planned> CreateDatabase(const ast::CreateDatabase& statement) {
    TW_RETURN_IF_ERROR(statement.catalog
                           ? catalog.CreateCatalog(statement)
                           : catalog.CreateDatabase(statement.name, statement.if_not_exists));
    return Done();
  }

  Result<Planned> Drop(const ast::Drop& statement) {
    switch (statement.object) {
      case ast::ObjectKind::kCatalog:
        TW_RETURN_IF_ERROR(catalog.DropCatalog(statement.name, statement.if_exists));
        return Done();
      case ast::ObjectKind::kDatabase:
        TW_RETURN_IF_ERROR(
            catalog.DropDatabase(statement.name, statement.if_exists, statement.cascade));
        return Done();
      case ast::ObjectKind::kFunction:
        if (statement.if_exists) return Done();  // functions cannot be created
        return Status::NotSupported(statement.span, "DROP FUNCTION is not supported yet");
      case ast::ObjectKind::kModel:
        return Status::NotSupported(statement.span, "DROP MODEL is not supported");
      default:
        break;
    }
    bool view = statement.object == ast::ObjectKind::kView;
    ObjectPath path = catalog.Resolve(statement.name);
    CatalogTablePtr table = catalog.TryFind(path, statement.temporary);
    std::string_view what = view ? "View" : "Table";
    if (!statement.temporary && catalog.TryFind(path, true) != nullptr) {
      return Status::InvalidSql(
          statement.name.span,
          fmt::format("Temporary {} with identifier '{}' exists. Drop it first before removing the "
                      "permanent one: DROP TEMPORARY {}",
                      view ? "view" : "table", path.ToString(), view ? "VIEW" : "TABLE"));
    }
    if (table == nullptr || table->is_view != view) {
      if (statement.if_exists && table == nullptr) return Done();
      std::string hint;
      if (table == nullptr) {
        Result<CatalogTablePtr> found = catalog.Find(statement.name);
        size_t at = found.ok() ? std::string::npos : found.status().message().find("; did you");
        if (at != std::string::npos) hint = found.status().message().substr(at);
      }
      if (statement.if_exists) return Done();
      return Status::InvalidSql(
          statement.name.span,
          fmt::format("{}{} with identifier '{}' does not exist.{}",
                      statement.temporary ? "Temporary " : "", what, path.ToString(), hint));
    }
    catalog.Remove(path, statement.temporary);
    return Done();
  }

  Result<Planned> Alter(const ast::AlterTable& statement, std::string_view script) {
    using Action = ast::AlterTable::Action;
    ObjectPath path = catalog.Resolve(statement.name);
    if (statement.if_exists && catalog.TryFind(path) == nullptr) return Done();
    TW_ASSIGN_OR_RETURN(CatalogTablePtr table, catalog.Find(statement.name));
    if (table->is_view != statement.view) {
      return Status::InvalidSql(statement.name.span,
                                table->is_view
                                    ? "ALTER TABLE for a view is not allowed; use ALTER VIEW"
                                    : "ALTER VIEW for a table is not allowed; use ALTER TABLE");
    }
    if (table->temporary) {
      return Status::InvalidSql(
          statement.name.span,
          fmt::format("Table {} doesn't exist or is a temporary table", path.ToQuotedString()));
    }
    if (statement.action == Action::kRename) {
      // The new name stays in the database, whatever path it gives.
      ObjectPath to = path;
      to.name = statement.new_name.parts.back().name;
      if (catalog.TryFind(to, false) != nullptr) {
        return Status::InvalidSql(statement.new_name.span,
                                  fmt::format("Table (or view) {} already exists", to.ToString()));
      }
      auto renamed = std::make_shared<CatalogTable>(*table);
      renamed->path = to;
      catalog.Remove(path, false);
      catalog.Put(std::move(renamed));
      return Done();
    }
    TW_ASSIGN_OR_RETURN(BindContext context, Context());
    if (statement.action == Action::kAs) {
      ast::CreateView view;
      view.name = statement.name;
      view.comment = table->comment;
      view.query = statement.query;
      SqlSpan span = statement.query->span;
      TW_ASSIGN_OR_RETURN(
          table,
          MakeView(view, std::string(script.substr(span.begin, span.end - span.begin)), context));
    } else {
      TW_ASSIGN_OR_RETURN(table, ChangeTable(statement, *table, context));
    }
    catalog.Put(std::move(table));
    return Done();
  }

  Result<Planned> Set(const ast::Set& statement) {
    if (!statement.option) {
      TextTable table;
      table.columns = {{"key", data::Type::String()}, {"value", data::Type::String()}};
      for (const auto& [key, value] : configuration->values()) table.rows.push_back({key, value});
      return ToPlanned(std::move(table));
    }
    const ast::Option& option = *statement.option;
    Status status = configuration->Set(option.key, option.value);
    if (!status.ok()) return status.WithSpan(option.key_span);
    if (option.key == "table.local-time-zone" && option.value != "default") {
      Result<std::shared_ptr<const expr::TimeZone>> zone = expr::TimeZone::Find(option.value);
      if (!zone.ok()) {
        TW_RETURN_IF_ERROR(configuration->Reset(option.key));
        return zone.status().WithSpan(option.value_span);
      }
    }
    return Done();
  }
};

Planner::Planner(Configuration* configuration) : impl_(std::make_unique<Impl>()) {
  impl_->configuration = configuration;
}

Planner::~Planner() = default;

Result<Planned> Planner::Plan(std::string_view script, SqlSpan statement) {
  TW_ASSIGN_OR_RETURN(ast::StatementPtr parsed, ParseStatement(script, statement));
  return impl_->Plan(*parsed, script);
}

}  // namespace thalweg::sql
