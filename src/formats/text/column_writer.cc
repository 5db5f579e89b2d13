#include "formats/text/column_writer.h"

#include <algorithm>
#include <cstring>

namespace thalweg::formats::text {

using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::PhysicalType;
using data::Type;
using data::TypeRoot;

ColumnWriter::ColumnWriter(const Type& type)
    : type_(type.WithNullable(true)), physical_(data::PhysicalTypeOf(type)) {
  width_ = physical_ == PhysicalType::kList ? 4 : data::PhysicalWidth(physical_);
  for (int i = 0; i < type_.num_children(); ++i) {
    children_.push_back(std::make_unique<ColumnWriter>(type_.child(i)));
  }
  if (type_.root() == TypeRoot::kMultiset) {
    children_.push_back(std::make_unique<ColumnWriter>(Type::Int()));
  }
}

void ColumnWriter::Start(int32_t capacity) {
  capacity_ = 0;
  elements_ = 0;
  column_.reset();
  offsets_.reset();
  validities_.reset();
  Grow(capacity);
  if (physical_ == PhysicalType::kRow) {
    for (auto& c : children_) c->Start(capacity);
  } else if (physical_ == PhysicalType::kList) {
    reinterpret_cast<int32_t*>(values_)[0] = 0;
    for (auto& c : children_) c->Start(capacity);
  }
}

void ColumnWriter::Grow(int32_t capacity) {
  auto validities = Buffer::Allocate(capacity);
  if (capacity_ > 0) {
    std::memcpy(validities->mutable_data(), validity_, static_cast<size_t>(capacity_));
  }
  std::memset(validities->mutable_data() + capacity_, 0, static_cast<size_t>(capacity - capacity_));
  if (physical_ == PhysicalType::kList) {
    auto offsets = Buffer::Allocate((static_cast<int64_t>(capacity) + 1) * 4);
    if (capacity_ > 0) {
      std::memcpy(offsets->mutable_data(), values_, (static_cast<size_t>(capacity_) + 1) * 4);
    }
    values_ = offsets->mutable_data();
    offsets_ = std::move(offsets);
  } else if (width_ > 0) {
    auto column = Column::Make(type_, capacity);
    if (capacity_ > 0) {
      std::memcpy(column->mutable_values<uint8_t>(), values_,
                  static_cast<size_t>(capacity_) * static_cast<size_t>(width_));
    }
    values_ = column->mutable_values<uint8_t>();
    column_ = std::move(column);
  }
  validities_ = std::move(validities);
  validity_ = validities_->mutable_data();
  if (physical_ == PhysicalType::kRow && capacity_ > 0) {
    for (auto& c : children_) c->Grow(capacity);
  }
  capacity_ = capacity;
}

int32_t ColumnWriter::AddElement() {
  for (auto& c : children_) {
    if (elements_ == c->capacity_) c->Grow(std::max(16, c->capacity_ * 2));
  }
  return elements_++;
}

void ColumnWriter::TruncateElements(int32_t count) {
  while (elements_ > count) {
    --elements_;
    for (auto& c : children_) c->Clear(elements_);
  }
}

void ColumnWriter::Clear(int32_t row) {
  if (physical_ == PhysicalType::kRow) {
    for (auto& c : children_) c->Clear(row);
  } else if (physical_ == PhysicalType::kList && validity_[row] != 0) {
    // The row's first element: where the latest valid row before it ended.
    int32_t before = row;
    while (before > 0 && validity_[before - 1] == 0) --before;
    TruncateElements(reinterpret_cast<const int32_t*>(values_)[before]);
  }
  validity_[row] = 0;
}

ColumnPtr ColumnWriter::Finish(int32_t rows, std::span<const data::BufferPtr> owners) {
  const bool nulls = rows > 0 && std::memchr(validity_, 0, static_cast<size_t>(rows)) != nullptr;
  std::shared_ptr<Column> out;
  if (physical_ == PhysicalType::kRow) {
    std::vector<ColumnPtr> children;
    for (auto& c : children_) children.push_back(c->Finish(rows, owners));
    out = Column::MakeRow(type_, rows, std::move(children));
    if (nulls) out->SetValidity(validities_);
    return out;
  }
  if (physical_ == PhysicalType::kList) {
    auto* offsets = reinterpret_cast<int32_t*>(values_);
    if (nulls) {
      for (int32_t i = 0; i < rows; ++i) {
        if (validity_[i] == 0) offsets[i + 1] = offsets[i];
      }
    }
    std::vector<ColumnPtr> children;
    for (auto& c : children_) children.push_back(c->Finish(elements_, owners));
    out = Column::MakeList(type_, rows, offsets_, std::move(children));
    if (nulls) out->SetValidity(validities_);
    return out;
  }
  if (physical_ == PhysicalType::kNull) return Column::MakeNull(type_, rows);
  out = column_;
  if (physical_ == PhysicalType::kString) {
    for (const auto& o : owners) out->AddOwner(o);
    arena_.AttachTo(out.get());
    if (nulls) {
      auto* v = out->mutable_values<std::string_view>();
      for (int32_t i = 0; i < rows; ++i) {
        if (validity_[i] == 0) v[i] = {};
      }
    }
  }
  if (nulls) out->SetValidity(validities_);
  return rows == capacity_ ? ColumnPtr(std::move(out)) : out->Slice(0, rows);
}

}  // namespace thalweg::formats::text
