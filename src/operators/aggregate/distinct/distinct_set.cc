#include "operators/aggregate/distinct/distinct_set.h"

#include <bit>

#include "data/gather.h"

namespace thalweg::operators {
using data::Column;
using data::ColumnPtr;
using state::OwnedSets;

DistinctSet::DistinctSet(std::vector<data::Type> value_types, std::vector<Accumulator*> members,
                         bool nulls_count, const AccumulatorOptions& o)
    : members_(std::move(members)),
      nulls_count_(nulls_count),
      retracts_(o.retracts),
      num_values_(value_types.size()),
      sets_(value_types, o.retracts ? static_cast<int32_t>(members_.size()) * 8 : 8,
            o.retracts ? OwnedSets::Erases::kEntries : OwnedSets::Erases::kWholeSets, o.groups,
            o.max_parallelism, o.memory),
      passed_(members_.size()) {}

template <typename Mask, typename Change>
Status DistinctSet::Apply(std::span<const Column* const> values, const RowList& list, Mask mask,
                          Change change) {
  const auto n = list.rows.size();
  if (n == 0) return Status::OK();
  entries_.resize(n);
  sets_.FindOrInsert(values, data::Rows::Of(list.rows.data(), static_cast<int32_t>(n)),
                     list.states.data(), offset_, entries_.data());
  for (RowList& p : passed_) p.Clear();
  if (!retracts_) {
    for (size_t k = 0; k < n; ++k) {
      uint64_t* bits = BitsOf(entries_[k]);
      uint64_t fresh = mask(k) & ~*bits;
      if (fresh == 0) continue;
      sets_.MarkDirty(entries_[k]);
      *bits |= fresh;
      for (; fresh != 0; fresh &= fresh - 1) {
        RowList& p = passed_[static_cast<size_t>(std::countr_zero(fresh))];
        p.rows.push_back(list.rows[k]);
        p.states.push_back(list.states[k]);
      }
    }
  } else {
    for (size_t k = 0; k < n; ++k) {
      int64_t* counts = CountsOf(entries_[k]);
      sets_.MarkDirty(entries_[k]);
      for (size_t j = 0; j < members_.size(); ++j) {
        const int64_t before = counts[j];
        counts[j] += change(k, j);
        if ((before > 0) == (counts[j] > 0)) continue;
        RowList& p = passed_[j];
        p.rows.push_back(list.rows[k]);
        p.states.push_back(list.states[k]);
        p.signs.push_back(counts[j] > 0 ? 1 : -1);
      }
    }
  }
  for (size_t j = 0; j < members_.size(); ++j) {
    if (passed_[j].rows.empty()) continue;
    TW_RETURN_IF_ERROR(members_[j]->Update(passed_[j].Input(values.data())));
  }
  if (retracts_) {
    for (size_t k = 0; k < n; ++k) {
      // A value may stand in the batch more than once: freed already.
      if (state::HeaderOf(entries_[k])->stamp == state::RowHeader::kFree) continue;
      bool zero = true;
      for (size_t j = 0; j < members_.size(); ++j) zero &= CountsOf(entries_[k])[j] == 0;
      if (zero) sets_.Erase(list.states[k], offset_, entries_[k]);
    }
  }
  return Status::OK();
}

Status DistinctSet::Update(std::span<const Column* const> values, const UpdateInput& in,
                           const uint64_t* masks) {
  list_.Clear();
  masks_.clear();
  const Column* only = values.size() == 1 && !nulls_count_ ? values[0] : nullptr;
  const uint8_t* valid = only != nullptr ? only->validity() : nullptr;
  const int32_t mask = only != nullptr && only->encoding() == data::Encoding::kConstant ? 0 : -1;
  for (int32_t k = 0; k < in.rows.count(); ++k) {
    if (masks[k] == 0) continue;
    const int32_t row = in.rows[k];
    if (valid != nullptr && valid[row & mask] == 0) continue;
    list_.rows.push_back(row);
    list_.states.push_back(in.states[k]);
    masks_.push_back(masks[k]);
    if (retracts_) list_.signs.push_back(static_cast<int8_t>(in.sign(k)));
  }
  return Apply(
      values, list_, [&](size_t k) { return masks_[k]; },
      [&](size_t k, size_t j) -> int64_t {
        return (masks_[k] >> j & 1) != 0 ? list_.signs[k] : 0;
      });
}

Status DistinctSet::MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) {
  list_.Clear();
  std::vector<uint8_t*> source;
  for (int32_t k = 0; k < count; ++k) {
    source_->CollectEntries(from[k], offset_, &source);
    while (list_.rows.size() < source.size()) {
      list_.rows.push_back(static_cast<int32_t>(list_.rows.size()));
      list_.states.push_back(into[k]);
    }
  }
  std::vector<ColumnPtr> columns;
  std::vector<const Column*> values;
  for (size_t i = 0; i < num_values_; ++i) {
    columns.push_back(source_->EmitValues(static_cast<int>(i), source.data(),
                                          static_cast<int32_t>(source.size())));
    values.push_back(columns.back().get());
  }
  return Apply(
      values, list_, [&](size_t k) { return *BitsOf(source[k]); },
      [&](size_t k, size_t j) { return CountsOf(source[k])[j]; });
}

Status DistinctSet::UpdatePartial(const UpdateInput& in) {
  const Column& lists = *in.args[0];
  const Column& values = *lists.children()[0];
  const Column& masks = *in.args[1]->children()[0];
  const int32_t shift = in.args[1]->offsets()[0] - lists.offsets()[0];
  list_.Clear();
  masks_.clear();
  for (int32_t k = 0; k < in.rows.count(); ++k) {
    const int32_t row = in.rows[k];
    for (int32_t j = lists.offsets()[row]; j < lists.offsets()[row + 1]; ++j) {
      list_.rows.push_back(j);
      list_.states.push_back(in.states[k]);
      masks_.push_back(static_cast<uint64_t>(masks.values<int64_t>()[j + shift]));
    }
  }
  const Column* column = &values;
  return Apply(
      std::span(&column, 1), list_, [&](size_t k) { return masks_[k]; },
      [](size_t, size_t) -> int64_t { return 0; });
}

}  // namespace thalweg::operators
