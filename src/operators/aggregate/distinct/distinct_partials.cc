#include "operators/aggregate/distinct/distinct_partials.h"

#include <algorithm>
#include <cstring>

#include "data/gather.h"
#include "data/hash.h"

namespace thalweg::operators {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::PhysicalType;

constexpr size_t kRecent = 4096;

}  // namespace

// same(a, b): whether two rows that are not NULL hold the same value.
template <typename Same>
void DistinctPartials::Collect(const Column& values, const data::Rows& rows, const uint64_t* masks,
                               uint8_t* const* states, Same same) {
  const int32_t n = rows.count();
  hashes_.resize(static_cast<size_t>(n));
  for (int32_t k = 0; k < n; ++k) {
    hashes_[static_cast<size_t>(k)] = state::HeaderOf(states[k])->group;
  }
  data::HashColumn(values, rows, hashes_.data());
  recent_.assign(kRecent, 0);
  const uint8_t* valid = values.validity();
  const int32_t value_mask = values.encoding() == data::Encoding::kConstant ? 0 : -1;
  for (int32_t k = 0; k < n; ++k) {
    if (masks[k] == 0) continue;
    const int32_t row = rows[k];
    const uint32_t group = state::HeaderOf(states[k])->group;
    if (valid != nullptr && valid[row & value_mask] == 0) {
      if (nulls_count_) sent_.push_back({row, group, masks[k]});
      continue;
    }
    int32_t& slot = recent_[hashes_[static_cast<size_t>(k)] % kRecent];
    if (slot > 0) {
      Sent& before = sent_[static_cast<size_t>(slot) - 1];
      if (before.group == group && same(before.row, row)) {
        before.mask |= masks[k];
        continue;
      }
    }
    sent_.push_back({row, group, masks[k]});
    slot = static_cast<int32_t>(sent_.size());
  }
}

std::vector<ColumnPtr> DistinctPartials::Emit(const Column& values, const data::Type& value_type,
                                              const data::Rows& rows, const uint64_t* masks,
                                              uint8_t* const* states, int32_t groups) {
  sent_.clear();
  const int32_t constant = values.encoding() == data::Encoding::kConstant ? 0 : -1;
  const auto width = static_cast<size_t>(data::PhysicalWidth(values.physical()));
  if (values.physical() == PhysicalType::kString) {
    const auto* v = values.values<std::string_view>();
    Collect(values, rows, masks, states,
            [=](int32_t a, int32_t b) { return v[a & constant] == v[b & constant]; });
  } else if (width > 0) {
    const auto* v = values.values<uint8_t>();
    const auto at = [=](int32_t row) { return v + static_cast<size_t>(row & constant) * width; };
    Collect(values, rows, masks, states,
            [=](int32_t a, int32_t b) { return std::memcmp(at(a), at(b), width) == 0; });
  } else {  // nested values are not compared
    Collect(values, rows, masks, states, [](int32_t, int32_t) { return false; });
  }

  const int64_t bytes = (int64_t{groups} + 1) * 4;
  auto offsets = Buffer::Allocate(bytes);
  auto* ends = offsets->as<int32_t>();
  std::fill_n(ends, groups + 1, 0);
  for (const Sent& s : sent_) ++ends[s.group + 1];
  for (int32_t g = 0; g < groups; ++g) ends[g + 1] += ends[g];
  const auto n = static_cast<int32_t>(sent_.size());
  const data::Type mask_type = data::Type::Bigint().WithNullable(false);
  auto mask_column = Column::Make(mask_type, n);
  auto* mask_values = mask_column->mutable_values<int64_t>();
  order_.resize(sent_.size());
  // While they are filled, a group's begin is where its next value goes; at the end it is its end.
  for (const Sent& s : sent_) {
    const int32_t at = ends[s.group]++;
    order_[static_cast<size_t>(at)] = s.row;
    mask_values[at] = static_cast<int64_t>(s.mask);
  }
  std::memmove(ends + 1, ends, static_cast<size_t>(groups) * 4);
  ends[0] = 0;
  auto same = Buffer::Copy({offsets->as<char>(), static_cast<size_t>(bytes)});
  return {Column::MakeList(data::Type::Array(value_type), groups, std::move(offsets),
                           {data::Gather(values, order_.data(), n)}),
          Column::MakeList(data::Type::Array(mask_type), groups, std::move(same),
                           {std::move(mask_column)})};
}

}  // namespace thalweg::operators
