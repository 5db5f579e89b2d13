// WITH, set operations, VALUES, ORDER BY and LIMIT.
#include <fmt/format.h>

#include <algorithm>

#include "data/column_builder.h"
#include "sql/binder/aggregate_builder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/repeated_name.h"

namespace thalweg::sql {

using data::Type;
using expr::ExprPtr;

Result<PlanPtr> QueryBinder::BindQuery(const ast::Query& query) {
  if (++depth_ > 200) {
    return Status::InvalidSql(query.span, "views and subqueries are nested too deep");
  }
  if (query.recursive) {
    return Status::NotSupported(query.span, "WITH RECURSIVE is not supported");
  }
  size_t outer = common_tables_.size();
  for (const ast::CommonTable& table : query.with) {
    TW_ASSIGN_OR_RETURN(PlanPtr plan, BindQuery(*table.query));
    if (!table.columns.empty()) {
      if (table.columns.size() != plan->schema.size()) {
        return Status::InvalidSql(
            table.name.span, fmt::format("'{}' names {} columns, its query has {}", table.name.name,
                                         table.columns.size(), plan->schema.size()));
      }
      std::vector<std::string> names;
      for (const ast::Identifier& column : table.columns) names.push_back(column.name);
      plan = MakeRename(std::move(plan), names);
    } else {
      for (size_t i = 1; i < plan->schema.size(); ++i) {
        if (const auto name = RepeatedName(*table.query, i)) {
          return Status::InvalidSql(
              table.name.span,
              fmt::format("'{}' has duplicate column name '{}' and no column list specified",
                          table.name.name, *name));
        }
      }
    }
    common_tables_.push_back({table.name.name, std::move(plan)});
  }
  Result<PlanPtr> plan = BindOrderAndLimit(query);
  common_tables_.resize(outer);
  --depth_;
  return plan;
}

Result<PlanPtr> QueryBinder::BindOrderAndLimit(const ast::Query& query) {
  std::vector<graph::SortKey> keys;
  PlanPtr plan;
  size_t visible = 0;
  const ast::QueryBody* body = query.body.get();
  if (body->kind == ast::BodyKind::kSelect && !query.order_by.empty()) {
    TW_ASSIGN_OR_RETURN(BodyResult result,
                        BindSelect(static_cast<const ast::Select&>(*body), query.order_by));
    plan = std::move(result.plan);
    visible = result.visible;
    keys = std::move(result.sort);
  } else {
    TW_ASSIGN_OR_RETURN(plan, BindBody(*body));
    visible = plan->schema.size();
    TW_ASSIGN_OR_RETURN(keys, BindOrderByOutput(query.order_by, plan));
  }
  if (keys.empty() && query.fetch == nullptr && query.offset == nullptr) return plan;
  TW_ASSIGN_OR_RETURN(plan, MakeSort(std::move(plan), std::move(keys), query));
  if (visible < plan->schema.size()) {
    std::vector<ExprPtr> columns = AllColumns(plan->schema);
    std::vector<std::string> names = NamesOf(plan->schema);
    columns.resize(visible);
    names.resize(visible);
    plan = MakeCalc(std::move(plan), nullptr, std::move(columns), names);
  }
  return plan;
}

Result<int64_t> QueryBinder::ConstantCount(const ast::Expr& e, std::string_view what) {
  if (e.kind == ast::ExprKind::kLiteral) {
    const auto& literal = ast::As<ast::Literal>(e);
    if (literal.literal == ast::LiteralKind::kInteger && literal.text.size() <= 18) {
      return std::stoll(literal.text);
    }
  }
  return Status::InvalidSql(e.span, fmt::format("{} must be a whole number", what));
}

Result<PlanPtr> QueryBinder::MakeSort(PlanPtr input, std::vector<graph::SortKey> keys,
                                      const ast::Query& query) {
  graph::SortNode sort;
  if (query.offset != nullptr) {
    TW_ASSIGN_OR_RETURN(sort.offset, ConstantCount(*query.offset, "OFFSET"));
  }
  if (query.fetch != nullptr) {
    TW_ASSIGN_OR_RETURN(sort.limit, ConstantCount(*query.fetch, "LIMIT"));
  }
  sort.keys = std::move(keys);
  bool final_only = !context_.streaming;
  if (!final_only) {
    // In streaming mode a sort needs an end of its input, or a limit.
    TW_ASSIGN_OR_RETURN(bool bounded, IsBounded(input, context_));
    bool changes = sort.limit >= 0 && context_.configuration.GetString("compat") == "flink";
    final_only = bounded && !sort.keys.empty() && !changes;
    if (!bounded && !sort.keys.empty() && sort.limit < 0) {
      bool by_time =
          input->schema[static_cast<size_t>(sort.keys[0].column)].type.time_attribute() !=
              data::TimeAttribute::kNone &&
          sort.keys[0].ascending;
      return Status::NotSupported(
          query.order_by[0].expr->span,
          by_time ? "ORDER BY a time attribute of an unbounded stream is not supported yet"
                  : "Sort on a non-time-attribute field is not supported for an unbounded stream: "
                    "its rows never end; add LIMIT, or use 'execution.runtime-mode' = 'batch'");
    }
    if (!bounded && sort.limit < 0 && sort.offset > 0) {
      return Status::NotSupported(query.span, "OFFSET without LIMIT on an unbounded stream");
    }
  }
  sort.final_only = final_only;
  data::Schema schema = input->schema;
  return MakePlan(std::move(sort), {std::move(input)}, std::move(schema));
}

Result<std::vector<graph::SortKey>> QueryBinder::BindOrderByOutput(
    const std::vector<ast::OrderItem>& items, const PlanPtr& plan) {
  std::vector<graph::SortKey> keys;
  Scope scope;
  scope.Add("", plan->schema);
  ExpressionBinder binder(context_.eval, scope, "ORDER BY");
  for (const ast::OrderItem& item : items) {
    graph::SortKey key;
    key.ascending = !item.descending;
    key.nulls_last = item.nulls_first ? !*item.nulls_first : item.descending;
    bool ordinal = item.expr->kind == ast::ExprKind::kLiteral &&
                   ast::As<ast::Literal>(*item.expr).literal == ast::LiteralKind::kInteger;
    if (ordinal) {
      TW_ASSIGN_OR_RETURN(int64_t position, ConstantCount(*item.expr, "ORDER BY"));
      if (position < 1 || position > static_cast<int64_t>(plan->schema.size())) {
        return Status::InvalidSql(item.expr->span, fmt::format("ORDER BY {}: there are {} columns",
                                                               position, plan->schema.size()));
      }
      key.column = static_cast<int>(position) - 1;
    } else {
      TW_ASSIGN_OR_RETURN(ExprPtr e, binder.Bind(*item.expr));
      if (e->kind != expr::ExprKind::kColumn) {
        return Status::NotSupported(item.expr->span,
                                    "ORDER BY an expression behind a set operation or VALUES; name "
                                    "it in a subquery first");
      }
      key.column = e->column;
    }
    keys.push_back(key);
  }
  return keys;
}

Result<PlanPtr> QueryBinder::BindBody(const ast::QueryBody& body) {
  switch (body.kind) {
    case ast::BodyKind::kSelect: {
      TW_ASSIGN_OR_RETURN(BodyResult result, BindSelect(static_cast<const ast::Select&>(body), {}));
      return std::move(result.plan);
    }
    case ast::BodyKind::kSetOperation:
      return BindSetOperation(static_cast<const ast::SetOperation&>(body));
    case ast::BodyKind::kValues:
      return BindValues(static_cast<const ast::Values&>(body));
    case ast::BodyKind::kNested:
      return BindQuery(*static_cast<const ast::NestedQuery&>(body).query);
    case ast::BodyKind::kTable: {
      ast::NamedTable table;
      table.name = static_cast<const ast::TableBody&>(body).table;
      table.span = body.span;
      return BindNamedTable(table);
    }
  }
  return Status::Internal("query body");
}

Result<PlanPtr> QueryBinder::BindSetOperation(const ast::SetOperation& operation) {
  if (operation.op != ast::SetOperator::kUnion) {
    return Status::NotSupported(operation.span, operation.op == ast::SetOperator::kExcept
                                                    ? "EXCEPT is not supported yet"
                                                    : "INTERSECT is not supported yet");
  }
  TW_ASSIGN_OR_RETURN(PlanPtr left, BindBody(*operation.left));
  TW_ASSIGN_OR_RETURN(PlanPtr right, BindBody(*operation.right));
  if (left->schema.size() != right->schema.size()) {
    return Status::InvalidSql(operation.span,
                              fmt::format("Column count mismatch in UNION: {} and {}",
                                          left->schema.size(), right->schema.size()));
  }
  std::vector<Type> types;
  for (size_t i = 0; i < left->schema.size(); ++i) {
    const Type& a = left->schema[i].type;
    const Type& b = right->schema[i].type;
    if (a.root() == data::TypeRoot::kNull || b.root() == data::TypeRoot::kNull) {
      return Status::InvalidSql(operation.span,
                                "Illegal use of 'NULL': a column of UNION has no "
                                "type; write CAST(NULL AS ..)");
    }
    Result<Type> common = expr::CommonType({a, b});
    if (!common.ok()) {
      return Status::InvalidSql(operation.span,
                                fmt::format("Type mismatch in column {} of UNION: {} and {}", i + 1,
                                            a.ToSummary(), b.ToSummary()));
    }
    Type type = common->WithNullable(a.nullable() || b.nullable());
    type = type.WithTimeAttribute(
        a.time_attribute() == b.time_attribute() ? a.time_attribute() : data::TimeAttribute::kNone);
    types.push_back(std::move(type));
  }
  auto cast = [&](PlanPtr plan) -> Result<PlanPtr> {
    std::vector<ExprPtr> columns = AllColumns(plan->schema);
    for (size_t i = 0; i < columns.size(); ++i) {
      TW_ASSIGN_OR_RETURN(columns[i], expr::MakeCast(columns[i], types[i], context_.eval));
      if (columns[i]->type.time_attribute() != types[i].time_attribute()) {
        columns[i] =
            WithType(columns[i], columns[i]->type.WithTimeAttribute(types[i].time_attribute()));
      }
    }
    return MakeCalc(std::move(plan), nullptr, std::move(columns), NamesOf(left->schema));
  };
  TW_ASSIGN_OR_RETURN(right, cast(right));
  TW_ASSIGN_OR_RETURN(left, cast(left));
  // UNION ALL of UNION ALL is one node.
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& side : {left, right}) {
    if (SpecOf<graph::UnionNode>(side) != nullptr) {
      inputs.insert(inputs.end(), side->inputs.begin(), side->inputs.end());
    } else {
      inputs.push_back(side);
    }
  }
  data::Schema schema;
  for (size_t i = 0; i < types.size(); ++i) schema.push_back({left->schema[i].name, types[i]});
  PlanPtr plan = MakePlan(graph::UnionNode{}, std::move(inputs), std::move(schema));
  if (operation.all) return plan;
  return BuildDistinct(std::move(plan), context_);
}

Result<PlanPtr> QueryBinder::BindValues(const ast::Values& values) {
  size_t width = values.rows[0].size();
  Scope empty;
  ExpressionBinder binder(context_.eval, empty, "VALUES");
  std::vector<std::vector<ExprPtr>> rows;
  for (size_t r = 0; r < values.rows.size(); ++r) {
    if (values.rows[r].size() != width) {
      return Status::InvalidSql(values.row_spans[r],
                                fmt::format("a row of VALUES has {} columns, the first one {}",
                                            values.rows[r].size(), width));
    }
    std::vector<ExprPtr> row;
    for (const ast::ExprPtr& e : values.rows[r]) {
      TW_ASSIGN_OR_RETURN(ExprPtr bound, binder.Bind(*e));
      row.push_back(std::move(bound));
    }
    rows.push_back(std::move(row));
  }
  data::Schema schema;
  bool constant = true;
  for (size_t c = 0; c < width; ++c) {
    std::vector<Type> types;
    bool nullable = false;
    for (const auto& row : rows) {
      types.push_back(row[c]->type);
      nullable = nullable || row[c]->type.nullable();
    }
    Result<Type> common = expr::CommonType(types);
    if (!common.ok()) return common.status().WithSpan(values.span);
    Type type = common->WithNullable(nullable).WithTimeAttribute(data::TimeAttribute::kNone);
    for (auto& row : rows) {
      TW_ASSIGN_OR_RETURN(row[c], expr::MakeCast(row[c], type, context_.eval));
      TW_ASSIGN_OR_RETURN(row[c], expr::FoldConstants(row[c], context_.eval));
      constant = constant && row[c]->kind == expr::ExprKind::kLiteral;
    }
    schema.push_back({fmt::format("EXPR${}", c), std::move(type)});
  }
  if (constant) {
    graph::ValuesNode node;
    node.num_rows = static_cast<int32_t>(rows.size());
    for (size_t c = 0; c < width; ++c) {
      data::ColumnBuilder builder(schema[c].type);
      for (const auto& row : rows) {
        if (row[c]->literal->IsNull(0)) {
          builder.AppendNull();
        } else {
          builder.AppendFrom(*row[c]->literal, 0);
        }
      }
      node.columns.push_back(builder.Finish());
    }
    return MakePlan(std::move(node), {}, std::move(schema));
  }
  std::vector<PlanPtr> inputs;
  for (auto& row : rows) {
    PlanPtr one = MakePlan(graph::ValuesNode{1, {}}, {}, {});
    inputs.push_back(MakeCalc(std::move(one), nullptr, std::move(row), NamesOf(schema)));
  }
  if (inputs.size() == 1) return inputs[0];
  return MakePlan(graph::UnionNode{}, std::move(inputs), std::move(schema));
}

Result<bool> IsBounded(const PlanPtr& plan, const BindContext& context) {
  if (const auto* scan = SpecOf<graph::ScanNode>(plan); scan != nullptr) {
    TW_ASSIGN_OR_RETURN(auto source,
                        connectors::MakeSource(ConnectorTableOf(*scan), context.connector));
    return source->bounded();
  }
  for (const PlanPtr& input : plan->inputs) {
    TW_ASSIGN_OR_RETURN(bool bounded, IsBounded(input, context));
    if (!bounded) return false;
  }
  return true;
}

connectors::ConnectorTable ConnectorTableOf(const graph::ScanNode& scan) {
  return {scan.table, scan.physical, scan.primary_key, scan.partition_keys, scan.options};
}

}  // namespace thalweg::sql
