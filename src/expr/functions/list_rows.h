// ListRows: offsets and validity of an ARRAY or MAP column that a kernel makes row by row.
//
//   ListRows lists(size);
//   rows.ForEach([&](int32_t i) { lists.Begin(i, elements.size()); ...elements.push_back(..) });
//   return lists.Finish(type, elements.size(), {child});
#pragma once

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "data/column.h"

namespace thalweg::expr {

class ListRows {
 public:
  explicit ListRows(int32_t size)
      : offsets_(data::Buffer::Allocate((int64_t{size} + 1) * 4)),
        validity_(data::Buffer::Allocate(size)),
        size_(size) {
    std::memset(validity_->mutable_data(), 0, static_cast<size_t>(size));
  }
  /// Begins row `row` (increasing), whose elements end where the next one begins; `elements` so
  /// far. Rows that are not begun are NULL.
  void Begin(int32_t row, size_t elements) {
    FillTo(row, elements);
    validity_->mutable_data()[row] = 1;
  }
  data::ColumnPtr Finish(const data::Type& type, size_t elements,
                         std::vector<data::ColumnPtr> children) {
    FillTo(size_, elements);
    auto c = data::Column::MakeList(type, size_, std::move(offsets_), std::move(children));
    c->SetValidity(std::move(validity_));
    return c;
  }

 private:
  void FillTo(int32_t row, size_t elements) {
    for (; next_ <= row; ++next_) offsets_->as<int32_t>()[next_] = static_cast<int32_t>(elements);
  }
  std::shared_ptr<data::Buffer> offsets_, validity_;
  int32_t size_, next_ = 0;
};

}  // namespace thalweg::expr
