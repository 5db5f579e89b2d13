#include "operators/aggregate/counted_values.h"

#include <numeric>

namespace thalweg::operators {

std::vector<uint8_t*> CountedValues::EntriesOf(const state::OwnedSets& sets, uint8_t* state) const {
  std::vector<uint8_t*> entries;
  sets.CollectEntries(state, offset_, &entries);
  return entries;
}

Status CountedValues::MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) {
  for (int32_t k = 0; k < count; ++k) {
    const std::vector<uint8_t*> entries = EntriesOf(*source_, from[k]);
    if (entries.empty()) continue;
    std::vector<int32_t> rows(entries.size());
    std::iota(rows.begin(), rows.end(), 0);
    std::vector<int64_t> changes;
    for (uint8_t* e : entries) changes.push_back(*CountOf(e));
    const data::ColumnPtr values =
        source_->EmitValues(0, entries.data(), static_cast<int32_t>(entries.size()));
    Add(*values, rows, std::vector<uint8_t*>(entries.size(), into[k]), changes);
  }
  return Status::OK();
}

void CountedValues::Add(const data::Column& values, const std::vector<int32_t>& rows,
                        const std::vector<uint8_t*>& owners, const std::vector<int64_t>& changes) {
  std::vector<uint8_t*> entries(rows.size());
  const data::Column* column = &values;
  sets_.FindOrInsert(std::span(&column, 1),
                     data::Rows::Of(rows.data(), static_cast<int32_t>(rows.size())), owners.data(),
                     offset_, entries.data());
  for (size_t i = 0; i < rows.size(); ++i) {
    sets_.MarkDirty(entries[i]);
    *CountOf(entries[i]) += changes[i];
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    if (state::HeaderOf(entries[i])->stamp == state::RowHeader::kFree) continue;
    if (*CountOf(entries[i]) == 0) sets_.Erase(owners[i], offset_, entries[i]);
  }
}

}  // namespace thalweg::operators
