#include "operators/aggregate/accumulator.h"

#include "operators/aggregate/families.h"

namespace thalweg::operators {

void Accumulator::Result(uint8_t* const*, int32_t, const ResultOutput&) const {
  TW_CHECK(false, "this aggregate's result is nested");
}

data::ColumnPtr Accumulator::NestedResult(uint8_t* const*, int32_t) const {
  TW_CHECK(false, "this aggregate's result is not nested");
  return nullptr;
}

std::vector<data::ColumnPtr> Accumulator::EmitPartial(uint8_t* const*, int32_t) const {
  TW_CHECK(false, "this aggregate has no partial form");
  return {};
}

Status Accumulator::UpdatePartial(const UpdateInput&) {
  return Status::Internal("this aggregate has no partial form");
}

Result<std::unique_ptr<Accumulator>> MakeAccumulator(const expr::AggregateCall& call,
                                                     const AccumulatorOptions& options) {
  using expr::AggregateKind;
  switch (call.kind) {
    case AggregateKind::kCountStar:
    case AggregateKind::kCount:
      return MakeCount(call, options);
    case AggregateKind::kSum:
      return MakeSum(call, options);
    case AggregateKind::kAvg:
    case AggregateKind::kAvgOfSum:
      return MakeAvg(call, options);
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      return options.retracts ? MakeMinMaxRetract(call, options) : MakeMinMax(call, options);
    case AggregateKind::kStddevPop:
    case AggregateKind::kStddevSamp:
    case AggregateKind::kVarPop:
    case AggregateKind::kVarSamp:
      return MakeVariance(call, options);
    case AggregateKind::kFirstValue:
    case AggregateKind::kLastValue:
      return options.retracts ? MakeFirstLastRetract(call, options) : MakeFirstLast(call, options);
    case AggregateKind::kListagg:
      return MakeListagg(call, options);
    case AggregateKind::kCollect:
      return MakeCollect(call, options);
    case AggregateKind::kArrayAgg:
      return MakeArrayAgg(call, options);
    case AggregateKind::kPercentile:
      return MakePercentile(call, options);
    case AggregateKind::kSingleValue:
      return MakeSingleValue(call, options);
  }
  return Status::NotSupported("aggregate " + call.name);
}

}  // namespace thalweg::operators
