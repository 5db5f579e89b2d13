#include "sql/binder/aggregate_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sql/binder/average_of_sum.h"

namespace thalweg::sql {

using data::Type;
using expr::ExprPtr;
using graph::WindowProperty;

namespace {

bool Contains(const std::vector<int>& v, int x) {
  return std::find(v.begin(), v.end(), x) != v.end();
}

// What a group key is to the window of the input.
std::optional<WindowProperty> WindowRole(const std::optional<WindowColumns>& window,
                                         const ExprPtr& key) {
  if (!window || key->kind != expr::ExprKind::kColumn) return std::nullopt;
  if (Contains(window->start, key->column)) return WindowProperty::kStart;
  if (Contains(window->end, key->column)) return WindowProperty::kEnd;
  if (Contains(window->time, key->column)) return WindowProperty::kTime;
  return std::nullopt;
}

Type PropertyType(WindowProperty property, const graph::WindowSpec& spec, bool streaming) {
  if (property != WindowProperty::kTime) return Type::Timestamp(3).WithNullable(false);
  Type type = spec.ltz ? Type::TimestampLtz(3) : Type::Timestamp(3);
  type = type.WithNullable(false);
  if (!streaming) return type;
  return type.WithTimeAttribute(spec.event_time ? data::TimeAttribute::kRowtime
                                                : data::TimeAttribute::kProctime);
}

std::string_view PropertyName(WindowProperty property) {
  return property == WindowProperty::kStart ? "window_start"
         : property == WindowProperty::kEnd ? "window_end"
                                            : "window_time";
}

// The input of the aggregate as a chain of calcs over a window table function, put together so
// that the function can be merged into the aggregate. Nothing when window columns are used by more
// than the group keys.
struct Merged {
  PlanPtr input;  // of the window table function
  ExprPtr condition;
  std::vector<ExprPtr> exprs;
  graph::WindowTableFunctionNode function;
};

std::optional<Merged> MergeWindowFunction(const PlanPtr& input, const std::vector<ExprPtr>& exprs,
                                          const expr::EvalContext& context) {
  Merged merged;
  merged.exprs = exprs;
  std::vector<ExprPtr> conditions;
  PlanPtr at = input;
  while (const auto* calc = SpecOf<graph::CalcNode>(at)) {
    for (const ExprPtr& e : calc->projections) {
      if (!e->deterministic() || ExprSize(e, 200) >= 200) return std::nullopt;
    }
    for (ExprPtr& e : merged.exprs) e = expr::Substitute(e, calc->projections);
    for (ExprPtr& e : conditions) e = expr::Substitute(e, calc->projections);
    if (calc->condition != nullptr) conditions.push_back(calc->condition);
    at = at->inputs[0];
  }
  const auto* function = SpecOf<graph::WindowTableFunctionNode>(at);
  if (function == nullptr) return std::nullopt;
  merged.function = *function;
  merged.input = at->inputs[0];
  std::vector<bool> used(at->schema.size(), false);
  for (const ExprPtr& e : merged.exprs) e->CollectColumns(&used);
  for (const ExprPtr& e : conditions) e->CollectColumns(&used);
  for (size_t i = merged.input->schema.size(); i < used.size(); ++i) {
    if (used[i]) return std::nullopt;
  }
  std::reverse(conditions.begin(), conditions.end());
  if (conditions.size() == 1) merged.condition = conditions[0];
  if (conditions.size() > 1) {
    auto both = expr::MakeCall("AND", conditions, context);
    if (!both.ok()) return std::nullopt;
    merged.condition = *both;
  }
  return merged;
}

// Columns of the row that the aggregate reads; equal expressions share one.
class Slots {
 public:
  int Of(const ExprPtr& e, const data::Schema& input) {
    for (size_t i = 0; i < exprs_.size(); ++i) {
      if (exprs_[i]->Equals(*e)) return static_cast<int>(i);
    }
    std::string name = e->kind == expr::ExprKind::kColumn
                           ? input[static_cast<size_t>(e->column)].name
                           : fmt::format("$f{}", exprs_.size());
    names_.push_back(UniqueName(name, names_));
    exprs_.push_back(e);
    return static_cast<int>(exprs_.size()) - 1;
  }
  const std::vector<ExprPtr>& exprs() const { return exprs_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<ExprPtr> exprs_;
  std::vector<std::string> names_;
};

std::string CallName(const AggregateUse& use, const data::Schema& input) {
  std::string text = use.function + "(";
  if (use.bound.kind == expr::AggregateKind::kCountStar) text += "*";
  if (use.distinct) text += "DISTINCT ";
  for (size_t i = 0; i < use.args.size(); ++i) {
    text += (i == 0 ? "" : ", ") + use.args[i]->ToString(input);
  }
  text += ")";
  if (use.filter != nullptr) text += " FILTER (WHERE " + use.filter->ToString(input) + ")";
  return text;
}

class Builder {
 public:
  Builder(PlanPtr input, const GroupSpec& groups, const AggregateUses& uses,
          const BindContext& context)
      : input_(std::move(input)), groups_(groups), uses_(uses), context_(context) {}

  Result<AggregatePlan> Build() {
    FindWindow();
    MakeSlots();
    MakeRows();
    bool expand = groups_.sets.size() > 1 || groups_.sets[0].size() < groups_.keys.size();
    if (expand) TW_RETURN_IF_ERROR(MakeExpand());
    MakeNode();
    return MakeResult();
  }

 private:
  // Whether the groups are windows, and which.
  void FindWindow() {
    roles_.resize(groups_.keys.size());
    if (!uses_.group_windows.empty()) {
      legacy_ = true;
      spec_ = uses_.group_windows[0].spec;
      return;
    }
    if (!input_->window) return;
    bool all = true;
    for (const std::vector<int>& set : groups_.sets) {
      bool start = false;
      bool end = false;
      for (int key : set) {
        auto role = WindowRole(input_->window, groups_.keys[static_cast<size_t>(key)]);
        start = start || role == WindowProperty::kStart;
        end = end || role == WindowProperty::kEnd;
      }
      all = all && start && end;
    }
    if (!all) return;
    windowed_ = true;
    spec_ = input_->window->spec;
    for (size_t i = 0; i < groups_.keys.size(); ++i) {
      roles_[i] = WindowRole(input_->window, groups_.keys[i]);
    }
  }

  // The columns of the rows that are aggregated; sets input_, condition_ and the slots.
  void MakeSlots() {
    std::vector<ExprPtr> exprs;
    for (size_t i = 0; i < groups_.keys.size(); ++i) {
      if (!roles_[i]) exprs.push_back(groups_.keys[i]);
    }
    for (const AggregateUse& use : uses_.uses) {
      exprs.insert(exprs.end(), use.args.begin(), use.args.end());
      if (use.filter != nullptr) exprs.push_back(use.filter);
    }
    original_ = input_->schema;
    if (windowed_) {
      std::optional<Merged> merged = MergeWindowFunction(input_, exprs, context_.eval);
      if (merged && merged->function.window.kind == graph::WindowKind::kSession) {
        // A session belongs to its partition: it is merged only when that is the group.
        size_t keys = 0;
        bool same = groups_.sets.size() == 1;
        for (size_t i = 0; i < groups_.keys.size(); ++i) {
          if (roles_[i]) continue;
          const ExprPtr& e = merged->exprs[keys++];
          same = same && e->kind == expr::ExprKind::kColumn &&
                 Contains(merged->function.keys, e->column);
        }
        if (!same || keys != merged->function.keys.size()) merged.reset();
      }
      if (merged) {
        exprs = merged->exprs;
        condition_ = merged->condition;
        spec_ = merged->function.window;
        int time = spec_.time_column;
        input_ = merged->input;
        spec_.time_column = slots_.Of(
            expr::MakeColumn(time, input_->schema[static_cast<size_t>(time)].type), input_->schema);
      } else {
        attached_ = true;
        auto bound = [&](const std::vector<int>& columns) {
          int c = columns[0];
          return slots_.Of(expr::MakeColumn(c, input_->schema[static_cast<size_t>(c)].type),
                           input_->schema);
        };
        start_slot_ = bound(input_->window->start);
        end_slot_ = bound(input_->window->end);
        spec_.time_column = -1;
      }
    }
    size_t at = 0;
    for (size_t i = 0; i < groups_.keys.size(); ++i) {
      key_slots_.push_back(roles_[i] ? -1 : slots_.Of(exprs[at++], input_->schema));
    }
    for (const AggregateUse& use : uses_.uses) {
      std::vector<int> args;
      for (size_t i = 0; i < use.args.size(); ++i) {
        args.push_back(slots_.Of(exprs[at++], input_->schema));
      }
      arg_slots_.push_back(std::move(args));
      filter_slots_.push_back(use.filter == nullptr ? -1 : slots_.Of(exprs[at++], input_->schema));
    }
    if (legacy_) {
      spec_.time_column = slots_.Of(uses_.group_windows[0].time, input_->schema);
    }
  }

  void MakeRows() {
    rows_ = MakeCalc(input_, condition_, slots_.exprs(), slots_.names());
    key_columns_ = key_slots_;
  }

  // One copy of each row per grouping set: the keys (NULL where the set lacks them), all slots, and
  // the number of the set.
  Status MakeExpand() {
    graph::ExpandNode expand;
    data::Schema schema;
    std::vector<int> plain;  // keys that are no window bounds
    for (size_t i = 0; i < groups_.keys.size(); ++i) {
      if (roles_[i]) continue;
      plain.push_back(static_cast<int>(i));
      const data::Field& field = rows_->schema[static_cast<size_t>(key_slots_[i])];
      bool always = true;
      for (const auto& set : groups_.sets) always = always && Contains(set, static_cast<int>(i));
      schema.push_back({field.name, always ? field.type
                                           : field.type.WithNullable(true).WithTimeAttribute(
                                                 data::TimeAttribute::kNone)});
    }
    std::vector<std::string> names = NamesOf(schema);
    for (const data::Field& field : rows_->schema) {
      names.push_back(UniqueName(field.name, names));
      schema.push_back({names.back(), field.type});
    }
    names.push_back(UniqueName("$e", names));
    schema.push_back({names.back(), Type::Bigint().WithNullable(false)});
    for (size_t s = 0; s < groups_.sets.size(); ++s) {
      std::vector<ExprPtr> projection;
      for (size_t k = 0; k < plain.size(); ++k) {
        int slot = key_slots_[static_cast<size_t>(plain[k])];
        const Type& type = rows_->schema[static_cast<size_t>(slot)].type;
        projection.push_back(Contains(groups_.sets[s], plain[k])
                                 ? expr::MakeColumn(slot, type)
                                 : expr::MakeNullLiteral(schema[k].type));
      }
      for (const ExprPtr& column : AllColumns(rows_->schema)) projection.push_back(column);
      projection.push_back(expr::MakeBigintLiteral(static_cast<int64_t>(s)));
      expand.projections.push_back(std::move(projection));
    }
    offset_ = static_cast<int>(plain.size());
    set_column_ = static_cast<int>(schema.size()) - 1;
    key_columns_.assign(groups_.keys.size(), -1);
    for (size_t k = 0; k < plain.size(); ++k) {
      key_columns_[static_cast<size_t>(plain[k])] = static_cast<int>(k);
    }
    rows_ = MakePlan(std::move(expand), {rows_}, std::move(schema));
    return Status::OK();
  }

  void MakeNode() {
    data::Schema schema;
    std::vector<int> keys;
    output_of_key_.assign(groups_.keys.size(), -1);
    auto add = [&](std::string name, const Type& type) {
      schema.push_back({UniqueName(name, NamesOf(schema)), type});
      return static_cast<int>(schema.size()) - 1;
    };
    for (size_t i = 0; i < groups_.keys.size(); ++i) {
      if (roles_[i]) continue;
      keys.push_back(key_columns_[i]);
      output_of_key_[i] =
          add(groups_.names[i], rows_->schema[static_cast<size_t>(key_columns_[i])].type);
    }
    if (set_column_ >= 0) {
      keys.push_back(set_column_);
      set_output_ = add("$e", rows_->schema[static_cast<size_t>(set_column_)].type);
    }
    first_aggregate_ = static_cast<int>(schema.size());
    std::vector<expr::AggregateCall> calls;
    for (size_t i = 0; i < uses_.uses.size(); ++i) {
      const AggregateUse& use = uses_.uses[i];
      expr::AggregateCall call;
      call.kind = use.bound.kind;
      for (int slot : arg_slots_[i]) {
        call.args.push_back(slot + offset_);
        call.arg_types.push_back(rows_->schema[static_cast<size_t>(slot + offset_)].type);
      }
      if (filter_slots_[i] >= 0) call.filter = filter_slots_[i] + offset_;
      // Repeated values change no minimum or maximum.
      call.distinct = use.distinct && call.kind != expr::AggregateKind::kMin &&
                      call.kind != expr::AggregateKind::kMax;
      call.result = use.bound.result;
      call.literal = use.literal;
      call.name = CallName(use, original_);
      add(fmt::format("$agg{}", i), call.result);
      calls.push_back(std::move(call));
    }
    ChooseAverages(&calls);
    if (!windowed_ && !legacy_) {
      graph::GroupAggregateNode node;
      node.keys = std::move(keys);
      node.aggregates = std::move(calls);
      node.mini_batch = context_.configuration.GetBoolean("table.exec.mini-batch.enabled");
      node.state_ttl_ms = context_.configuration.GetDurationMs("table.exec.state.ttl");
      node.final_only = !context_.streaming;
      // Behind a group a time is a value like any other.
      for (data::Field& field : schema) {
        field.type = field.type.WithTimeAttribute(data::TimeAttribute::kNone);
      }
      plan_ = MakePlan(std::move(node), {rows_}, std::move(schema));
      return;
    }
    graph::WindowAggregateNode node;
    node.window = spec_;
    if (node.window.time_column >= 0) node.window.time_column += offset_;
    node.attached = attached_;
    if (attached_) {
      node.attached_start = start_slot_ + offset_;
      node.attached_end = end_slot_ + offset_;
    }
    node.keys = std::move(keys);
    node.aggregates = std::move(calls);
    node.final_only = !context_.streaming;
    WindowColumns window;
    window.spec = spec_;
    for (WindowProperty property :
         {WindowProperty::kStart, WindowProperty::kEnd, WindowProperty::kTime}) {
      bool wanted = windowed_ && property != WindowProperty::kTime;
      for (const auto& role : roles_) wanted = wanted || role == property;
      for (const VirtualColumn& v : uses_.columns) {
        wanted =
            wanted || (v.kind == VirtualColumn::Kind::kWindowProperty && v.property == property);
      }
      if (!wanted) continue;
      node.properties.push_back(property);
      Type type = PropertyType(property, spec_, context_.streaming);
      for (const VirtualColumn& v : uses_.columns) {
        if (v.kind == VirtualColumn::Kind::kWindowProperty && v.property == property &&
            property == WindowProperty::kTime) {
          type = v.type;
        }
      }
      if (!context_.streaming) type = type.WithTimeAttribute(data::TimeAttribute::kNone);
      int column = add(std::string(PropertyName(property)), type);
      property_output_[static_cast<int>(property)] = column;
      auto& columns = property == WindowProperty::kStart ? window.start
                      : property == WindowProperty::kEnd ? window.end
                                                         : window.time;
      columns.push_back(column);
    }
    auto plan = std::make_shared<PlanNode>();
    plan->spec = std::move(node);
    plan->inputs = {rows_};
    plan->schema = std::move(schema);
    if (windowed_) plan->window = std::move(window);
    plan_ = std::move(plan);
  }

  ExprPtr Output(int column) const {
    return expr::MakeColumn(column, plan_->schema[static_cast<size_t>(column)].type);
  }

  Result<AggregatePlan> MakeResult() {
    AggregatePlan result;
    result.plan = plan_;
    for (size_t i = 0; i < groups_.keys.size(); ++i) {
      result.keys.push_back(
          Output(roles_[i] ? property_output_[static_cast<int>(*roles_[i])] : output_of_key_[i]));
    }
    for (const VirtualColumn& v : uses_.columns) {
      switch (v.kind) {
        case VirtualColumn::Kind::kAggregate:
          result.virtuals.push_back(Output(first_aggregate_ + v.index));
          break;
        case VirtualColumn::Kind::kKey:
          result.virtuals.push_back(result.keys[static_cast<size_t>(v.index)]);
          break;
        case VirtualColumn::Kind::kWindowProperty:
          result.virtuals.push_back(Output(property_output_[static_cast<int>(v.property)]));
          break;
        case VirtualColumn::Kind::kGrouping:
        case VirtualColumn::Kind::kGroupId: {
          TW_ASSIGN_OR_RETURN(ExprPtr e, GroupingExpr(v));
          result.virtuals.push_back(std::move(e));
          break;
        }
      }
    }
    return result;
  }

  // GROUPING, GROUPING_ID and GROUP_ID as functions of the grouping set's number.
  Result<ExprPtr> GroupingExpr(const VirtualColumn& v) {
    std::vector<int> keys;
    for (const ExprPtr& arg : v.args) {
      int found = -1;
      for (size_t i = 0; i < groups_.keys.size(); ++i) {
        if (groups_.keys[i]->Equals(*arg)) found = static_cast<int>(i);
      }
      if (found < 0) {
        return Status::InvalidSql(fmt::format("Argument '{}' of GROUPING is not being grouped",
                                              arg->ToString(original_)));
      }
      keys.push_back(found);
    }
    std::vector<ExprPtr> values;
    for (size_t s = 0; s < groups_.sets.size(); ++s) {
      int64_t value = 0;
      if (v.kind == VirtualColumn::Kind::kGroupId) {
        std::vector<int> mine = groups_.sets[s];
        std::sort(mine.begin(), mine.end());
        for (size_t t = 0; t < s; ++t) {
          std::vector<int> other = groups_.sets[t];
          std::sort(other.begin(), other.end());
          if (other == mine) ++value;
        }
      }
      for (int key : keys) {
        value = value * 2 + (Contains(groups_.sets[s], key) ? 0 : 1);
      }
      values.push_back(expr::MakeBigintLiteral(value));
    }
    if (set_output_ < 0) return values[0];
    std::vector<ExprPtr> args;
    for (size_t s = 0; s + 1 < values.size(); ++s) {
      TW_ASSIGN_OR_RETURN(
          ExprPtr is,
          expr::MakeCall("=",
                         {Output(set_output_), expr::MakeBigintLiteral(static_cast<int64_t>(s))},
                         context_.eval));
      args.push_back(std::move(is));
      args.push_back(values[s]);
    }
    if (args.empty()) return values[0];
    args.push_back(values.back());
    return expr::MakeCase(std::move(args), context_.eval);
  }

  PlanPtr input_;
  const GroupSpec& groups_;
  const AggregateUses& uses_;
  const BindContext& context_;

  bool legacy_ = false;    // GROUP BY TUMBLE(..)
  bool windowed_ = false;  // GROUP BY window_start, window_end
  bool attached_ = false;
  graph::WindowSpec spec_;
  std::vector<std::optional<WindowProperty>> roles_;  // per key
  data::Schema original_;
  ExprPtr condition_;
  Slots slots_;
  int start_slot_ = -1;
  int end_slot_ = -1;
  std::vector<int> key_slots_;
  std::vector<std::vector<int>> arg_slots_;
  std::vector<int> filter_slots_;
  PlanPtr rows_;
  std::vector<int> key_columns_;  // per key: column of rows_
  int offset_ = 0;                // of the slots in rows_
  int set_column_ = -1;
  PlanPtr plan_;
  std::vector<int> output_of_key_;
  int set_output_ = -1;
  int first_aggregate_ = 0;
  int property_output_[3] = {-1, -1, -1};
};

}  // namespace

Result<AggregatePlan> BuildAggregate(PlanPtr input, const GroupSpec& groups,
                                     const AggregateUses& uses, const BindContext& context) {
  return Builder(std::move(input), groups, uses, context).Build();
}

Result<PlanPtr> BuildDistinct(PlanPtr input, const BindContext& context) {
  GroupSpec groups;
  groups.keys = AllColumns(input->schema);
  groups.names = NamesOf(input->schema);
  groups.sets.emplace_back();
  for (size_t i = 0; i < groups.keys.size(); ++i) {
    groups.sets[0].push_back(static_cast<int>(i));
  }
  AggregateUses uses;
  uses.input_width = static_cast<int>(input->schema.size());
  TW_ASSIGN_OR_RETURN(AggregatePlan plan, BuildAggregate(std::move(input), groups, uses, context));
  return MakeCalc(std::move(plan.plan), nullptr, std::move(plan.keys), groups.names);
}

}  // namespace thalweg::sql
