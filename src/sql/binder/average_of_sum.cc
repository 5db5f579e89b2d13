#include "sql/binder/average_of_sum.h"

#include <set>
#include <tuple>

namespace thalweg::sql {
namespace {
using expr::AggregateCall;
using expr::AggregateKind;

// An aggregate after the rewriting: kSum stands for a sum that is 0 over no rows.
using Part = std::tuple<AggregateKind, std::vector<int>, int, bool>;

Part CountOf(const AggregateCall& call) {
  const bool all = !call.distinct && !call.arg_types[0].nullable();
  return {AggregateKind::kCount, all ? std::vector<int>{} : call.args, call.filter, call.distinct};
}

}  // namespace

void ChooseAverages(std::vector<AggregateCall>* calls) {
  bool must = false;
  std::set<Part> parts;
  for (const AggregateCall& call : *calls) {
    const Part sum{AggregateKind::kSum, call.args, call.filter, call.distinct};
    switch (call.kind) {
      case AggregateKind::kStddevPop:
      case AggregateKind::kStddevSamp:
      case AggregateKind::kVarPop:
      case AggregateKind::kVarSamp:
        must = true;
        break;
      case AggregateKind::kAvg:
        parts.insert(sum);
        parts.insert(CountOf(call));
        break;
      case AggregateKind::kSum:
        parts.insert(sum);
        if (call.result.nullable()) parts.insert(CountOf(call));
        break;
      case AggregateKind::kCountStar:
        parts.insert({AggregateKind::kCount, {}, call.filter, false});
        break;
      default:
        parts.insert({call.kind, call.args, call.filter, call.distinct});
    }
  }
  if (!must && parts.size() >= calls->size()) return;
  for (AggregateCall& call : *calls) {
    if (call.kind == AggregateKind::kAvg) call.kind = AggregateKind::kAvgOfSum;
  }
}

}  // namespace thalweg::sql
