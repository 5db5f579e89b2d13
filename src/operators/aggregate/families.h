// The accumulator families, one file each; MakeAccumulator (accumulator.cc) picks.
#pragma once

#include <memory>

#include "operators/aggregate/accumulator.h"

namespace thalweg::operators {

using MakeAccumulatorFn = Result<std::unique_ptr<Accumulator>>(const expr::AggregateCall&,
                                                               const AccumulatorOptions&);
MakeAccumulatorFn MakeCount;
MakeAccumulatorFn MakeSum;
MakeAccumulatorFn MakeAvg;
MakeAccumulatorFn MakeMinMax;
MakeAccumulatorFn MakeMinMaxRetract;
MakeAccumulatorFn MakeVariance;
MakeAccumulatorFn MakeFirstLast;
MakeAccumulatorFn MakeFirstLastRetract;
MakeAccumulatorFn MakeListagg;
MakeAccumulatorFn MakeCollect;
MakeAccumulatorFn MakeArrayAgg;
MakeAccumulatorFn MakePercentile;
MakeAccumulatorFn MakeSingleValue;

}  // namespace thalweg::operators
