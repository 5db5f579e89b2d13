// LocalSliceAggregate: the local phase of sliced windows: appends each row's slice end and groups
// by keys and slice with LocalAggregate. No state between batches; watermarks pass through.
#include <optional>

#include "operators/aggregate/local_aggregate.h"
#include "operators/window/window_operators.h"
#include "operators/window/window_slicer.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Column;
using data::Rows;

class LocalSliceAggregate final : public Operator {
 public:
  LocalSliceAggregate(const graph::WindowAggregateNode& node, std::unique_ptr<Operator> groups)
      : node_(node), groups_(std::move(groups)) {}

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    slicer_.emplace(node_.window, context->eval().zone);
    return groups_->Open(context, restored);
  }

  Result<Progress> OnBatch(int input, Batch batch) override {
    const Rows rows = batch.rows();
    if (rows.empty()) return Progress::kDone;
    auto slices = Column::Make(data::Type::Bigint().WithNullable(false), batch.size);
    auto* values = slices->mutable_values<int64_t>();
    if (node_.attached) {
      const Column& c = *batch.columns[static_cast<size_t>(node_.attached_end)];
      const int64_t unit = data::TimestampUnitsPerSecond(c.type().precision()) / 1000;
      rows.ForEach([&](int32_t row) { values[row] = c.At<int64_t>(row) / unit; });
    } else {
      TW_RETURN_IF_ERROR(slicer_->WindowTimes(
          *batch.columns[static_cast<size_t>(node_.window.time_column)], rows, &times_));
      int64_t end = INT64_MIN;
      const int64_t length = slicer_->slice_ms();
      for (int32_t k = 0; k < rows.count(); ++k) {
        const int64_t t = times_[static_cast<size_t>(k)];
        if (t >= end || t < end - length) end = slicer_->SliceEnd(t);
        values[rows[k]] = end;
      }
    }
    batch.columns.push_back(std::move(slices));
    return groups_->OnBatch(input, std::move(batch));
  }

 private:
  const graph::WindowAggregateNode& node_;
  std::unique_ptr<Operator> groups_;
  std::optional<WindowSlicer> slicer_;
  std::vector<int64_t> times_;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeLocalSliceAggregate(const graph::Graph& graph,
                                                          const graph::Node& node) {
  const auto& spec = std::get<graph::WindowAggregateNode>(node.spec);
  if (!spec.window.event_time && !spec.attached) {
    return Status::NotSupported("two phases for windows over the processing time");
  }
  const data::Schema& input = graph.nodes[static_cast<size_t>(node.inputs[0].from)].output;
  GroupTableOptions o;
  std::vector<int> keys = spec.keys;
  for (const int key : keys) o.key_types.push_back(input[static_cast<size_t>(key)].type);
  keys.push_back(static_cast<int>(input.size()));
  o.key_types.push_back(data::Type::Bigint().WithNullable(false));
  o.aggregates = spec.aggregates;
  o.counts_records = spec.input_retracts;
  TW_ASSIGN_OR_RETURN(auto groups,
                      MakeLocalAggregate(std::move(keys), std::move(o), /*tells_rows=*/true));
  return std::unique_ptr<Operator>(new LocalSliceAggregate(spec, std::move(groups)));
}

}  // namespace thalweg::operators
