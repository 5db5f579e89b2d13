#include "expr/program/call.h"

namespace thalweg::expr {

using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::Encoding;

ColumnPtr FieldOf(const ColumnPtr& row, int field, const data::Type& type) {
  if (row->encoding() == Encoding::kDictionary) {
    return row->WithDictionary(data::Flatten(FieldOf(row->dictionary(), field, type)));
  }
  if (row->encoding() == Encoding::kConstant) {
    if (row->IsNull(0)) return Column::MakeNull(type, row->size());
    return Column::MakeConstant(row->children()[static_cast<size_t>(field)], 0, row->size());
  }
  ColumnPtr child = row->children()[static_cast<size_t>(field)];
  const uint8_t* outer = row->validity();
  if (outer == nullptr) return child;
  child = data::Flatten(child);
  const uint8_t* inner = child->validity();
  if (inner == outer) return child;  // fields that share their row's validity
  auto result = std::const_pointer_cast<Column>(child->WithType(child->type()));
  if (inner == nullptr) {
    result->SetValidity(Buffer::Wrap(outer, row->size(), row));
    return result;
  }
  auto merged = Buffer::Allocate(row->size());
  uint8_t* to = merged->mutable_data();
  for (int32_t i = 0; i < row->size(); ++i) to[i] = outer[i] & inner[i];
  result->SetValidity(std::move(merged));
  return result;
}

}  // namespace thalweg::expr
