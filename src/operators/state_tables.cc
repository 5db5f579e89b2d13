#include "operators/state_tables.h"

#include "expr/time_zone.h"
#include "operators/operator.h"
#include "operators/registry.h"

namespace thalweg::operators {
namespace {

// An operator is opened in it and thrown away.
class ProbeContext final : public OperatorContext {
 public:
  ProbeContext() : pool_("state of an operator", nullptr), state_("an operator") {
    eval_.zone = expr::TimeZone::Utc();
  }
  void Emit(data::Batch) override {}
  bool output_full() const override { return true; }
  void EmitWatermark(int64_t) override {}
  void MarkIdle(bool) override {}
  void WakeAt(int64_t) override {}
  const expr::EvalContext& eval() const override { return eval_; }
  MemoryPool* pool() override { return &pool_; }
  OperatorMetrics* metrics() override { return &metrics_; }
  state::StateStore* state() override { return &state_; }
  int subtask() const override { return 0; }
  int parallelism() const override { return 1; }
  int max_parallelism() const override { return 1; }
  int32_t batch_rows() const override { return 1; }

 private:
  MemoryPool pool_;
  state::StateStore state_;
  expr::EvalContext eval_;
  OperatorMetrics metrics_;
};

}  // namespace

Result<std::vector<state::TableSchema>> StateTablesOf(const graph::Graph& graph,
                                                      const graph::Node& node) {
  std::vector<state::TableSchema> tables;
  if (node.inputs.empty() || std::holds_alternative<graph::SinkNode>(node.spec)) return tables;
  ProbeContext context;
  TW_ASSIGN_OR_RETURN(const std::unique_ptr<Operator> op, MakeOperator(graph, node));
  TW_RETURN_IF_ERROR(op->Open(&context, {}));
  return context.state()->Schemas();
}

}  // namespace thalweg::operators
