// FROM: tables, views, subqueries and window table functions.
#include <fmt/format.h>

#include <algorithm>

#include "base/nearest_name.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/repeated_name.h"

namespace thalweg::sql {

using data::Type;

namespace {

constexpr std::string_view kWindowFunctions[] = {"TUMBLE", "HOP", "CUMULATE", "SESSION"};

// The arguments of a window table function, by position or by name.
struct WindowArguments {
  const ast::TableArgument* table = nullptr;
  const ast::Call* time = nullptr;  // DESCRIPTOR(..)
  std::vector<const ast::Expr*> intervals;
};

Result<WindowArguments> ArrangeArguments(const ast::Call& call, std::string_view name) {
  std::vector<std::string_view> names = {"DATA", "TIMECOL"};
  if (name == "HOP") names.push_back("SLIDE");
  if (name == "CUMULATE") names.push_back("STEP");
  names.push_back(name == "SESSION" ? "GAP" : "SIZE");
  size_t required = names.size();
  if (name != "SESSION") names.push_back("OFFSET");
  std::vector<const ast::Expr*> values(names.size(), nullptr);
  for (size_t i = 0; i < call.args.size(); ++i) {
    const ast::Expr& arg = *call.args[i];
    if (arg.kind != ast::ExprKind::kNamedArgument) {
      if (i >= values.size()) {
        return Status::InvalidSql(
            arg.span, fmt::format("{} takes at most {} arguments", name, values.size()));
      }
      values[i] = &arg;
      continue;
    }
    const auto& named = ast::As<ast::NamedArgument>(arg);
    std::string upper = UpperCase(named.name.name);
    auto it = std::find(names.begin(), names.end(), upper);
    if (it == names.end()) {
      if (upper == "EMITONLYONUPDATE") {
        return Status::NotSupported(named.span, "EMITONLYONUPDATE is not supported yet");
      }
      return Status::InvalidSql(
          named.name.span,
          fmt::format("{} has no parameter {}{}", name, named.name.name, DidYouMean(upper, names)));
    }
    const ast::Expr*& value = values[static_cast<size_t>(it - names.begin())];
    if (value != nullptr) {
      return Status::InvalidSql(named.span, fmt::format("{} is given twice", upper));
    }
    value = named.value.get();
  }
  for (size_t i = 0; i < required; ++i) {
    if (values[i] == nullptr) {
      std::string usage;
      for (std::string_view n : names) usage += (usage.empty() ? "" : ", ") + std::string(n);
      return Status::InvalidSql(
          call.span, fmt::format("{} lacks its {} argument; it takes ({}{})", name, names[i], usage,
                                 name == "SESSION" ? ""
                                                   : ", the last "
                                                     "optional"));
    }
  }
  WindowArguments out;
  if (values[0]->kind != ast::ExprKind::kTableArgument) {
    return Status::InvalidSql(values[0]->span,
                              fmt::format("the first argument of {} is a table: TABLE t", name));
  }
  out.table = &ast::As<ast::TableArgument>(*values[0]);
  bool descriptor = values[1]->kind == ast::ExprKind::kCall &&
                    ast::As<ast::Call>(*values[1]).name == "DESCRIPTOR";
  if (!descriptor) {
    return Status::InvalidSql(
        values[1]->span,
        fmt::format("the second argument of {} names the time column: DESCRIPTOR(ts)", name));
  }
  out.time = &ast::As<ast::Call>(*values[1]);
  for (size_t i = 2; i < values.size(); ++i) {
    if (values[i] != nullptr) out.intervals.push_back(values[i]);
  }
  return out;
}

bool IsBodyOnly(const ast::Query& query) {
  return query.with.empty() && query.order_by.empty() && query.offset == nullptr &&
         query.fetch == nullptr;
}

/// The alias of VALUES with one column names that column, too.
bool IsSingleColumnOfValues(const ast::TableRef& ref, const PlanNode& plan) {
  if (ref.kind != ast::TableKind::kDerived || plan.schema.size() != 1) return false;
  const ast::Query* query = static_cast<const ast::DerivedTable&>(ref).query.get();
  while (IsBodyOnly(*query) && query->body->kind == ast::BodyKind::kNested) {
    query = static_cast<const ast::NestedQuery&>(*query->body).query.get();
  }
  return IsBodyOnly(*query) && query->body->kind == ast::BodyKind::kValues;
}

}  // namespace

Result<PlanPtr> QueryBinder::BindTableRef(const ast::TableRef& ref, Scope* scope) {
  PlanPtr plan;
  std::string alias;
  std::vector<std::string> qualifier;
  switch (ref.kind) {
    case ast::TableKind::kNamed: {
      const auto& table = static_cast<const ast::NamedTable&>(ref);
      alias = table.name.parts.back().name;
      if (!ref.alias) {
        ObjectPath path = context_.catalog.Resolve(table.name);
        qualifier = {path.catalog, path.database};
      }
      TW_ASSIGN_OR_RETURN(plan, BindNamedTable(table));
      break;
    }
    case ast::TableKind::kDerived: {
      const auto& derived = static_cast<const ast::DerivedTable&>(ref);
      if (derived.lateral) return Status::NotSupported(ref.span, "LATERAL is not supported yet");
      TW_ASSIGN_OR_RETURN(plan, BindQuery(*derived.query));
      break;
    }
    case ast::TableKind::kFunction: {
      TW_ASSIGN_OR_RETURN(plan, BindFunctionTable(static_cast<const ast::FunctionTable&>(ref)));
      break;
    }
    case ast::TableKind::kUnnest:
      return Status::NotSupported(ref.span, "UNNEST is not supported yet");
    case ast::TableKind::kJoin: {
      const auto& join = static_cast<const ast::Join&>(ref);
      const auto* right = join.right.get();
      if (right->kind == ast::TableKind::kUnnest) {
        return Status::NotSupported(right->span, "UNNEST is not supported yet");
      }
      if (right->kind == ast::TableKind::kFunction && right->lateral) {
        return Status::NotSupported(right->span, "LATERAL TABLE(..) is not supported yet");
      }
      if (right->kind == ast::TableKind::kNamed &&
          static_cast<const ast::NamedTable*>(right)->system_time != nullptr) {
        return Status::NotSupported(right->span,
                                    "FOR SYSTEM_TIME AS OF, a temporal join, is not supported yet");
      }
      std::string kind = join.join == ast::JoinKind::kLeft    ? "LEFT JOIN"
                         : join.join == ast::JoinKind::kRight ? "RIGHT JOIN"
                         : join.join == ast::JoinKind::kFull  ? "FULL JOIN"
                         : join.join == ast::JoinKind::kCross ? "CROSS JOIN"
                                                              : "JOIN";
      return Status::NotSupported(ref.span, kind + " is not supported yet");
    }
    case ast::TableKind::kMatchRecognize:
      return Status::NotSupported(ref.span, "MATCH_RECOGNIZE is not supported yet");
    case ast::TableKind::kTableSample:
      return Status::NotSupported(ref.span, "TABLESAMPLE is not supported");
    case ast::TableKind::kPivot:
      return Status::NotSupported(ref.span, "PIVOT is not supported");
  }
  if (ref.alias) alias = ref.alias->name;
  if (!ref.column_aliases.empty()) {
    if (ref.column_aliases.size() != plan->schema.size()) {
      return Status::InvalidSql(ref.span,
                                fmt::format("'{}' names {} columns, its table has {}", alias,
                                            ref.column_aliases.size(), plan->schema.size()));
    }
    std::vector<std::string> names;
    for (const ast::Identifier& column : ref.column_aliases) names.push_back(column.name);
    plan = MakeRename(std::move(plan), names);
  }
  if (ref.alias && ref.column_aliases.empty() && IsSingleColumnOfValues(ref, *plan)) {
    plan = MakeRename(std::move(plan), {alias});
  }
  scope->Add(std::move(alias), plan->schema, std::move(qualifier));
  if (ref.kind == ast::TableKind::kDerived && ref.column_aliases.empty()) {
    const ast::Query& query = *static_cast<const ast::DerivedTable&>(ref).query;
    auto& columns = scope->tables.back().columns;
    for (size_t i = 1; i < columns.size(); ++i) {
      if (auto name = RepeatedName(query, i)) columns[i].name = std::move(*name);
    }
  }
  return plan;
}

Result<PlanPtr> QueryBinder::BindNamedTable(const ast::NamedTable& table) {
  if (table.system_time != nullptr) {
    return Status::NotSupported(table.span,
                                "FOR SYSTEM_TIME AS OF, a temporal join, is not supported yet");
  }
  if (table.name.parts.size() == 1) {
    for (size_t i = common_tables_.size(); i-- > 0;) {
      if (common_tables_[i].name == table.name.parts[0].name) return common_tables_[i].plan;
    }
  }
  Result<CatalogTablePtr> found = context_.catalog.Find(table.name);
  if (!found.ok()) {
    // A name of WITH may be meant.
    std::vector<std::string_view> names;
    for (const CommonTableBinding& common : common_tables_) names.push_back(common.name);
    std::string hint = DidYouMean(table.name.parts.back().name, names);
    if (hint.empty()) return found.status();
    return Status::InvalidSql(table.name.span,
                              fmt::format("Object '{}' not found{}", table.name.ToString(), hint));
  }
  if ((*found)->is_view) {
    if (!table.hints.empty()) {
      return Status::InvalidSql(table.hints[0].span, "a view takes no OPTIONS hint");
    }
    return BindView(*found, table.span);
  }
  return BindTable(*found, table.hints, table.span);
}

Result<PlanPtr> QueryBinder::BindView(const CatalogTablePtr& view, SqlSpan span) {
  // The view's text is another one: errors inside it name the view and point at its use.
  std::vector<CommonTableBinding> saved;
  saved.swap(common_tables_);
  Result<PlanPtr> plan = BindQuery(*view->query);
  saved.swap(common_tables_);
  if (!plan.ok()) {
    return Status(plan.status().code(),
                  fmt::format("in view '{}': {}", view->path.ToString(), plan.status().message()))
        .WithSpan(span);
  }
  std::vector<std::string> names;
  for (const CatalogColumn& column : view->columns) names.push_back(column.name);
  return MakeRename(std::move(*plan), names);
}

Result<PlanPtr> QueryBinder::BindFunctionTable(const ast::FunctionTable& table) {
  const auto& call = ast::As<ast::Call>(*table.call);
  std::string upper = UpperCase(call.name);
  for (std::string_view name : kWindowFunctions) {
    if (upper == name) return BindWindowFunction(call, name);
  }
  std::vector<std::string_view> candidates(std::begin(kWindowFunctions),
                                           std::end(kWindowFunctions));
  std::string hint = DidYouMean(upper, candidates);
  if (!hint.empty()) {
    return Status::InvalidSql(call.name_span,
                              fmt::format("there is no table function {}{}", call.name, hint));
  }
  return Status::NotSupported(call.name_span,
                              fmt::format("table function {} is not supported", call.name));
}

Result<PlanPtr> QueryBinder::BindWindowFunction(const ast::Call& call, std::string_view name) {
  TW_ASSIGN_OR_RETURN(WindowArguments args, ArrangeArguments(call, name));
  PlanPtr input;
  if (args.table->query != nullptr) {
    TW_ASSIGN_OR_RETURN(input, BindQuery(*args.table->query));
  } else {
    ast::NamedTable table;
    table.name = args.table->table;
    table.span = args.table->span;
    TW_ASSIGN_OR_RETURN(input, BindNamedTable(table));
  }
  if (!args.table->order_by.empty()) {
    return Status::InvalidSql(args.table->span, fmt::format("{} takes no ORDER BY", name));
  }
  Scope scope;
  scope.Add(args.table->query == nullptr ? args.table->table.parts.back().name : "", input->schema);
  ExpressionBinder binder(context_.eval, scope, "DESCRIPTOR");
  const ast::Expr& descriptor = *args.time->args[0];
  TW_ASSIGN_OR_RETURN(expr::ExprPtr time, binder.Bind(descriptor));
  if (time->kind != expr::ExprKind::kColumn) {
    return Status::InvalidSql(descriptor.span, "the time column must be a column of the table");
  }
  data::TimeAttribute attribute = time->type.time_attribute();
  if (attribute == data::TimeAttribute::kNone &&
      (context_.streaming || !time->type.is_timestamp())) {
    return Status::InvalidSql(
        descriptor.span,
        fmt::format("The window function requires the timecol is a time attribute type, but is {}; "
                    "declare it with WATERMARK FOR, or use PROCTIME()",
                    time->type.ToSummary()));
  }
  graph::WindowTableFunctionNode node;
  graph::WindowSpec& window = node.window;
  window.time_column = time->column;
  window.event_time = attribute != data::TimeAttribute::kProctime;
  window.ltz = time->type.root() == data::TypeRoot::kTimestampLtz;
  auto interval = [&](size_t i, std::string_view what, bool positive) {
    return ConstantIntervalMs(*args.intervals[i], what, positive);
  };
  size_t next = 0;
  if (name == "SESSION") {
    window.kind = graph::WindowKind::kSession;
    TW_ASSIGN_OR_RETURN(window.gap_ms, interval(next++, "the gap of SESSION", true));
    for (const ast::ExprPtr& e : args.table->partition_by) {
      TW_ASSIGN_OR_RETURN(expr::ExprPtr key, binder.Bind(*e));
      if (key->kind != expr::ExprKind::kColumn) {
        return Status::InvalidSql(e->span, "PARTITION BY names columns of the table");
      }
      node.keys.push_back(key->column);
    }
    if (!context_.streaming) {
      return Status::NotSupported(call.span,
                                  "SESSION windows are not supported in batch mode, as "
                                  "in Flink");
    }
  } else {
    if (!args.table->partition_by.empty()) {
      return Status::InvalidSql(args.table->span,
                                fmt::format("{} takes no PARTITION BY; only SESSION does", name));
    }
    if (name != "TUMBLE") {
      window.kind = name == "HOP" ? graph::WindowKind::kHop : graph::WindowKind::kCumulate;
      TW_ASSIGN_OR_RETURN(
          window.slide_ms,
          interval(next++, name == "HOP" ? "the slide of HOP" : "the step of CUMULATE", true));
    }
    size_t size_at = next;
    TW_ASSIGN_OR_RETURN(window.size_ms,
                        interval(next++, fmt::format("the size of {}", name), true));
    if (name != "TUMBLE" && window.size_ms % window.slide_ms != 0) {
      std::string_view part = name == "HOP" ? "slide" : "step";
      return Status::InvalidSql(args.intervals[size_at]->span,
                                fmt::format("{} requires the size to be a whole multiple of the "
                                            "{}: {} ms and {} ms",
                                            name, part, window.size_ms, window.slide_ms));
    }
    if (next < args.intervals.size()) {
      TW_ASSIGN_OR_RETURN(window.offset_ms, interval(next, "the offset", false));
    }
  }
  auto plan = std::make_shared<PlanNode>();
  plan->schema = input->schema;
  int width = static_cast<int>(input->schema.size());
  Type bound = Type::Timestamp(3).WithNullable(false);
  Type window_time = window.ltz ? Type::TimestampLtz(3) : Type::Timestamp(3);
  window_time = window_time.WithNullable(false).WithTimeAttribute(attribute);
  std::vector<std::string> names = NamesOf(plan->schema);
  for (const auto& [column, type] : {std::pair<std::string_view, Type>{"window_start", bound},
                                     {"window_end", bound},
                                     {"window_time", window_time}}) {
    names.push_back(UniqueName(std::string(column), names));
    plan->schema.push_back({names.back(), type});
  }
  // The original column is no time attribute behind the function: window_time is.
  plan->schema[static_cast<size_t>(time->column)].type = time->type.WithTimeAttribute(attribute);
  plan->window = WindowColumns{window, {width}, {width + 1}, {width + 2}};
  node.final_only = !context_.streaming;
  plan->spec = std::move(node);
  plan->inputs = {std::move(input)};
  return PlanPtr(std::move(plan));
}

}  // namespace thalweg::sql
