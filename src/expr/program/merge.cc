#include "expr/program/merge.h"

#include <string_view>

#include "data/gather.h"

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::Encoding;
using data::PhysicalType;

void PieceMerger::Add(ColumnPtr column, data::Rows rows) {
  if (!rows.empty()) pieces_.push_back({std::move(column), rows});
}

ColumnPtr PieceMerger::Finish() {
  if (pieces_.empty()) return Column::MakeNull(type_, size_);
  if (pieces_.size() == 1) {
    const ColumnPtr& c = pieces_[0].column;
    if (c->physical() == PhysicalType::kNull) return Column::MakeNull(type_, size_);
    return c;
  }
  const PhysicalType physical = data::PhysicalTypeOf(type_);
  if (physical == PhysicalType::kList || physical == PhysicalType::kRow) return MergeNested();
  if (physical == PhysicalType::kNull) return Column::MakeNull(type_, size_);
  return MergeFlat();
}

namespace {

template <typename T>
void CopyRows(const Column& from, data::Rows rows, Column* to) {
  T* out = to->mutable_values<T>();
  const T* in = from.storage().values<T>();
  if (from.encoding() == Encoding::kFlat) {
    rows.ForEach([&](int32_t i) { out[i] = in[i]; });
  } else if (from.encoding() == Encoding::kConstant) {
    const T value = in[0];
    rows.ForEach([&](int32_t i) { out[i] = value; });
  } else {
    const int32_t* indices = from.indices();
    rows.ForEach([&](int32_t i) { out[i] = in[indices[i]]; });
  }
}

void CopyValidity(const Column& from, data::Rows rows, Column* to) {
  const uint8_t* in = from.storage().validity();
  if (in == nullptr) return;  // all valid, as a new column is
  uint8_t* out = to->MutableValidity();
  rows.ForEach([&](int32_t i) { out[i] = in[from.StorageIndex(i)]; });
}

}  // namespace

ColumnPtr PieceMerger::MergeFlat() const {
  auto out = Column::Make(type_, size_);
  for (const Piece& p : pieces_) {
    if (p.column->physical() == PhysicalType::kNull) {
      p.rows.ForEach([&](int32_t i) { out->SetNull(i); });
      continue;
    }
    CopyValidity(*p.column, p.rows, out.get());
    switch (data::PhysicalWidth(out->physical())) {
      case 1:
        CopyRows<uint8_t>(*p.column, p.rows, out.get());
        break;
      case 2:
        CopyRows<uint16_t>(*p.column, p.rows, out.get());
        break;
      case 4:
        CopyRows<uint32_t>(*p.column, p.rows, out.get());
        break;
      case 8:
        CopyRows<uint64_t>(*p.column, p.rows, out.get());
        break;
      default:
        if (out->physical() == PhysicalType::kString) {
          CopyRows<std::string_view>(*p.column, p.rows, out.get());
          out->AddOwnersOf(*p.column);
        } else {
          CopyRows<__int128>(*p.column, p.rows, out.get());
        }
    }
  }
  return out;
}

ColumnPtr PieceMerger::MergeNested() const {
  std::vector<ColumnPtr> flat;
  std::vector<int32_t> indices(static_cast<size_t>(size_), -1);
  int32_t base = 0;
  for (const Piece& p : pieces_) {
    if (p.column->physical() == PhysicalType::kNull) continue;
    flat.push_back(data::Gather(*p.column, p.rows));
    for (int32_t k = 0; k < p.rows.count(); ++k) {
      indices[static_cast<size_t>(p.rows[k])] = base + k;
    }
    base += p.rows.count();
  }
  if (flat.empty()) return Column::MakeNull(type_, size_);
  return data::Gather(*data::Concat(flat), indices.data(), size_)->WithType(type_);
}

}  // namespace thalweg::expr
