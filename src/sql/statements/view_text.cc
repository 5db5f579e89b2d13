#include "sql/statements/view_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sql/parser/ast/unparser.h"

namespace thalweg::sql {
namespace {

using ast::Backticked;
using Names = std::vector<std::string>;

/// A table of FROM.
struct Source {
  std::string alias;
  Names columns;
  bool Has(const std::string& column) const {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  }
};

/// The columns that an expression of one SELECT may name.
class SelectNames final : public ast::NameWriter {
 public:
  SelectNames(std::vector<Source> sources, bool* failed)
      : sources_(std::move(sources)), failed_(failed) {}

  const std::vector<Source>& sources() const { return sources_; }

  std::string Column(const ast::ColumnRef& column) override {
    const auto& parts = column.parts;
    for (size_t i = 0; i < parts.size(); ++i) {
      // parts[i] is a table, or, at the front, a column.
      for (const Source& source : sources_) {
        if (i + 1 < parts.size() && source.alias == parts[i].name &&
            source.Has(parts[i + 1].name)) {
          return Backticked({parts.begin() + static_cast<std::ptrdiff_t>(i), parts.end()});
        }
      }
      if (i > 0) continue;
      for (const Source& source : sources_) {
        if (source.Has(parts[0].name)) return Backticked(source.alias) + "." + Backticked(parts);
      }
    }
    CannotWrite();
    return Backticked(parts);
  }
  void CannotWrite() override { *failed_ = true; }

 private:
  std::vector<Source> sources_;
  bool* failed_;
};

class QueryWriter {
 public:
  explicit QueryWriter(const Catalog& catalog) : catalog_(catalog) {}

  bool failed() const { return failed_; }

  /// `columns`: the names of the result.
  std::string Query(const ast::Query& query, Names* columns) {
    const auto outer = common_;
    std::string out;
    if (query.recursive) failed_ = true;
    for (const ast::CommonTable& table : query.with) {
      out += (out.empty() ? "WITH " : ", ") + Backticked(table.name.name);
      Names names;
      const std::string text = Query(*table.query, &names);
      out += ColumnList(table.columns, &names) + " AS (" + text + ")";
      common_[table.name.name] = std::move(names);
    }
    if (!query.with.empty()) out += " ";
    order_names_.reset();
    out += Body(*query.body, columns);
    if (!query.order_by.empty()) out += "\nORDER BY " + OrderBy(query.order_by, *columns);
    if (query.offset != nullptr) out += "\nOFFSET " + ast::ToSql(*query.offset) + " ROWS";
    if (query.fetch != nullptr) {
      out += "\nFETCH NEXT " + ast::ToSql(*query.fetch) + " ROWS ONLY";
    }
    common_ = outer;
    return out;
  }

 private:
  std::string Body(const ast::QueryBody& body, Names* columns) {
    switch (body.kind) {
      case ast::BodyKind::kSelect:
        return Select(static_cast<const ast::Select&>(body), columns);
      case ast::BodyKind::kSetOperation: {
        const auto& set = static_cast<const ast::SetOperation&>(body);
        if (set.op != ast::SetOperator::kUnion) failed_ = true;
        const std::string left = Body(*set.left, columns);
        Names others;
        const std::string right = Body(*set.right, &others);
        order_names_.reset();
        return left + (set.all ? "\nUNION ALL\n" : "\nUNION\n") + right;
      }
      case ast::BodyKind::kValues: {
        const auto& values = static_cast<const ast::Values&>(body);
        std::string out = "VALUES ";
        for (size_t i = 0; i < values.rows.size(); ++i) {
          out += i == 0 ? "ROW(" : ",\nROW(";
          for (size_t k = 0; k < values.rows[i].size(); ++k) {
            out += (k == 0 ? "" : ", ") + ast::ToSql(*values.rows[i][k]);
            if (i == 0) columns->push_back("EXPR$" + std::to_string(k));
          }
          out += ")";
        }
        return out;
      }
      case ast::BodyKind::kNested: {
        const ast::Query& query = *static_cast<const ast::NestedQuery&>(body).query;
        const bool simple = query.with.empty() && query.order_by.empty() &&
                            query.offset == nullptr && query.fetch == nullptr;
        if (!simple) failed_ = true;
        return Body(*query.body, columns);
      }
      default:
        failed_ = true;
        return "";
    }
  }

  std::string Select(const ast::Select& select, Names* columns) {
    if (!select.hints.empty() || !select.windows.empty() || select.qualify != nullptr ||
        select.group_by_distinct) {
      failed_ = true;
    }
    std::vector<Source> sources;
    std::string from;
    if (select.from != nullptr) {
      sources.emplace_back();
      from = "\nFROM " + From(*select.from, &sources.back());
    }
    SelectNames names(std::move(sources), &failed_);
    std::string items;
    std::set<std::string> used;
    const auto add = [&](const std::string& text) { items += (items.empty() ? "" : ", ") + text; };
    for (const ast::SelectItem& item : select.items) {
      if (item.expr->kind == ast::ExprKind::kStar) {
        if (ast::As<ast::Star>(*item.expr).base != nullptr) failed_ = true;
        for (const Source& source : names.sources()) {
          for (const std::string& column : source.columns) {
            const std::string text = Backticked(source.alias) + "." + Backticked(column);
            std::string name = column;
            for (int n = 0; used.contains(name); ++n) name = column + std::to_string(n);
            add(name == column ? text : text + " AS " + Backticked(name));
            used.insert(name);
            columns->push_back(std::move(name));
          }
        }
        continue;
      }
      const std::string text = ast::ToSql(*item.expr, &names);
      add(item.alias ? text + " AS " + Backticked(item.alias->name) : text);
      std::string name = item.alias ? item.alias->name
                         : item.expr->kind == ast::ExprKind::kColumn
                             ? ast::As<ast::ColumnRef>(*item.expr).parts.back().name
                             : "EXPR$" + std::to_string(columns->size());
      used.insert(name);
      columns->push_back(std::move(name));
    }
    std::string out = (select.distinct ? "SELECT DISTINCT " : "SELECT ") + items + from;
    if (select.where != nullptr) out += "\nWHERE " + ast::ToSql(*select.where, &names);
    if (select.has_group_by) out += "\nGROUP BY " + GroupBy(select.group_by, &names);
    if (select.having != nullptr) out += "\nHAVING " + ast::ToSql(*select.having, &names);
    order_names_.emplace(std::move(names));
    return out;
  }

  std::string GroupBy(const std::vector<ast::GroupItem>& items, SelectNames* names) {
    std::string out;
    for (const ast::GroupItem& item : items) {
      out += (out.empty() ? "" : ", ") + GroupItem(item, names);
    }
    return out;
  }

  std::string GroupItem(const ast::GroupItem& item, SelectNames* names) {
    using Kind = ast::GroupItem::Kind;
    switch (item.kind) {
      case Kind::kExpr: {
        const std::string text = ast::ToSql(*item.expr, names);
        const bool window =
            text.starts_with("TUMBLE(") || text.starts_with("HOP(") || text.starts_with("SESSION(");
        return window ? "$" + text : text;
      }
      case Kind::kEmpty:
        return "()";
      case Kind::kRollup:
        return "ROLLUP(" + GroupBy(item.items, names) + ")";
      case Kind::kCube:
        return "CUBE(" + GroupBy(item.items, names) + ")";
      case Kind::kGroupingSets:
        return "GROUPING SETS(" + GroupBy(item.items, names) + ")";
      case Kind::kList:
        return item.items.size() == 1 ? GroupItem(item.items[0], names)
                                      : "(" + GroupBy(item.items, names) + ")";
    }
    return "";
  }

  std::string OrderBy(const std::vector<ast::OrderItem>& items, const Names& columns) {
    std::string out;
    for (const ast::OrderItem& item : items) {
      std::string text;
      const auto* column = item.expr->kind == ast::ExprKind::kColumn
                               ? &ast::As<ast::ColumnRef>(*item.expr)
                               : nullptr;
      if (column != nullptr && column->parts.size() == 1 &&
          std::find(columns.begin(), columns.end(), column->parts[0].name) != columns.end()) {
        text = Backticked(column->parts);
      } else {
        if (!order_names_) failed_ = true;
        text = ast::ToSql(*item.expr, order_names_ ? &*order_names_ : nullptr);
      }
      if (item.descending) text += " DESC";
      if (item.nulls_first) text += *item.nulls_first ? " NULLS FIRST" : " NULLS LAST";
      out += (out.empty() ? "" : ", ") + text;
    }
    return out;
  }

  /// " (`a`, `b`)" of aliases, which become the names.
  static std::string ColumnList(const std::vector<ast::Identifier>& aliases, Names* names) {
    if (aliases.empty()) return "";
    names->clear();
    std::string out;
    for (const ast::Identifier& alias : aliases) {
      out += (out.empty() ? " (" : ", ") + Backticked(alias.name);
      names->push_back(alias.name);
    }
    return out + ")";
  }

  std::string From(const ast::TableRef& ref, Source* source) {
    if (ref.alias) {
      source->alias = ref.alias->name;
    } else if (ref.kind != ast::TableKind::kNamed) {
      source->alias = "EXPR$" + std::to_string(generated_++);
    }
    std::string text;
    switch (ref.kind) {
      case ast::TableKind::kNamed: {
        const auto& named = static_cast<const ast::NamedTable&>(ref);
        if (!named.hints.empty() || named.system_time != nullptr) failed_ = true;
        text = Named(named.name, &source->columns);
        if (!ref.alias) source->alias = named.name.parts.back().name;
        break;
      }
      case ast::TableKind::kDerived:
        text =
            "(" + Query(*static_cast<const ast::DerivedTable&>(ref).query, &source->columns) + ")";
        break;
      case ast::TableKind::kFunction:
        text = Function(*static_cast<const ast::FunctionTable&>(ref).call, &source->columns);
        break;
      default:
        failed_ = true;
    }
    if (ref.lateral) failed_ = true;
    text += " AS " + Backticked(source->alias);
    return text + ColumnList(ref.column_aliases, &source->columns);
  }

  /// A common table's name, or the path of a table or view.
  std::string Named(const ast::Name& name, Names* columns) {
    const auto common = common_.find(name.parts.back().name);
    if (name.parts.size() == 1 && common != common_.end()) {
      *columns = common->second;
      return Backticked(name.parts);
    }
    const CatalogTablePtr table = catalog_.TryFind(catalog_.Resolve(name));
    if (table == nullptr) {
      failed_ = true;
      return "";
    }
    for (const CatalogColumn& column : table->columns) columns->push_back(column.name);
    return table->path.ToQuotedString();
  }

  /// A window function over a table.
  std::string Function(const ast::Expr& expr, Names* columns) {
    if (expr.kind != ast::ExprKind::kCall) {
      failed_ = true;
      return "";
    }
    const auto& call = ast::As<ast::Call>(expr);
    std::string args;
    for (const ast::ExprPtr& arg : call.args) {
      args += args.empty() ? "" : ", ";
      const ast::Expr* value = arg.get();
      if (value->kind == ast::ExprKind::kNamedArgument) {
        const auto& named = ast::As<ast::NamedArgument>(*value);
        args += Backticked(named.name.name) + " => ";
        value = named.value.get();
      }
      args += value->kind == ast::ExprKind::kTableArgument
                  ? TableArgument(ast::As<ast::TableArgument>(*value), columns)
                  : ast::ToSql(*value);
    }
    for (const char* column : {"window_start", "window_end", "window_time"}) {
      columns->push_back(column);
    }
    std::string name = call.name;
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return "TABLE(" + name + "(" + args + "))";
  }

  std::string TableArgument(const ast::TableArgument& argument, Names* columns) {
    if (argument.query != nullptr || !argument.partition_by.empty() || !argument.order_by.empty()) {
      failed_ = true;
      return "";
    }
    const std::string path = Named(argument.table, columns);
    const std::string alias = Backticked(argument.table.parts.back().name);
    std::string items;
    for (const std::string& column : *columns) {
      items += (items.empty() ? "" : ", ") + alias + "." + Backticked(column);
    }
    return "(SELECT " + items + "\nFROM " + path + " AS " + alias + ")";
  }

  const Catalog& catalog_;
  std::map<std::string, Names> common_;     // WITH, by name
  std::optional<SelectNames> order_names_;  // what ORDER BY sees of the latest SELECT
  int generated_ = 0;                       // names made for tables without an alias
  bool failed_ = false;
};

}  // namespace

std::optional<std::string> ViewText(const ast::Query& query, const Catalog& catalog) {
  QueryWriter writer(catalog);
  Names columns;
  std::string text = writer.Query(query, &columns);
  if (writer.failed()) return std::nullopt;
  return text;
}

}  // namespace thalweg::sql
