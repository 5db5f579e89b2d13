#include "sql/statements/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/join.h"
#include "base/nearest_name.h"
#include "data/column_builder.h"
#include "expr/registry.h"
#include "sql/parser/ast/unparser.h"

namespace thalweg::sql {

using data::Type;
using Kind = CatalogColumn::Kind;

namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// SQL's LIKE with % and _, which a backslash makes plain.
bool Like(std::string_view text, std::string_view pattern, bool ignore_case) {
  size_t t = 0, p = 0, star = std::string_view::npos, retry = 0;
  auto same = [&](char a, char b) { return ignore_case ? Lower(a) == Lower(b) : a == b; };
  while (t < text.size()) {
    const bool plain = p + 1 < pattern.size() && pattern[p] == '\\';
    if (plain && same(pattern[p + 1], text[t])) {
      ++t;
      p += 2;
    } else if (!plain && p < pattern.size() && (pattern[p] == '_' || same(pattern[p], text[t])) &&
               pattern[p] != '%') {
      ++t;
      ++p;
    } else if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      retry = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

TextTable Names(std::string column, const std::vector<std::string>& names,
                const ast::Show& statement) {
  TextTable table;
  table.columns = {{std::move(column), Type::String()}};
  for (const std::string& name : names) {
    bool keep = !statement.has_like ||
                Like(name, statement.pattern, statement.ignore_case) != statement.not_like;
    if (keep) table.rows.push_back({name});
  }
  return table;
}

TextTable OneCell(std::string column, std::string value) {
  TextTable table;
  table.columns = {{std::move(column), Type::String()}};
  table.rows.push_back({std::move(value)});
  return table;
}

TextTable Columns(const CatalogTable& source, const ast::Show* filter) {
  TextTable table;
  table.columns = {{"name", Type::String()},   {"type", Type::String()},
                   {"null", Type::Boolean()},  {"key", Type::String()},
                   {"extras", Type::String()}, {"watermark", Type::String()}};
  bool comments = std::any_of(source.columns.begin(), source.columns.end(),
                              [](const CatalogColumn& c) { return !c.comment.empty(); });
  if (comments) table.columns.push_back({"comment", Type::String()});
  std::string key;
  for (const std::string& name : source.primary_key) key += (key.empty() ? "" : ", ") + name;
  for (const CatalogColumn& column : source.columns) {
    if (filter != nullptr && filter->has_like &&
        Like(column.name, filter->pattern, filter->ignore_case) == filter->not_like) {
      continue;
    }
    std::vector<std::optional<std::string>> row;
    row.emplace_back(column.name);
    row.emplace_back(column.type.WithNullable(true).ToSummary());
    row.emplace_back(column.type.nullable() ? "TRUE" : "FALSE");
    bool in_key = std::find(source.primary_key.begin(), source.primary_key.end(), column.name) !=
                  source.primary_key.end();
    row.push_back(in_key ? std::optional<std::string>("PRI(" + key + ")") : std::nullopt);
    std::optional<std::string> extras;
    if (column.kind == Kind::kComputed) extras = "AS " + column.expr_text;
    if (column.kind == Kind::kMetadata) {
      extras = "METADATA";
      if (!column.metadata_key.empty()) *extras += " FROM '" + column.metadata_key + "'";
      if (column.is_virtual) *extras += " VIRTUAL";
    }
    row.push_back(std::move(extras));
    bool rowtime = source.watermark && source.watermark->column == column.name;
    row.push_back(rowtime ? std::optional<std::string>(source.watermark->expr_text) : std::nullopt);
    if (comments) {
      row.push_back(column.comment.empty() ? std::nullopt
                                           : std::optional<std::string>(column.comment));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string Quoted(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out;
}

std::string NameList(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + ast::Backticked(name);
  return out;
}

Result<std::string> CreateText(const ast::Show& statement, const Catalog& catalog) {
  bool view = statement.show == ast::ShowKind::kCreateView;
  TW_ASSIGN_OR_RETURN(CatalogTablePtr table, catalog.Find(*statement.name));
  if (table->is_view != view) {
    return Status::InvalidSql(
        statement.name->span,
        fmt::format("SHOW CREATE {} is only supported for {}s, but {} is a {}. Please use SHOW "
                    "CREATE {} instead.",
                    view ? "VIEW" : "TABLE", view ? "view" : "table", table->path.ToQuotedString(),
                    view ? "table" : "view", view ? "TABLE" : "VIEW"));
  }
  if (!view) return CreateTableText(*table);
  std::string names;
  for (const CatalogColumn& column : table->columns) {
    names += (names.empty() ? "" : ",\n  ") + ast::Backticked(column.name);
  }
  return fmt::format("CREATE {}VIEW {} (\n  {}\n)\n{}AS {}\n", table->temporary ? "TEMPORARY " : "",
                     table->path.ToQuotedString(), names,
                     table->comment.empty() ? "" : "COMMENT '" + Quoted(table->comment) + "'\n",
                     table->query_text);
}

Result<const CatalogDeclaration*> FindCatalog(const ast::Name& name, const Catalog& catalog) {
  const CatalogDeclaration* declared = catalog.Declaration(name.parts.back().name);
  if (declared != nullptr) return declared;
  return Status::InvalidSql(name.span,
                            fmt::format("Catalog {} does not exist", name.parts.back().name));
}

}  // namespace

std::string CreateTableText(const CatalogTable& table) {
  std::string out = fmt::format("CREATE {}TABLE {} (", table.temporary ? "TEMPORARY " : "",
                                table.path.ToQuotedString());
  std::string_view separator = "\n  ";
  auto add = [&](const std::string& text) {
    out += std::string(separator) + text;
    separator = ",\n  ";
  };
  for (const CatalogColumn& column : table.columns) {
    std::string text = ast::Backticked(column.name) + " ";
    if (column.kind == Kind::kComputed) {
      text += "AS " + column.expr_text;
    } else {
      text += column.type.WithTimeAttribute(data::TimeAttribute::kNone).ToString();
    }
    if (column.kind == Kind::kMetadata) {
      text += " METADATA";
      if (!column.metadata_key.empty()) text += " FROM '" + Quoted(column.metadata_key) + "'";
      if (column.is_virtual) text += " VIRTUAL";
    }
    if (!column.comment.empty()) text += " COMMENT '" + Quoted(column.comment) + "'";
    add(text);
  }
  if (table.watermark) {
    add(fmt::format("WATERMARK FOR {} AS {}", ast::Backticked(table.watermark->column),
                    table.watermark->expr_text));
  }
  if (!table.primary_key.empty()) {
    add(fmt::format("CONSTRAINT {} PRIMARY KEY ({}) NOT ENFORCED",
                    ast::Backticked(table.primary_key_name), NameList(table.primary_key)));
  }
  out += "\n)\n";
  if (!table.comment.empty()) out += "COMMENT '" + Quoted(table.comment) + "'\n";
  if (!table.distribution.empty()) out += table.distribution + "\n";
  if (!table.partition_keys.empty()) {
    out += "PARTITIONED BY (" + NameList(table.partition_keys) + ")\n";
  }
  if (!table.options.empty()) {
    out += "WITH (\n";
    std::string_view comma = "";
    for (const auto& [key, value] : table.options) {
      bool secret =
          key.find("password") != std::string::npos || key.find("secret") != std::string::npos;
      out += fmt::format("{}  '{}' = '{}'", comma, Quoted(key), secret ? "***" : Quoted(value));
      comma = ",\n";
    }
    out += "\n)\n";
  }
  return out;
}

Result<TextTable> Show(const ast::Show& statement, const Catalog& catalog) {
  using ast::ShowKind;
  ObjectPath database{catalog.current_catalog(), catalog.current_database(), ""};
  bool of_database = statement.show == ShowKind::kTables || statement.show == ShowKind::kViews;
  if (statement.name && of_database) {
    database.database = statement.name->parts.back().name;
    if (statement.name->parts.size() > 1) database.catalog = statement.name->parts[0].name;
    TW_RETURN_IF_ERROR(catalog.CheckDatabase(database, statement.name->span));
  }
  switch (statement.show) {
    case ShowKind::kCatalogs:
      return Names("catalog name", catalog.Catalogs(), statement);
    case ShowKind::kCurrentCatalog:
      return OneCell("current catalog name", catalog.current_catalog());
    case ShowKind::kDatabases: {
      std::string name =
          statement.name ? statement.name->parts.back().name : catalog.current_catalog();
      return Names("database name", catalog.Databases(name), statement);
    }
    case ShowKind::kCurrentDatabase:
      return OneCell("current database name", catalog.current_database());
    case ShowKind::kTables:
      return Names("table name", catalog.Tables(database, false), statement);
    case ShowKind::kViews:
      return Names("view name", catalog.Tables(database, true), statement);
    case ShowKind::kMaterializedTables:
      return Names("materialized table name", {}, statement);
    case ShowKind::kColumns: {
      TW_ASSIGN_OR_RETURN(CatalogTablePtr table, catalog.Find(*statement.name));
      return Columns(*table, &statement);
    }
    case ShowKind::kPartitions: {
      TW_ASSIGN_OR_RETURN(CatalogTablePtr table, catalog.Find(*statement.name));
      if (table->partition_keys.empty()) {
        return Status::InvalidSql(statement.name->span, fmt::format("Table {} is not partitioned.",
                                                                    table->path.ToString()));
      }
      return Names("partition name", {}, statement);  // the catalog keeps none
    }
    case ShowKind::kFunctions: {
      std::set<std::string> names;
      const auto add = [&](std::string_view name) {
        std::string lower(name);
        std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
        names.insert(std::move(lower));
      };
      for (const auto* f : expr::AllScalarFunctions()) {
        add(f->name);
        for (std::string_view alias : f->aliases) add(alias);
      }
      for (const auto* f : expr::AllAggregateFunctions()) {
        add(f->name);
        for (std::string_view alias : f->aliases) add(alias);
      }
      return Names("function name", {names.begin(), names.end()}, statement);
    }
    case ShowKind::kUserFunctions:
      return Names("function name", {}, statement);
    case ShowKind::kProcedures:
      return Names("procedure name", {}, statement);
    case ShowKind::kModules:
      return Names("module name", {"core"}, statement);
    case ShowKind::kFullModules: {
      TextTable table;
      table.columns = {{"module name", Type::String()}, {"used", Type::Boolean()}};
      table.rows.push_back({"core", "TRUE"});
      return table;
    }
    case ShowKind::kJars:
      return Names("jars", {}, statement);
    case ShowKind::kModels:
      return Names("model name", {}, statement);
    case ShowKind::kJobs:
      return Status::NotSupported(statement.span, "SHOW JOBS is not supported yet");
    case ShowKind::kCreateCatalog: {
      TW_ASSIGN_OR_RETURN(const CatalogDeclaration* declared,
                          FindCatalog(*statement.name, catalog));
      std::string text = fmt::format("CREATE CATALOG `{}`\n", statement.name->parts.back().name);
      if (!declared->comment.empty()) text += "COMMENT '" + Quoted(declared->comment) + "'\n";
      std::vector<std::string> options;
      for (const auto& [key, value] : declared->options) {
        options.push_back(fmt::format("  '{}' = '{}'", key, value));
      }
      return OneCell("result", fmt::format("{}WITH (\n{}\n)\n", text, Join(options, ",\n")));
    }
    case ShowKind::kCreateTable:
    case ShowKind::kCreateView: {
      TW_ASSIGN_OR_RETURN(std::string text, CreateText(statement, catalog));
      return OneCell("result", std::move(text));
    }
    case ShowKind::kCreateMaterializedTable:
    case ShowKind::kCreateModel:
      return Status::NotSupported(statement.span,
                                  "materialized tables and models are not "
                                  "supported");
  }
  return Status::Internal("SHOW");
}

Result<TextTable> DescribeObject(const ast::Describe& statement, const Catalog& catalog) {
  switch (statement.object) {
    case ast::ObjectKind::kFunction: {
      const std::string& name = statement.name.parts.back().name;
      TextTable table;
      table.columns = {{"info name", Type::String()}, {"info value", Type::String()}};
      auto add = [&](std::string key, std::string_view value) {
        table.rows.push_back({std::move(key), std::string(value)});
      };
      const auto* scalar = expr::FindScalarFunction(name);
      const auto* aggregate = scalar == nullptr ? expr::FindAggregateFunction(name) : nullptr;
      if (scalar == nullptr && aggregate == nullptr) {
        std::vector<std::string_view> names;
        for (const auto* f : expr::AllScalarFunctions()) names.push_back(f->name);
        for (const auto* f : expr::AllAggregateFunctions()) names.push_back(f->name);
        return Status::InvalidSql(statement.name.span,
                                  fmt::format("Function with the identifier '{}' doesn't exist.{}",
                                              name, DidYouMean(name, names)));
      }
      add("is system function", "true");
      add("is temporary", "false");
      add("kind", scalar != nullptr ? "SCALAR" : "AGGREGATE");
      add("signature", scalar != nullptr ? scalar->signature : aggregate->signature);
      add("description", scalar != nullptr ? scalar->doc : aggregate->doc);
      const expr::FunctionExample& example =
          scalar != nullptr ? scalar->example : aggregate->example;
      if (!example.expression.empty()) {
        add("example", fmt::format("{} = {}", example.expression, example.result));
      }
      if (scalar != nullptr) add("is deterministic", scalar->deterministic ? "true" : "false");
      return table;
    }
    case ast::ObjectKind::kDatabase: {
      ObjectPath path = catalog.Resolve(statement.name);
      path.database = path.name;
      if (statement.name.parts.size() > 1) path.catalog = statement.name.parts[0].name;
      TW_RETURN_IF_ERROR(catalog.CheckDatabase(path, statement.name.span));
      TextTable table;
      table.columns = {{"info name", Type::String()}, {"info value", Type::String()}};
      table.rows.push_back({"Name", path.database});
      table.rows.push_back({"Description", std::nullopt});
      return table;
    }
    case ast::ObjectKind::kCatalog: {
      TW_ASSIGN_OR_RETURN(const CatalogDeclaration* declared, FindCatalog(statement.name, catalog));
      TextTable table;
      table.columns = {{"info name", Type::String()}, {"info value", Type::String()}};
      table.rows.push_back({"name", statement.name.parts.back().name});
      table.rows.push_back({"type", declared->options.at("type")});
      table.rows.push_back({"comment", declared->comment.empty()
                                           ? std::nullopt
                                           : std::optional<std::string>(declared->comment)});
      if (!statement.extended) return table;
      for (const auto& [key, value] : declared->options) {
        if (key != "type") table.rows.push_back({"option:" + key, value});
      }
      return table;
    }
    default: {
      TW_ASSIGN_OR_RETURN(CatalogTablePtr table, catalog.Find(statement.name));
      return Columns(*table, nullptr);
    }
  }
}

Planned ToPlanned(TextTable table) {
  Planned planned;
  planned.kind = Planned::Kind::kRows;
  planned.schema = table.columns;
  data::Batch batch;
  batch.size = static_cast<int32_t>(table.rows.size());
  for (size_t c = 0; c < table.columns.size(); ++c) {
    data::ColumnBuilder builder(table.columns[c].type);
    for (const auto& row : table.rows) {
      if (!row[c]) {
        builder.AppendNull();
      } else if (table.columns[c].type.root() == data::TypeRoot::kBoolean) {
        builder.Append<uint8_t>(*row[c] == "TRUE" ? 1 : 0);
      } else {
        builder.AppendString(*row[c]);
      }
    }
    batch.columns.push_back(builder.Finish());
  }
  planned.rows.push_back(std::move(batch));
  return planned;
}

}  // namespace thalweg::sql
