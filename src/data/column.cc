#include "data/column.h"

#include <fmt/format.h>

#include <cstring>
#include <numeric>

#include "data/gather.h"

namespace thalweg::data {

std::shared_ptr<Column> Column::Make(const Type& type, int32_t size) {
  auto c = std::shared_ptr<Column>(new Column(type, Encoding::kFlat, size));
  TW_CHECK(c->physical_ != PhysicalType::kList && c->physical_ != PhysicalType::kRow,
           type.ToString());
  const int width = PhysicalWidth(c->physical_);
  if (width > 0) {
    auto buffer = Buffer::Allocate(static_cast<int64_t>(size) * width);
    c->values_ = buffer->data();
    c->owners_.push_back(std::move(buffer));
  } else {
    c->MutableValidity();
    std::memset(const_cast<uint8_t*>(c->validity_), 0, static_cast<size_t>(size));
  }
  return c;
}

std::shared_ptr<Column> Column::MakeList(const Type& type, int32_t size, BufferPtr offsets,
                                         std::vector<ColumnPtr> children) {
  auto c = std::shared_ptr<Column>(new Column(type, Encoding::kFlat, size));
  TW_CHECK(c->physical_ == PhysicalType::kList, type.ToString());
  c->values_ = offsets->data();
  c->owners_.push_back(std::move(offsets));
  for (auto& child : children) c->children_.push_back(Flatten(child));
  return c;
}

std::shared_ptr<Column> Column::MakeRow(const Type& type, int32_t size,
                                        std::vector<ColumnPtr> children) {
  auto c = std::shared_ptr<Column>(new Column(type, Encoding::kFlat, size));
  TW_CHECK(c->physical_ == PhysicalType::kRow, type.ToString());
  c->children_ = std::move(children);
  return c;
}

ColumnPtr Column::MakeConstant(const ColumnPtr& source, int32_t row, int32_t size) {
  ColumnPtr one = source->encoding() == Encoding::kDictionary
                      ? source->dictionary()->Slice(source->StorageIndex(row), 1)
                      : source->Slice(source->StorageIndex(row), 1);
  auto c = std::shared_ptr<Column>(new Column(*one));
  c->encoding_ = Encoding::kConstant;
  c->size_ = size;
  return c;
}

ColumnPtr Column::MakeNull(const Type& type, int32_t size) {
  auto c = std::shared_ptr<Column>(new Column(type.WithNullable(true), Encoding::kConstant, size));
  auto zero = Buffer::Allocate(16);  // one zero value, one zero validity byte, two zero offsets
  std::memset(zero->mutable_data(), 0, 16);
  c->values_ = zero->data();
  c->validity_ = zero->data();
  c->owners_.push_back(std::move(zero));
  const Type& t = c->type_;
  if (t.root() == TypeRoot::kMultiset) {
    c->children_ = {Flatten(MakeNull(t.child(0), 0)), Flatten(MakeNull(Type::Int(), 0))};
  } else {
    const int32_t child_size = c->physical_ == PhysicalType::kRow ? 1 : 0;
    for (int i = 0; i < t.num_children(); ++i) {
      c->children_.push_back(Flatten(MakeNull(t.child(i), child_size)));
    }
  }
  return c;
}

ColumnPtr Column::MakeDictionary(BufferPtr indices, int32_t size, ColumnPtr dictionary) {
  TW_CHECK(dictionary->encoding() == Encoding::kFlat, "a dictionary must be flat");
  auto c = std::shared_ptr<Column>(new Column(dictionary->type(), Encoding::kDictionary, size));
  c->values_ = indices->data();
  c->owners_.push_back(std::move(indices));
  c->children_.push_back(std::move(dictionary));
  return c;
}

bool Column::IsNull(int32_t row) const {
  const Column& s = storage();
  return s.validity_ != nullptr && s.validity_[StorageIndex(row)] == 0;
}

bool Column::may_have_nulls() const { return storage().validity_ != nullptr; }

ColumnPtr Column::Slice(int32_t offset, int32_t size) const {
  TW_CHECK(offset >= 0 && size >= 0 && (encoding_ == Encoding::kConstant || offset + size <= size_),
           fmt::format("slice [{}, +{}) of {} rows", offset, size, size_));
  auto c = std::shared_ptr<Column>(new Column(*this));
  c->size_ = size;
  if (encoding_ == Encoding::kConstant || offset == 0) {
    if (encoding_ == Encoding::kFlat && physical_ == PhysicalType::kRow && size != size_) {
      for (auto& child : c->children_) child = child->Slice(offset, size);
    }
    return c;
  }
  if (encoding_ == Encoding::kDictionary) {
    c->values_ += static_cast<int64_t>(offset) * 4;
    return c;
  }
  if (validity_ != nullptr) c->validity_ += offset;
  if (physical_ == PhysicalType::kList) {
    c->values_ += static_cast<int64_t>(offset) * 4;
  } else if (physical_ == PhysicalType::kRow) {
    for (auto& child : c->children_) child = child->Slice(offset, size);
  } else if (values_ != nullptr) {
    c->values_ += static_cast<int64_t>(offset) * PhysicalWidth(physical_);
  }
  return c;
}

ColumnPtr Column::WithType(const Type& type) const {
  TW_CHECK(PhysicalTypeOf(type) == physical_,
           fmt::format("{} as {}", type_.ToString(), type.ToString()));
  auto c = std::shared_ptr<Column>(new Column(*this));
  c->type_ = type;
  return c;
}

ColumnPtr Column::WithDictionary(ColumnPtr dictionary) const {
  TW_CHECK(encoding_ == Encoding::kDictionary && dictionary->encoding() == Encoding::kFlat,
           type_.ToString());
  auto c = std::shared_ptr<Column>(new Column(dictionary->type(), Encoding::kDictionary, size_));
  c->values_ = values_;
  c->owners_ = owners_;
  c->children_.push_back(std::move(dictionary));
  return c;
}

int64_t Column::EstimatedBytes() const {
  constexpr int64_t kStringBytes = 32;
  const int64_t stored = encoding_ == Encoding::kConstant ? 1 : size_;
  if (encoding_ == Encoding::kDictionary) return stored * 4;
  int64_t per_row = PhysicalWidth(physical_) + (validity_ != nullptr ? 1 : 0);
  if (physical_ == PhysicalType::kString) per_row += kStringBytes;
  int64_t n = stored * per_row;
  for (const auto& child : children_) n += child->EstimatedBytes();
  return n;
}

uint8_t* Column::MutableValidity() {
  if (validity_ == nullptr) {
    const int32_t n = encoding_ == Encoding::kConstant ? 1 : size_;
    auto buffer = Buffer::Allocate(n);
    std::memset(buffer->mutable_data(), 1, static_cast<size_t>(n));
    validity_ = buffer->data();
    owners_.push_back(std::move(buffer));
  }
  return const_cast<uint8_t*>(validity_);
}

void Column::SetValidity(BufferPtr validity) {
  validity_ = validity->data();
  owners_.push_back(std::move(validity));
}

void Column::AddOwnersOf(const Column& other) {
  for (const auto& o : other.owners_) owners_.push_back(o);
  if (other.encoding_ == Encoding::kDictionary) AddOwnersOf(*other.children_[0]);
}

ColumnPtr Flatten(const ColumnPtr& column) {
  if (column->encoding() == Encoding::kFlat) return column;
  if (column->encoding() == Encoding::kDictionary) {
    return Gather(*column->dictionary(), column->indices(), column->size());
  }
  std::vector<int32_t> zeros(static_cast<size_t>(column->size()), 0);
  // Gather maps every index of a constant column to its one row.
  return Gather(*column, zeros.data(), column->size());
}

ColumnPtr DecodeDictionary(const ColumnPtr& column) {
  return column->encoding() == Encoding::kDictionary ? Flatten(column) : column;
}

}  // namespace thalweg::data
