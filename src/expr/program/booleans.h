// Booleans: a BOOLEAN column read by row, whatever its encoding.
#pragma once

#include "data/column.h"

namespace thalweg::expr {

class Booleans {
 public:
  explicit Booleans(const data::Column& c)
      : values_(c.storage().values<uint8_t>()),
        validity_(c.storage().validity()),
        indices_(c.encoding() == data::Encoding::kDictionary ? c.indices() : nullptr),
        mask_(c.encoding() == data::Encoding::kConstant ? 0 : -1),
        null_(c.physical() == data::PhysicalType::kNull) {}
  bool valid(int32_t i) const { return !null_ && (validity_ == nullptr || validity_[At(i)] != 0); }
  bool value(int32_t i) const { return values_[At(i)] != 0; }
  bool is_true(int32_t i) const { return valid(i) && value(i); }

 private:
  int32_t At(int32_t i) const { return indices_ != nullptr ? indices_[i] : i & mask_; }

  const uint8_t* values_;
  const uint8_t* validity_;
  const int32_t* indices_;
  int32_t mask_;
  bool null_;
};

}  // namespace thalweg::expr
