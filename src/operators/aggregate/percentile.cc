// PERCENTILE: every value with its frequency; the percentiles are read off the sorted values, with
// linear interpolation between two neighbours.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/gather.h"
#include "operators/aggregate/families.h"
#include "state/owned_sets.h"

namespace thalweg::operators {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using state::OwnedSets;

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

class PercentileAccumulator final : public Accumulator, private state::OwnedField {
 public:
  PercentileAccumulator(const expr::AggregateCall& call, const AccumulatorOptions& o)
      : result_(call.result),
        has_frequency_(call.args.size() == 2),
        sets_({data::Type::Double()}, 8, o.groups, o.max_parallelism, o.memory) {
    const ColumnPtr values =
        result_.is_nested() ? data::Flatten(call.literal)->children()[0] : call.literal;
    for (int32_t i = 0; i < values->size(); ++i) percentages_.push_back(values->At<double>(i));
  }
  int32_t bytes() const override { return sizeof(OwnedSets::Chain); }
  state::OwnedField* owned() override { return this; }
  void MergeFrom(const Accumulator& other) override {
    source_ = &static_cast<const PercentileAccumulator&>(other).sets_;
  }
  OwnedSets* sets() override { return &sets_; }

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

  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      std::vector<uint8_t*> entries;
      source_->CollectEntries(from[k], offset_, &entries);
      if (entries.empty()) continue;
      std::vector<int32_t> rows(entries.size());
      std::iota(rows.begin(), rows.end(), 0);
      std::vector<int64_t> changes;
      for (uint8_t* e : entries) changes.push_back(*CountOf(e));
      const ColumnPtr values =
          source_->EmitValues(0, entries.data(), static_cast<int32_t>(entries.size()));
      Add(*values, rows, std::vector<uint8_t*>(entries.size(), into[k]), changes);
    }
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
  int64_t* CountOf(uint8_t* entry) const {
    return reinterpret_cast<int64_t*>(sets_.EntryBytes(entry));
  }

  /// Those of one group, in the order of the percentages; false if the group has no values.
  bool Percentiles(uint8_t* state, std::vector<double>* found) const {
    std::vector<uint8_t*> entries;
    sets_.CollectEntries(state, offset_, &entries);
    std::vector<ValueCount> sorted;
    int64_t total = 0;
    for (uint8_t* e : entries) {
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

  void Add(const Column& values, const std::vector<int32_t>& rows,
           const std::vector<uint8_t*>& owners, const std::vector<int64_t>& changes) {
    std::vector<uint8_t*> entries(rows.size());
    const Column* column = &values;
    sets_.FindOrInsert(std::span(&column, 1),
                       data::Rows::Of(rows.data(), static_cast<int32_t>(rows.size())),
                       owners.data(), offset_, entries.data());
    for (size_t i = 0; i < rows.size(); ++i) {
      sets_.MarkDirty(entries[i]);
      *CountOf(entries[i]) += changes[i];
    }
    for (size_t i = 0; i < rows.size(); ++i) {
      if (state::HeaderOf(entries[i])->stamp == state::RowHeader::kFree) continue;
      if (*CountOf(entries[i]) == 0) sets_.Erase(owners[i], offset_, entries[i]);
    }
  }
  void Free(uint8_t* row, state::Slab*) override { sets_.Clear(row, offset_); }

  const data::Type result_;
  const bool has_frequency_;
  std::vector<double> percentages_;
  OwnedSets sets_;
  const OwnedSets* source_ = &sets_;  // of MergeStates
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakePercentile(const expr::AggregateCall& call,
                                                    const AccumulatorOptions& options) {
  return std::unique_ptr<Accumulator>(new PercentileAccumulator(call, options));
}

}  // namespace thalweg::operators
