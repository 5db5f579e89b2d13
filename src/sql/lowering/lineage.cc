#include "sql/lowering/lineage.h"

#include <fmt/format.h>

#include "sql/planner/describe.h"

namespace thalweg::sql {
namespace {

constexpr size_t kLongest = 100;

/// A text of bounded length that differs where `text` does.
std::string Bounded(std::string text) {
  if (text.size() <= kLongest) return text;
  return fmt::format("{}..#{:016x}", text.substr(0, kLongest / 2), HashText(text));
}

std::string Columns(const std::vector<int>& columns, const Lineage& input) {
  std::string out;
  for (const int c : columns) {
    out += (out.empty() ? "" : ", ") + input.columns[static_cast<size_t>(c)];
  }
  return out;
}

std::string ColumnOrNone(int column, const Lineage& input) {
  return column < 0 ? "" : input.columns[static_cast<size_t>(column)];
}

std::string WindowText(const graph::WindowSpec& w, const Lineage& input) {
  return fmt::format("{} {} {} {} {} {} {} {}", static_cast<int>(w.kind), w.size_ms, w.slide_ms,
                     w.gap_ms, w.offset_ms, w.event_time, w.ltz,
                     ColumnOrNone(w.time_column, input));
}

struct Deriver {
  const PlanNode& plan;
  const std::vector<const Lineage*>& inputs;

  const Lineage& input() const { return *inputs[0]; }

  /// The input's columns under their lineage, for printing expressions.
  data::Schema Names() const {
    data::Schema names = plan.inputs[0]->schema;
    for (size_t i = 0; i < names.size(); ++i) names[i].name = input().columns[i];
    return names;
  }

  Lineage operator()(const graph::ScanNode& scan) const {
    const auto connector = scan.options.find("connector");
    Lineage out;
    out.rows =
        "scan|" + scan.table + "|" + (connector == scan.options.end() ? "" : connector->second);
    for (const data::Field& f : plan.schema) out.columns.push_back(f.name);
    return out;
  }
  Lineage operator()(const graph::ValuesNode&) const {
    Lineage out;
    out.rows = Describe(plan);
    for (const data::Field& f : plan.schema) out.columns.push_back(f.name);
    return out;
  }
  Lineage operator()(const graph::CalcNode& calc) const {
    const data::Schema names = Names();
    Lineage out;
    out.rows = input().rows;
    if (calc.condition != nullptr) out.rows += "|where " + calc.condition->ToString(names);
    for (const expr::ExprPtr& e : calc.projections) out.columns.push_back(e->ToString(names));
    return out;
  }
  Lineage operator()(const graph::ExpandNode& expand) const {
    const data::Schema names = Names();
    Lineage out;
    out.rows = fmt::format("{}|expand {}", input().rows, expand.projections.size());
    for (size_t i = 0; i < plan.schema.size(); ++i) {
      std::string text = "expand";
      for (const auto& projection : expand.projections) {
        text += "|" + projection[i]->ToString(names);
      }
      out.columns.push_back(std::move(text));
    }
    return out;
  }
  Lineage operator()(const graph::GroupAggregateNode& aggregate) const {
    Lineage out;
    out.rows = fmt::format("{}|group {}", input().rows, Columns(aggregate.keys, input()));
    out.family = out.rows;
    AddColumns(aggregate.keys, aggregate.aggregates, &out);
    return out;
  }
  Lineage operator()(const graph::WindowAggregateNode& aggregate) const {
    Lineage out;
    out.rows = fmt::format(
        "{}|window {}|{} {}|{}", input().rows, WindowText(aggregate.window, input()),
        ColumnOrNone(aggregate.attached_start, input()),
        ColumnOrNone(aggregate.attached_end, input()), Columns(aggregate.keys, input()));
    out.family = out.rows;
    AddColumns(aggregate.keys, aggregate.aggregates, &out);
    for (const graph::WindowProperty p : aggregate.properties) {
      out.columns.push_back(fmt::format("window property {}", static_cast<int>(p)));
    }
    return out;
  }
  Lineage operator()(const graph::WindowTableFunctionNode& function) const {
    Lineage out;
    out.rows = fmt::format("{}|windows {}|{}", input().rows, WindowText(function.window, input()),
                           Columns(function.keys, input()));
    // A session's rows are kept whole.
    out.family = out.rows + "|of " + RowText();
    out.columns = input().columns;
    for (size_t i = out.columns.size(); i < plan.schema.size(); ++i) {
      out.columns.push_back(plan.schema[i].name);
    }
    return out;
  }
  Lineage operator()(const graph::SortNode& sort) const {
    Lineage out = input();
    out.rows += fmt::format("|sort {} {}", sort.offset, sort.limit);
    for (const graph::SortKey& k : sort.keys) {
      out.rows += fmt::format("|{} {} {}", input().columns[static_cast<size_t>(k.column)],
                              k.ascending, k.nulls_last);
    }
    out.family = out.rows;
    // Without a limit, rows wait as they came: no column may be another one.
    if (sort.limit < 0) out.family += "|of " + RowText();
    return out;
  }
  Lineage operator()(const graph::UnionNode&) const {
    Lineage out;
    out.rows = "union";
    for (const Lineage* in : inputs) out.rows += "<" + in->rows + ">";
    for (size_t i = 0; i < plan.schema.size(); ++i) {
      std::string text = "union";
      for (const Lineage* in : inputs) text += "|" + in->columns[i];
      out.columns.push_back(std::move(text));
    }
    return out;
  }
  Lineage operator()(const graph::SinkNode&) const { return input(); }

 private:
  /// The input's columns and their types.
  std::string RowText() const {
    const data::Schema& schema = plan.inputs[0]->schema;
    std::string out;
    for (size_t i = 0; i < schema.size(); ++i) {
      out += input().columns[i] + " " + schema[i].type.WithNullable(true).ToSummary() + ", ";
    }
    return out;
  }

  void AddColumns(const std::vector<int>& keys, std::vector<expr::AggregateCall> calls,
                  Lineage* out) const {
    IdentifyCalls(input(), &calls);
    for (const int key : keys) out->columns.push_back(input().columns[static_cast<size_t>(key)]);
    for (const expr::AggregateCall& call : calls) out->columns.push_back(call.identity);
  }
};

}  // namespace

uint64_t HashText(std::string_view text) {
  uint64_t hash = 14695981039346656037ull;  // FNV-1a
  for (char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ull;
  }
  return hash;
}

Lineage LineageOf(const PlanNode& plan, const std::vector<const Lineage*>& inputs) {
  Lineage out = std::visit(Deriver{plan, inputs}, plan.spec);
  if (!out.family.empty()) out.family = fmt::format("{:016x}", HashText(out.family));
  out.rows = Bounded(std::move(out.rows));
  for (std::string& c : out.columns) c = Bounded(std::move(c));
  return out;
}

void IdentifyCalls(const Lineage& input, std::vector<expr::AggregateCall>* calls) {
  for (expr::AggregateCall& call : *calls) {
    call.arguments_identity = Bounded(Columns(call.args, input));
    std::string function = call.name.substr(0, call.name.find('('));
    if (call.kind == expr::AggregateKind::kCountStar) function = "COUNT";
    const bool star = call.kind == expr::AggregateKind::kCountStar;
    call.identity = fmt::format(
        "{}({}{}{})", function, call.distinct ? "DISTINCT " : "",
        star ? "*" : call.arguments_identity,
        call.literal == nullptr ? "" : ", " + expr::MakeLiteral(call.literal)->ToString({}));
    if (call.filter >= 0) {
      call.identity += " where " + input.columns[static_cast<size_t>(call.filter)];
    }
    call.identity = Bounded(std::move(call.identity));
  }
}

}  // namespace thalweg::sql
