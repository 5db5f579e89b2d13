#include "operators/aggregate/change_emitter.h"

#include "data/gather.h"
#include "operators/aggregate/dispatch.h"
#include "state/value_codec.h"

namespace thalweg::operators {
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::RowKind;

void ChangeEmitter::Begin(GroupTable* table, const std::vector<GroupTable::Touched>& groups) {
  table_ = table;
  groups_ = &groups;
  const AggregateSet& set = table->aggregates();
  const auto rows = static_cast<int32_t>(groups.size()) * 2;
  columns_.clear();
  arenas_.clear();
  arenas_.resize(static_cast<size_t>(set.size()));
  nested_old_.assign(static_cast<size_t>(set.size()), nullptr);
  for (int i = 0; i < set.size(); ++i) {
    columns_.push_back(set.nested(i) ? nullptr : Column::Make(set.result_type(i), rows));
  }
  old_positions_.clear();
  states_.clear();
  for (size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].fresh) continue;
    old_positions_.push_back(static_cast<int32_t>(2 * g));
    states_.push_back(groups[g].row);
  }
  const auto n = static_cast<int32_t>(states_.size());
  if (n == 0) return;
  for (int i = 0; i < set.size(); ++i) {
    const auto at = static_cast<size_t>(i);
    if (columns_[at] == nullptr) {
      nested_old_[at] = set.NestedResult(i, states_.data(), n);
    } else {
      set.ResultAt(i, states_.data(), n, {columns_[at].get(), old_positions_.data(), &arenas_[at]});
    }
  }
}

void ChangeEmitter::Compare(const Column& column, std::vector<uint8_t>* equal) {
  const auto n = static_cast<int32_t>(equal->size());
  const uint8_t* valid = column.validity();
  const bool simple = DispatchPhysical(column.physical(), [&](auto tag) {
    using T = decltype(tag);
    const T* v = column.values<T>();
    for (int32_t g = 0; g < n; ++g) {
      uint8_t& e = (*equal)[static_cast<size_t>(g)];
      if (e == 0) continue;
      if (valid != nullptr && (valid[2 * g] == 0 || valid[2 * g + 1] == 0)) {
        e = valid[2 * g] == valid[2 * g + 1];
      } else {
        e = v[2 * g] == v[2 * g + 1];
      }
    }
  });
  if (simple) return;
  std::string a;
  std::string b;
  for (int32_t g = 0; g < n; ++g) {
    uint8_t& e = (*equal)[static_cast<size_t>(g)];
    if (e == 0) continue;
    a.clear();
    b.clear();
    state::EncodeRow(column, 2 * g, &a);
    state::EncodeRow(column, 2 * g + 1, &b);
    e = a == b;
  }
}

data::Batch ChangeEmitter::Finish(const data::Batch& input, std::span<const int> keys,
                                  const std::vector<GroupFate>& fates, bool emit_update_before,
                                  bool send_unchanged) {
  const auto& groups = *groups_;
  const AggregateSet& set = table_->aggregates();
  const auto rows = static_cast<int32_t>(groups.size()) * 2;
  new_positions_.clear();
  states_.clear();
  std::vector<uint8_t> compare(groups.size(), 0);
  for (size_t g = 0; g < groups.size(); ++g) {
    if (fates[g] == GroupFate::kUpdated) compare[g] = 1;
    if (fates[g] != GroupFate::kInserted && fates[g] != GroupFate::kUpdated) continue;
    new_positions_.push_back(static_cast<int32_t>(2 * g + 1));
    states_.push_back(groups[g].row);
  }
  const auto n = static_cast<int32_t>(states_.size());

  data::Batch out;
  out.size = rows;
  std::vector<int32_t> source(static_cast<size_t>(rows));
  for (size_t g = 0; g < groups.size(); ++g) {
    source[2 * g] = source[2 * g + 1] = groups[g].first_row;
  }
  for (const int key : keys) {
    out.columns.push_back(
        data::Gather(*input.columns[static_cast<size_t>(key)], source.data(), rows));
  }
  for (int i = 0; i < set.size(); ++i) {
    const auto at = static_cast<size_t>(i);
    if (columns_[at] != nullptr) {
      if (n > 0) {
        set.ResultAt(i, states_.data(), n,
                     {columns_[at].get(), new_positions_.data(), &arenas_[at]});
      }
      arenas_[at].AttachTo(columns_[at].get());
      out.columns.push_back(columns_[at]);
    } else {
      // Old values, then new ones, brought into place by index; -1 where there is none.
      std::vector<ColumnPtr> parts;
      std::vector<int32_t> index(static_cast<size_t>(rows), -1);
      int32_t next = 0;
      if (nested_old_[at] != nullptr) {
        parts.push_back(nested_old_[at]);
        for (const int32_t p : old_positions_) index[static_cast<size_t>(p)] = next++;
      }
      if (n > 0) {
        parts.push_back(set.NestedResult(i, states_.data(), n));
        for (const int32_t p : new_positions_) index[static_cast<size_t>(p)] = next++;
      }
      out.columns.push_back(parts.empty()
                                ? data::Flatten(Column::MakeNull(set.result_type(i), rows))
                                : data::Gather(*data::Concat(parts), index.data(), rows));
    }
  }
  std::vector<uint8_t> equal = compare;
  if (!send_unchanged) {
    for (size_t i = keys.size(); i < out.columns.size(); ++i) Compare(*out.columns[i], &equal);
  } else {
    equal.assign(groups.size(), 0);
  }

  auto kinds = Buffer::Allocate(rows);
  auto selection = Buffer::Allocate(static_cast<int64_t>(rows) * 4);
  int32_t* selected = selection->as<int32_t>();
  int32_t count = 0;
  bool only_inserts = true;
  for (size_t g = 0; g < groups.size(); ++g) {
    const auto old_row = static_cast<int32_t>(2 * g);
    uint8_t* k = kinds->mutable_data() + old_row;
    k[0] = static_cast<uint8_t>(RowKind::kUpdateBefore);
    k[1] = static_cast<uint8_t>(RowKind::kUpdateAfter);
    switch (fates[g]) {
      case GroupFate::kInserted:
        k[1] = static_cast<uint8_t>(RowKind::kInsert);
        selected[count++] = old_row + 1;
        break;
      case GroupFate::kUpdated:
        if (equal[g] != 0) break;
        only_inserts = false;
        if (emit_update_before) selected[count++] = old_row;
        selected[count++] = old_row + 1;
        break;
      case GroupFate::kDeleted:
        only_inserts = false;
        k[0] = static_cast<uint8_t>(RowKind::kDelete);
        selected[count++] = old_row;
        break;
      case GroupFate::kVanished:
        break;
    }
  }
  if (!only_inserts) out.kinds = std::move(kinds);
  out.Select(std::move(selection), count);
  return out;
}

}  // namespace thalweg::operators
