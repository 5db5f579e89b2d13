#include "data/column_builder.h"

#include <algorithm>
#include <cstring>

namespace thalweg::data {

ColumnBuilder::ColumnBuilder(Type type) : type_(std::move(type)), physical_(PhysicalTypeOf(type_)) {
  for (int i = 0; i < type_.num_children(); ++i) {
    children_.push_back(std::make_unique<ColumnBuilder>(type_.child(i)));
  }
  if (type_.root() == TypeRoot::kMultiset) {
    children_.push_back(std::make_unique<ColumnBuilder>(Type::Int().WithNullable(false)));
  }
  if (physical_ == PhysicalType::kList) offsets_.push_back(0);
}

void ColumnBuilder::Grow(int width) {
  if (size_ < capacity_) return;
  capacity_ = std::max(16, capacity_ * 2);
  auto bigger = Buffer::Allocate(static_cast<int64_t>(capacity_) * width);
  if (size_ > 0) {
    std::memcpy(bigger->mutable_data(), values_->data(),
                static_cast<size_t>(size_) * static_cast<size_t>(width));
  }
  values_ = std::move(bigger);
}

void ColumnBuilder::EndValue(bool valid) {
  if (!valid && validity_.empty()) validity_.assign(static_cast<size_t>(size_), 1);
  if (!valid || !validity_.empty()) validity_.push_back(valid ? 1 : 0);
  ++size_;
}

void ColumnBuilder::AppendNull() {
  switch (physical_) {
    case PhysicalType::kList:
      offsets_.push_back(children_[0]->size());
      break;
    case PhysicalType::kRow:
      for (auto& c : children_) c->AppendNull();
      break;
    case PhysicalType::kNull:
      break;
    default: {
      const int width = PhysicalWidth(physical_);
      Grow(width);
      std::memset(values_->mutable_data() + static_cast<int64_t>(size_) * width, 0,
                  static_cast<size_t>(width));
    }
  }
  EndValue(false);
}

void ColumnBuilder::EndList() {
  offsets_.push_back(children_[0]->size());
  EndValue(true);
}

void ColumnBuilder::AppendFrom(const Column& column, int32_t row) {
  const Column& s = column.storage();
  const int32_t i = column.StorageIndex(row);
  if (physical_ == PhysicalType::kNull || (s.validity() != nullptr && s.validity()[i] == 0)) {
    AppendNull();
    return;
  }
  switch (physical_) {
    case PhysicalType::kString:
      AppendString(s.values<std::string_view>()[i]);
      break;
    case PhysicalType::kList:
      for (int32_t j = s.offsets()[i]; j < s.offsets()[i + 1]; ++j) {
        for (size_t c = 0; c < children_.size(); ++c) children_[c]->AppendFrom(*s.children()[c], j);
      }
      EndList();
      break;
    case PhysicalType::kRow:
      for (size_t c = 0; c < children_.size(); ++c) children_[c]->AppendFrom(*s.children()[c], i);
      EndRow();
      break;
    default:
      switch (PhysicalWidth(physical_)) {
        case 1:
          Append(s.values<uint8_t>()[i]);
          break;
        case 2:
          Append(s.values<uint16_t>()[i]);
          break;
        case 4:
          Append(s.values<uint32_t>()[i]);
          break;
        case 8:
          Append(s.values<uint64_t>()[i]);
          break;
        case 16:
          Append(s.values<__int128>()[i]);
          break;
        default:
          break;
      }
  }
}

ColumnPtr ColumnBuilder::Finish() {
  std::shared_ptr<Column> out;
  if (physical_ == PhysicalType::kList) {
    auto offsets = Buffer::Allocate(static_cast<int64_t>(offsets_.size()) * 4);
    std::memcpy(offsets->mutable_data(), offsets_.data(), offsets_.size() * 4);
    std::vector<ColumnPtr> children;
    for (auto& c : children_) children.push_back(c->Finish());
    out = Column::MakeList(type_, size_, std::move(offsets), std::move(children));
  } else if (physical_ == PhysicalType::kRow) {
    std::vector<ColumnPtr> children;
    for (auto& c : children_) children.push_back(c->Finish());
    out = Column::MakeRow(type_, size_, std::move(children));
  } else {
    out = Column::Make(type_, size_);
    const int width = PhysicalWidth(physical_);
    if (size_ > 0 && width > 0) {
      std::memcpy(out->mutable_values<uint8_t>(), values_->data(),
                  static_cast<size_t>(size_) * static_cast<size_t>(width));
    }
    arena_.AttachTo(out.get());
  }
  if (!validity_.empty()) {
    std::memcpy(out->MutableValidity(), validity_.data(), static_cast<size_t>(size_));
  }
  size_ = capacity_ = 0;
  values_ = nullptr;
  validity_.clear();
  if (physical_ == PhysicalType::kList) offsets_.assign(1, 0);
  return out;
}

}  // namespace thalweg::data
