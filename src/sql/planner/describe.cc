#include "sql/planner/describe.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "base/join.h"

namespace thalweg::sql {
namespace {

std::string FieldNames(const data::Schema& schema) { return Join(NamesOf(schema)); }

std::string ColumnNames(const data::Schema& schema, const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (int column : columns) names.push_back(schema[static_cast<size_t>(column)].name);
  return Join(names);
}

std::string Projections(const std::vector<expr::ExprPtr>& projections, const data::Schema& input,
                        const data::Schema& output) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < projections.size(); ++i) {
    std::string text = projections[i]->ToString(input);
    if (text != output[i].name) text += " AS " + output[i].name;
    parts.push_back(std::move(text));
  }
  return Join(parts);
}

std::string Aggregates(const std::vector<expr::AggregateCall>& calls, size_t first,
                       const data::Schema& output) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < calls.size(); ++i) {
    parts.push_back(calls[i].name + " AS " + output[first + i].name);
  }
  return Join(parts);
}

std::string WindowText(const graph::WindowSpec& window, const data::Schema& input) {
  std::string time;
  if (window.time_column >= 0) {
    time = fmt::format("time_col=[{}], ", input[static_cast<size_t>(window.time_column)].name);
  }
  auto ms = [](int64_t value) { return FormatDurationMs(value); };
  std::string offset =
      window.offset_ms == 0 ? "" : fmt::format(", offset=[{}]", ms(window.offset_ms));
  switch (window.kind) {
    case graph::WindowKind::kTumble:
      return fmt::format("TUMBLE({}size=[{}]{})", time, ms(window.size_ms), offset);
    case graph::WindowKind::kHop:
      return fmt::format("HOP({}size=[{}], slide=[{}]{})", time, ms(window.size_ms),
                         ms(window.slide_ms), offset);
    case graph::WindowKind::kCumulate:
      return fmt::format("CUMULATE({}max_size=[{}], step=[{}]{})", time, ms(window.size_ms),
                         ms(window.slide_ms), offset);
    case graph::WindowKind::kSession:
      return fmt::format("SESSION({}gap=[{}])", time, ms(window.gap_ms));
  }
  return "";
}

struct Describer {
  const PlanNode& node;

  const data::Schema& input() const { return node.inputs[0]->schema; }

  std::string operator()(const graph::ScanNode& scan) const {
    std::string table = scan.table;
    for (size_t at = 0; (at = table.find('.', at)) != std::string::npos; at += 2) {
      table.replace(at, 1, ", ");
    }
    std::string text =
        fmt::format("TableSourceScan(table=[[{}]], fields=[{}]", table, FieldNames(node.schema));
    if (!scan.filters.empty()) {
      std::vector<std::string> parts;
      for (const expr::ExprPtr& e : scan.filters) parts.push_back(e->ToString(node.schema));
      text += ", filter=[" + Join(parts) + "]";
    }
    if (scan.watermark) {
      text += fmt::format(", watermark=[{} AS {}]", scan.watermark->rowtime_name,
                          scan.watermark->watermark->ToString(node.schema));
    }
    return text + ")";
  }
  std::string operator()(const graph::ValuesNode& values) const {
    return fmt::format("Values(rows=[{}], fields=[{}])", values.num_rows, FieldNames(node.schema));
  }
  std::string operator()(const graph::CalcNode& calc) const {
    std::string text = "Calc(select=[" + Projections(calc.projections, input(), node.schema) + "]";
    if (calc.condition != nullptr) text += ", where=[" + calc.condition->ToString(input()) + "]";
    return text + ")";
  }
  std::string operator()(const graph::ExpandNode& expand) const {
    std::vector<std::string> parts;
    for (const auto& projection : expand.projections) {
      parts.push_back("{" + Projections(projection, input(), node.schema) + "}");
    }
    return "Expand(projects=[" + Join(parts) + "])";
  }
  std::string operator()(const graph::GroupAggregateNode& aggregate) const {
    std::string keys = ColumnNames(input(), aggregate.keys);
    std::string calls = Aggregates(aggregate.aggregates, aggregate.keys.size(), node.schema);
    std::string select = keys + (keys.empty() || calls.empty() ? "" : ", ") + calls;
    return fmt::format("GroupAggregate({}select=[{}])",
                       keys.empty() ? "" : "groupBy=[" + keys + "], ", select);
  }
  std::string operator()(const graph::WindowAggregateNode& aggregate) const {
    std::string keys = ColumnNames(input(), aggregate.keys);
    std::vector<std::string> parts;
    if (!keys.empty()) parts.push_back(keys);
    std::string calls = Aggregates(aggregate.aggregates, aggregate.keys.size(), node.schema);
    if (!calls.empty()) parts.push_back(calls);
    size_t first = aggregate.keys.size() + aggregate.aggregates.size();
    for (size_t i = first; i < node.schema.size(); ++i) parts.push_back(node.schema[i].name);
    std::string window = WindowText(aggregate.window, input());
    if (aggregate.attached) {
      window += fmt::format(", win_start=[{}], win_end=[{}]",
                            input()[static_cast<size_t>(aggregate.attached_start)].name,
                            input()[static_cast<size_t>(aggregate.attached_end)].name);
    }
    return fmt::format("WindowAggregate({}window=[{}], select=[{}])",
                       keys.empty() ? "" : "groupBy=[" + keys + "], ", window, Join(parts));
  }
  std::string operator()(const graph::WindowTableFunctionNode& function) const {
    std::string keys = ColumnNames(input(), function.keys);
    return fmt::format("WindowTableFunction(window=[{}{}])", WindowText(function.window, input()),
                       keys.empty() ? "" : ", partition keys=[" + keys + "]");
  }
  std::string operator()(const graph::SortNode& sort) const {
    std::vector<std::string> keys;
    for (const graph::SortKey& key : sort.keys) {
      keys.push_back(input()[static_cast<size_t>(key.column)].name +
                     (key.ascending ? " ASC" : " DESC"));
    }
    std::string limit;
    if (sort.offset > 0) limit += fmt::format("offset=[{}], ", sort.offset);
    if (sort.limit >= 0) limit += fmt::format("fetch=[{}], ", sort.limit);
    if (!limit.empty()) limit.resize(limit.size() - 2);
    if (keys.empty()) return "Limit(" + limit + ")";
    return fmt::format("{}(orderBy=[{}]{})", limit.empty() ? "Sort" : "SortLimit", Join(keys),
                       limit.empty() ? "" : ", " + limit);
  }
  std::string operator()(const graph::UnionNode&) const {
    return "Union(all=[true], union=[" + FieldNames(node.schema) + "])";
  }
  std::string operator()(const graph::SinkNode& sink) const {
    return fmt::format("Sink(table=[{}], fields=[{}])", sink.collect ? "*collect*" : sink.table,
                       FieldNames(node.schema));
  }
};

}  // namespace

std::string Describe(const PlanNode& node) { return std::visit(Describer{node}, node.spec); }

std::string DescribeState(const PlanNode& node) {
  if (const auto* a = std::get_if<graph::GroupAggregateNode>(&node.spec)) {
    if (a->final_only) return "one row per group, until the end of the input";
    std::string what = a->keys.empty() ? "one row" : "one row per group";
    for (const expr::AggregateCall& call : a->aggregates) {
      if (call.distinct) what += ", and every distinct value";
      if (call.distinct) break;
    }
    bool values = false;
    for (const expr::AggregateCall& call : a->aggregates) {
      values = values || (a->input_retracts && (call.kind == expr::AggregateKind::kMin ||
                                                call.kind == expr::AggregateKind::kMax));
    }
    if (values) what += ", and every value of MIN and MAX, since the input retracts";
    if (a->state_ttl_ms > 0) {
      return what + "; freed after " + FormatDurationMs(a->state_ttl_ms) + " without a change";
    }
    return what + "; never freed (see table.exec.state.ttl)";
  }
  if (const auto* w = std::get_if<graph::WindowAggregateNode>(&node.spec)) {
    std::string what = w->keys.empty() ? "one row per window" : "one row per group and window";
    return what + (w->final_only ? ", until the end of the input"
                                 : "; freed when the watermark passes the window's end");
  }
  if (const auto* f = std::get_if<graph::WindowTableFunctionNode>(&node.spec)) {
    if (f->window.kind == graph::WindowKind::kSession) {
      return "the rows of open sessions; freed when the watermark closes them";
    }
  }
  if (const auto* s = std::get_if<graph::SortNode>(&node.spec)) {
    if (s->keys.empty())
      return s->final_only ? "the rows of the limit" : "how many rows have passed";
    if (s->limit >= 0) {
      return fmt::format("the first {} rows; freed at the end of the input", s->offset + s->limit);
    }
    return "all rows, until the end of the input";
  }
  return "";
}

}  // namespace thalweg::sql
