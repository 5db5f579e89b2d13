// PERCENTILE: every value with its frequency; the percentiles are read off the sorted values, with
// linear interpolation between two neighbours.
#include <algorithm>
#include <cmath>

#include "operators/aggregate/counted_values.h"
#include "operators/aggregate/families.h"

namespace thalweg::operators {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;

struct ValueCount {
  double value;
  int64_t count;
};

/// Java's order of doubles: -0.0 before 0.0, NaN last.
bool Before(const ValueCount& a, const ValueCount& b) {
  if (a.value < b.value) return true;
  if (a.value > b.value || std::isnan(a.value)) return false;
  return std::isnan(b.value) ||
         (a.value == b.value && std::signbit(a.value) && !std::signbit(b.value));
}

/// The percentile of `sorted`, which holds `total` > 0 values: the one at position
/// percentage * (total - 1), counted from 0, where a fraction lies between two values.
double PercentileOf(const std::vector<ValueCount>& sorted, int64_t total, double percentage) {
  const double position = percentage * static_cast<double>(total - 1) + 1;
  const auto lower = static_cast<int64_t>(std::floor(position));
  const auto higher = static_cast<int64_t>(std::ceil(position));
  size_t at = 0;
  int64_t seen = sorted[0].count;
  while (seen < lower && at + 1 < sorted.size()) seen += sorted[++at].count;
  if (seen >= higher || at + 1 == sorted.size()) return sorted[at].value;
  return (static_cast<double>(higher) - position) * sorted[at].value +
         (position - static_cast<double>(lower)) * sorted[at + 1].value;
}

class PercentileAccumulator final : public CountedValues {
 public:
  PercentileAccumulator(const expr::AggregateCall& call, const AccumulatorOptions& o)
      : CountedValues(data::Type::Double(), o),
        result_(call.result),
        has_frequency_(call.args.size() == 2) {
    const ColumnPtr values =
        result_.is_nested() ? data::Flatten(call.literal)->children()[0] : call.literal;
    for (int32_t i = 0; i < values->size(); ++i) percentages_.push_back(values->At<double>(i));
  }

  Status Update(const UpdateInput& in) override {
    const Column& values = *in.args[0];
    std::vector<int32_t> rows;
    std::vector<uint8_t*> owners;
    std::vector<int64_t> changes;
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      const int32_t row = in.rows[k];
      if (values.IsNull(row)) continue;
      int64_t frequency = 1;
      if (has_frequency_) {
        if (in.args[1]->IsNull(row)) continue;
        frequency = in.args[1]->At<int64_t>(row);
        if (frequency <= 0) continue;
      }
      rows.push_back(row);
      owners.push_back(in.states[k]);
      changes.push_back(in.sign(k) * frequency);
    }
    Add(values, rows, owners, changes);
    return Status::OK();
  }

  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    std::vector<double> found;
    for (int32_t k = 0; k < count; ++k) {
      const int32_t at = to.positions[k];
      const bool any = Percentiles(states[k], &found);
      to.out->mutable_values<double>()[at] = any ? found[0] : 0;
      if (!any) to.out->SetNull(at);
    }
  }

  ColumnPtr NestedResult(uint8_t* const* states, int32_t count) const override {
    auto offsets = Buffer::Allocate((static_cast<int64_t>(count) + 1) * 4);
    auto* ends = offsets->as<int32_t>();
    ends[0] = 0;
    std::vector<double> all;
    std::vector<double> found;
    std::vector<int32_t> nulls;
    for (int32_t k = 0; k < count; ++k) {
      if (!percentages_.empty() && Percentiles(states[k], &found)) {
        all.insert(all.end(), found.begin(), found.end());
      } else {
        nulls.push_back(k);
      }
      ends[k + 1] = static_cast<int32_t>(all.size());
    }
    auto elements = Column::Make(result_.child(0), static_cast<int32_t>(all.size()));
    std::copy(all.begin(), all.end(), elements->mutable_values<double>());
    auto lists = Column::MakeList(result_, count, std::move(offsets), {std::move(elements)});
    for (const int32_t k : nulls) lists->SetNull(k);
    return lists;
  }

 private:
  /// Those of one group, in the order of the percentages; false if the group has no values.
  bool Percentiles(uint8_t* state, std::vector<double>* found) const {
    std::vector<ValueCount> sorted;
    int64_t total = 0;
    for (uint8_t* e : EntriesOf(state)) {
      ValueCount v;
      std::memcpy(&v.value, e + sets_.value_offset(0), sizeof(v.value));
      v.count = *CountOf(e);
      total += v.count;
      sorted.push_back(v);
    }
    if (total <= 0) return false;
    std::sort(sorted.begin(), sorted.end(), Before);
    found->clear();
    for (const double p : percentages_) found->push_back(PercentileOf(sorted, total, p));
    return true;
  }

  const data::Type result_;
  const bool has_frequency_;
  std::vector<double> percentages_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakePercentile(const expr::AggregateCall& call,
                                                    const AccumulatorOptions& options) {
  return std::unique_ptr<Accumulator>(new PercentileAccumulator(call, options));
}

}  // namespace thalweg::operators
