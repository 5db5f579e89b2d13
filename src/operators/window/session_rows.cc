#include "operators/window/session_rows.h"

#include "data/gather.h"
#include "operators/window/window_operators.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Column;
using data::Type;

// A session aggregate of ARRAY_AGG(row) does the work; its arrays are unnested here.
class SessionRows final : public Operator {
 public:
  SessionRows(const graph::Graph& graph, const graph::Node& node) : node_(node) {
    const auto& spec = std::get<graph::WindowTableFunctionNode>(node.spec);
    const data::Schema& input = graph.nodes[static_cast<size_t>(node.inputs[0].from)].output;
    num_input_ = static_cast<int>(input.size());
    std::vector<data::Field> fields;
    for (const auto& f : input) fields.push_back({f.name, f.type});
    row_type_ = Type::Row(fields).WithNullable(false);

    graph::Node source;
    source.output = input;
    source.output.push_back({"row", row_type_});
    graph::WindowAggregateNode aggregate;
    aggregate.window = spec.window;
    aggregate.keys = spec.keys;
    aggregate.final_only = spec.final_only;
    expr::AggregateCall call;
    call.kind = expr::AggregateKind::kArrayAgg;
    call.args = {num_input_};
    call.arg_types = {row_type_};
    call.result = Type::Array(row_type_);
    call.name = "rows";
    aggregate.aggregates = {call};
    aggregate.properties = {graph::WindowProperty::kStart, graph::WindowProperty::kEnd,
                            graph::WindowProperty::kTime};
    graph::Node inner;
    for (const int key : spec.keys) inner.output.push_back(input[static_cast<size_t>(key)]);
    num_keys_ = static_cast<int>(spec.keys.size());
    inner.output.push_back({"rows", call.result});
    for (size_t i = node.output.size() - 3; i < node.output.size(); ++i) {
      inner.output.push_back(node.output[i]);
    }
    inner.spec = std::move(aggregate);
    inner.inputs.push_back({0});
    graph_.nodes = {std::move(source), std::move(inner)};
  }

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    unnest_ = std::make_unique<Unnest>(this, context);
    TW_ASSIGN_OR_RETURN(sessions_, MakeSessionAggregate(graph_, graph_.nodes[1]));
    return sessions_->Open(unnest_.get(), restored);
  }
  Result<Progress> OnBatch(int input, Batch batch) override {
    std::vector<data::ColumnPtr> fields;
    for (const auto& c : batch.columns) fields.push_back(data::Flatten(c));
    batch.columns.push_back(Column::MakeRow(row_type_, batch.size, std::move(fields)));
    return sessions_->OnBatch(input, std::move(batch));
  }
  Result<Progress> OnWatermark(int64_t w) override { return sessions_->OnWatermark(w); }
  Result<Progress> OnTimers(TimeDomain domain, int64_t time_ms) override {
    return sessions_->OnTimers(domain, time_ms);
  }
  Result<Progress> OnInputEnd(int input) override { return sessions_->OnInputEnd(input); }
  Result<Progress> Produce() override { return sessions_->Produce(); }
  Status Snapshot(OperatorState* state) override { return sessions_->Snapshot(state); }

 private:
  // The context of the inner aggregate: what it emits is unnested and passed on.
  class Unnest final : public OperatorContext {
   public:
    Unnest(SessionRows* owner, OperatorContext* to) : owner_(owner), to_(to) {}
    void Emit(Batch batch) override { owner_->SendRows(batch); }
    bool output_full() const override { return to_->output_full(); }
    void EmitWatermark(int64_t w) override { to_->EmitWatermark(w); }
    void MarkIdle(bool idle) override { to_->MarkIdle(idle); }
    void WakeAt(int64_t t) override { to_->WakeAt(t); }
    const expr::EvalContext& eval() const override { return to_->eval(); }
    MemoryPool* pool() override { return to_->pool(); }
    OperatorMetrics* metrics() override { return to_->metrics(); }
    state::StateStore* state() override { return to_->state(); }
    int subtask() const override { return to_->subtask(); }
    int parallelism() const override { return to_->parallelism(); }
    int max_parallelism() const override { return to_->max_parallelism(); }
    int32_t batch_rows() const override { return std::max(1, to_->batch_rows() / 16); }

   private:
    SessionRows* const owner_;
    OperatorContext* const to_;
  };

  void SendRows(const Batch& batch) {
    const Column& lists = *batch.columns[static_cast<size_t>(num_keys_)];
    std::vector<int32_t> window;  // of each row
    for (int32_t k = 0; k < batch.size; ++k) {
      for (int32_t j = lists.offsets()[k]; j < lists.offsets()[k + 1]; ++j) window.push_back(k);
    }
    Batch out;
    out.size = static_cast<int32_t>(window.size());
    const Column& rows = *lists.children()[0];
    for (const auto& c : rows.children()) {
      out.columns.push_back(c->Slice(lists.offsets()[0], out.size));
    }
    for (size_t i = 0; i < 3; ++i) {
      out.columns.push_back(data::Gather(*batch.columns[static_cast<size_t>(num_keys_) + 1 + i],
                                         window.data(), out.size));
    }
    context_->Emit(std::move(out));
  }

  const graph::Node& node_;
  graph::Graph graph_;  // source and the inner aggregate
  Type row_type_;
  int num_input_ = 0;
  int num_keys_ = 0;
  std::unique_ptr<Unnest> unnest_;
  std::unique_ptr<Operator> sessions_;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeSessionRows(const graph::Graph& graph,
                                                  const graph::Node& node) {
  return std::unique_ptr<Operator>(std::make_unique<SessionRows>(graph, node));
}

}  // namespace thalweg::operators
