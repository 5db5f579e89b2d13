#include "sql/statements/create_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/nearest_name.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/repeated_name.h"
#include "sql/binder/table_expressions.h"
#include "sql/parser/ast/unparser.h"
#include "sql/statements/view_text.h"

namespace thalweg::sql {
namespace {

using Feature = ast::LikeOption::Feature;
using Kind = CatalogColumn::Kind;
using Strategy = ast::LikeOption::Strategy;

Kind KindOf(const ast::ColumnDefinition& column) {
  switch (column.kind) {
    case ast::ColumnDefinition::Kind::kComputed:
      return Kind::kComputed;
    case ast::ColumnDefinition::Kind::kMetadata:
      return Kind::kMetadata;
    default:
      return Kind::kPhysical;
  }
}

// What LIKE takes of each part of its source.
class LikeStrategies {
 public:
  static Result<LikeStrategies> Make(const std::vector<ast::LikeOption>& options) {
    LikeStrategies out;
    out.strategies_.assign(8, Strategy::kIncluding);
    out.strategies_[static_cast<size_t>(Feature::kOptions)] = Strategy::kOverwriting;
    for (const ast::LikeOption& option : options) {
      if (option.feature != Feature::kAll) continue;
      for (Strategy& strategy : out.strategies_) strategy = option.strategy;
    }
    std::set<Feature> seen;
    for (const ast::LikeOption& option : options) {
      if (!seen.insert(option.feature).second) {
        return Status::InvalidSql(option.span, "each part of LIKE can be named once");
      }
      if (option.feature == Feature::kAll) continue;
      out.strategies_[static_cast<size_t>(option.feature)] = option.strategy;
    }
    return out;
  }
  bool Includes(Feature f) const { return Of(f) != Strategy::kExcluding; }
  bool Overwrites(Feature f) const { return Of(f) == Strategy::kOverwriting; }

 private:
  Strategy Of(Feature f) const { return strategies_[static_cast<size_t>(f)]; }
  std::vector<Strategy> strategies_;
};

class TableMaker {
 public:
  TableMaker(const ast::CreateTable& statement, const BindContext& context)
      : statement_(statement), context_(context) {}

  Result<CatalogTablePtr> Make(const PlanPtr& query) {
    table_.path = context_.catalog.Resolve(statement_.name);
    table_.temporary = statement_.temporary;
    table_.distribution = statement_.distribution;
    TW_RETURN_IF_ERROR(CheckElements());
    if (statement_.like) TW_RETURN_IF_ERROR(MergeLike());
    TW_RETURN_IF_ERROR(AddColumns());
    if (query != nullptr) TW_RETURN_IF_ERROR(AddQueryColumns(query));
    TW_RETURN_IF_ERROR(AddWatermark());
    TW_RETURN_IF_ERROR(AddPrimaryKey());
    if (query != nullptr) TW_RETURN_IF_ERROR(CheckQueryNulls(query->schema));
    TW_RETURN_IF_ERROR(AddPartitions());
    for (const ast::Option& option : statement_.options) {
      if (keep_base_options_ && table_.options.contains(option.key)) {
        return Status::InvalidSql(option.key_span,
                                  fmt::format("There already exists an option ['{}' -> '{}']  in "
                                              "the base table. You might want to specify EXCLUDING "
                                              "OPTIONS or OVERWRITING OPTIONS.",
                                              option.key, table_.options[option.key]));
      }
    }
    for (const ast::Option& option : statement_.options) {
      table_.options.insert_or_assign(option.key, option.value);
    }
    if (!statement_.comment.empty()) table_.comment = statement_.comment;
    bool physical = std::any_of(table_.columns.begin(), table_.columns.end(),
                                [](const auto& c) { return c.kind == Kind::kPhysical; });
    if (!physical && table_.columns.empty() && !statement_.like && query == nullptr) {
      return Status::InvalidSql(statement_.name.span,
                                fmt::format("table '{}' has no columns", table_.path.ToString()));
    }
    return Bind();
  }

  Result<CatalogTablePtr> Complete(CatalogTable table) {
    table_ = std::move(table);
    TW_RETURN_IF_ERROR(CheckElements());
    TW_RETURN_IF_ERROR(AddWatermark());
    TW_RETURN_IF_ERROR(AddPrimaryKey());
    return Bind();
  }

 private:
  Status CheckElements() const {
    if (!statement_.watermarks.empty() && !statement_.watermarks[0].nested.empty()) {
      return Status::NotSupported(statement_.watermarks[0].span,
                                  "Invalid column name for rowtime attribute in watermark "
                                  "declaration: a watermark needs a top-level column");
    }
    if (statement_.watermarks.size() > 1) {
      return Status::InvalidSql(statement_.watermarks[1].span,
                                "Multiple WATERMARK statements is not supported yet.");
    }
    if (statement_.primary_keys.size() > 1) {
      return Status::InvalidSql(statement_.primary_keys[1].span,
                                "Duplicate primary key definition");
    }
    return Status::OK();
  }

  Result<CatalogTablePtr> Bind() {
    TW_ASSIGN_OR_RETURN(TableExpressions bound, BindTableExpressions(table_, context_.eval));
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      table_.columns[i].type = bound.columns[i]->type;
    }
    if (table_.watermark) table_.watermark->type = bound.watermark->type;
    return CatalogTablePtr(std::make_shared<CatalogTable>(std::move(table_)));
  }

  Status MergeLike() {
    TW_ASSIGN_OR_RETURN(CatalogTablePtr source, context_.catalog.Find(*statement_.like));
    if (source->is_view) {
      return Status::InvalidSql(
          statement_.like->span,
          fmt::format("Source table '{}' of the LIKE clause can not be a VIEW",
                      source->path.ToString()));
    }
    TW_ASSIGN_OR_RETURN(LikeStrategies like, LikeStrategies::Make(statement_.like_options));
    for (const CatalogColumn& column : source->columns) {
      if (column.kind == Kind::kComputed && !like.Includes(Feature::kGenerated)) continue;
      if (column.kind == Kind::kMetadata && !like.Includes(Feature::kMetadata)) continue;
      table_.columns.push_back(column);
      CatalogColumn& copy = table_.columns.back();
      copy.type = copy.type.WithTimeAttribute(data::TimeAttribute::kNone);
    }
    overwrite_generated_ = like.Overwrites(Feature::kGenerated);
    overwrite_metadata_ = like.Overwrites(Feature::kMetadata);
    if (like.Includes(Feature::kWatermarks) && source->watermark) {
      if (!statement_.watermarks.empty() && !like.Overwrites(Feature::kWatermarks)) {
        return Status::InvalidSql(statement_.watermarks[0].span,
                                  "There already exists a watermark spec in the base table. You "
                                  "might want to specify EXCLUDING WATERMARKS or OVERWRITING "
                                  "WATERMARKS.");
      }
      table_.watermark = source->watermark;
    }
    if (like.Includes(Feature::kConstraints) && !source->primary_key.empty()) {
      if (!statement_.primary_keys.empty()) {
        return Status::InvalidSql(statement_.primary_keys[0].span,
                                  "The base table already has a primary key. You might want to "
                                  "specify EXCLUDING CONSTRAINTS.");
      }
      table_.primary_key = source->primary_key;
      table_.primary_key_name = source->primary_key_name;
    }
    // EXCLUDING keeps partitions and distribution, too: it only lets them be declared anew.
    if (!source->partition_keys.empty()) {
      if (!statement_.partitioned_by.empty() && like.Includes(Feature::kPartitions)) {
        return Status::InvalidSql(
            statement_.partitioned_by[0].span,
            "The base table already has partitions defined. You might want to "
            "specify EXCLUDING PARTITIONS.");
      }
      if (statement_.partitioned_by.empty()) table_.partition_keys = source->partition_keys;
    }
    if (table_.distribution.empty()) table_.distribution = source->distribution;
    if (like.Includes(Feature::kOptions)) {
      table_.options = source->options;
      keep_base_options_ = !like.Overwrites(Feature::kOptions);
    }
    base_columns_ = table_.columns.size();
    return Status::OK();
  }

  Status AddColumns() {
    for (const ast::ColumnDefinition& definition : statement_.columns) {
      int existing = table_.FindColumn(definition.name.name);
      CatalogColumn column = MakeCatalogColumn(definition);
      if (existing < 0) {
        table_.columns.push_back(std::move(column));
        continue;
      }
      CatalogColumn& old = table_.columns[static_cast<size_t>(existing)];
      bool from_base = static_cast<size_t>(existing) < base_columns_;
      bool overwrites = from_base && column.kind == old.kind &&
                        ((column.kind == Kind::kComputed && overwrite_generated_) ||
                         (column.kind == Kind::kMetadata && overwrite_metadata_));
      if (!overwrites) {
        return Status::InvalidSql(
            definition.name.span,
            from_base ? fmt::format("A column named '{}' already exists in the base "
                                    "table.",
                                    column.name)
                      : fmt::format("A column named '{}' already exists in the "
                                    "table: duplicate column name",
                                    column.name));
      }
      old = std::move(column);
    }
    return Status::OK();
  }

  // CREATE TABLE .. AS: the query's columns join those declared; a declared one of the same name
  // gives the type, a list of names gives the order.
  Status AddQueryColumns(const PlanPtr& query) {
    std::vector<CatalogColumn> declared = std::move(table_.columns);
    table_.columns.clear();
    auto of_query = [](const data::Field& field) {
      CatalogColumn column;
      column.name = field.name;
      column.type = field.type.WithTimeAttribute(data::TimeAttribute::kNone);
      if (column.type.root() == data::TypeRoot::kChar && column.type.length() == 0) {
        column.type = data::Type::String().WithNullable(column.type.nullable());
      }
      return column;
    };
    if (!statement_.identifier_columns.empty()) {
      if (statement_.identifier_columns.size() != query->schema.size()) {
        return Status::InvalidSql(statement_.query_span,
                                  "The number of columns in the column list must match the number "
                                  "of columns in the source schema.");
      }
      for (const ast::Identifier& name : statement_.identifier_columns) {
        auto it = std::find_if(query->schema.begin(), query->schema.end(),
                               [&](const data::Field& f) { return f.name == name.name; });
        if (it == query->schema.end()) {
          return Status::InvalidSql(
              name.span, fmt::format("Column '{}' not found in the source schema.", name.name));
        }
        table_.columns.push_back(of_query(*it));
      }
      return Status::OK();
    }
    std::set<std::string> in_query;
    for (const data::Field& field : query->schema) in_query.insert(field.name);
    for (const CatalogColumn& column : declared) {
      if (!in_query.contains(column.name)) table_.columns.push_back(column);
    }
    for (const data::Field& field : query->schema) {
      auto it = std::find_if(declared.begin(), declared.end(),
                             [&](const CatalogColumn& c) { return c.name == field.name; });
      table_.columns.push_back(it == declared.end() ? of_query(field) : *it);
    }
    return Status::OK();
  }

  // CREATE TABLE .. AS: what the query may give as NULL cannot become a NOT NULL column.
  Status CheckQueryNulls(const data::Schema& query) const {
    for (const data::Field& field : query) {
      const int index = table_.FindColumn(field.name);
      if (index < 0 || !field.type.nullable()) continue;
      const CatalogColumn& column = table_.columns[static_cast<size_t>(index)];
      if (column.kind != Kind::kPhysical || column.type.nullable()) continue;
      return Status::InvalidSql(
          statement_.query_span,
          fmt::format("Column '{}' is nullable in the query, but {} in the table", field.name,
                      column.type.ToSummary()));
    }
    return Status::OK();
  }

  Status AddWatermark() {
    for (const ast::WatermarkDefinition& definition : statement_.watermarks) {
      if (table_.FindColumn(definition.column.name) < 0) {
        return Status::InvalidSql(
            definition.column.span,
            fmt::format("The rowtime attribute field '{}' is not defined in the table schema{}",
                        definition.column.name, Suggest(definition.column.name)));
      }
      table_.watermark = CatalogWatermark{
          definition.column.name, definition.expr, ast::ToSql(*definition.expr), {}};
    }
    return Status::OK();
  }

  Status AddPrimaryKey() {
    for (const ast::PrimaryKey& key : statement_.primary_keys) {
      table_.primary_key.clear();
      table_.primary_key_name = "PK";
      for (const ast::Identifier& column : key.columns) {
        int index = table_.FindColumn(column.name);
        if (index < 0) {
          return Status::InvalidSql(
              column.span, fmt::format("Primary key column '{}' is not defined in the schema{}",
                                       column.name, Suggest(column.name)));
        }
        if (table_.columns[static_cast<size_t>(index)].kind != Kind::kPhysical) {
          return Status::InvalidSql(
              column.span, fmt::format("Could not create a PRIMARY KEY with column '{}': a primary "
                                       "key can be of physical columns only",
                                       column.name));
        }
        if (std::find(table_.primary_key.begin(), table_.primary_key.end(), column.name) !=
            table_.primary_key.end()) {
          return Status::InvalidSql(column.span,
                                    fmt::format("Invalid primary key: it must not contain "
                                                "duplicate columns. Found: [{}]",
                                                column.name));
        }
        table_.primary_key.push_back(column.name);
        table_.primary_key_name += "_" + column.name;
      }
      if (!key.constraint_name.empty()) table_.primary_key_name = key.constraint_name;
    }
    // A key is never NULL.
    for (const std::string& name : table_.primary_key) {
      int index = table_.FindColumn(name);
      if (index < 0) continue;
      CatalogColumn& column = table_.columns[static_cast<size_t>(index)];
      column.type = column.type.WithNullable(false);
    }
    return Status::OK();
  }

  Status AddPartitions() {
    for (const ast::Identifier& column : statement_.partitioned_by) {
      int index = table_.FindColumn(column.name);
      if (index < 0) {
        return Status::InvalidSql(
            column.span, fmt::format("Partition column '{}' not defined in the table schema{}",
                                     column.name, Suggest(column.name)));
      }
      if (table_.columns[static_cast<size_t>(index)].kind != Kind::kPhysical) {
        return Status::InvalidSql(
            column.span, fmt::format("partition column '{}' must be physical", column.name));
      }
      table_.partition_keys.push_back(column.name);
    }
    return Status::OK();
  }

  std::string Suggest(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const CatalogColumn& column : table_.columns) names.push_back(column.name);
    return DidYouMean(name, names);
  }

  const ast::CreateTable& statement_;
  const BindContext& context_;
  CatalogTable table_;
  size_t base_columns_ = 0;
  bool overwrite_generated_ = false;
  bool overwrite_metadata_ = false;
  bool keep_base_options_ = false;
};

}  // namespace

Result<CatalogTablePtr> MakeTable(const ast::CreateTable& statement, const PlanPtr& query,
                                  const BindContext& context) {
  return TableMaker(statement, context).Make(query);
}

Result<CatalogTablePtr> CompleteTable(CatalogTable table, const ast::CreateTable& elements,
                                      const BindContext& context) {
  return TableMaker(elements, context).Complete(std::move(table));
}

CatalogColumn MakeCatalogColumn(const ast::ColumnDefinition& definition) {
  CatalogColumn column;
  column.kind = KindOf(definition);
  column.name = definition.name.name;
  column.type = definition.type;
  column.expr = definition.expr;
  if (definition.expr != nullptr) column.expr_text = ast::ToSql(*definition.expr);
  column.metadata_key = definition.metadata_key;
  column.is_virtual = definition.is_virtual;
  column.comment = definition.comment;
  return column;
}

Result<CatalogTablePtr> MakeView(const ast::CreateView& statement, std::string query_text,
                                 const BindContext& context) {
  QueryBinder binder(context);
  TW_ASSIGN_OR_RETURN(PlanPtr plan, binder.BindQuery(*statement.query));
  CatalogTable view;
  view.path = context.catalog.Resolve(statement.name);
  view.temporary = statement.temporary;
  view.is_view = true;
  view.comment = statement.comment;
  view.query = statement.query;
  view.query_text = ViewText(*statement.query, context.catalog).value_or(std::move(query_text));
  if (!statement.columns.empty() && statement.columns.size() != plan->schema.size()) {
    return Status::InvalidSql(
        statement.name.span,
        fmt::format("VIEW definition and input fields not match: the column list names {} columns, "
                    "the query has {}",
                    statement.columns.size(), plan->schema.size()));
  }
  std::set<std::string> names;
  for (size_t i = 0; i < plan->schema.size(); ++i) {
    CatalogColumn column;
    column.name = statement.columns.empty() ? plan->schema[i].name : statement.columns[i].name;
    column.type = plan->schema[i].type;
    if (column.type.root() == data::TypeRoot::kNull) {
      return Status::InvalidSql(statement.query->span, fmt::format("Illegal use of 'NULL': column "
                                                                   "'{}' has no type",
                                                                   column.name));
    }
    bool twice = !names.insert(column.name).second;
    // The query's own names were made different from each other: a, a0.
    if (statement.columns.empty()) twice |= RepeatedName(*statement.query, i).has_value();
    if (twice) {
      return Status::InvalidSql(
          statement.query->span,
          fmt::format("A column with the same name `{}` has been defined", column.name));
    }
    view.columns.push_back(std::move(column));
  }
  return CatalogTablePtr(std::make_shared<CatalogTable>(std::move(view)));
}

}  // namespace thalweg::sql
