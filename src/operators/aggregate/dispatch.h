// Calls a generic lambda with a value of the C++ type behind a physical type.
#pragma once

#include <cstdint>
#include <string_view>

#include "data/type.h"
#include "state/row_layout.h"

namespace thalweg::operators {

/// f(T{}) with T int8_t .. int64_t, Int128, float, double, uint8_t (BOOLEAN) or string_view; false
/// for nested types and NULL.
template <typename F>
bool DispatchPhysical(data::PhysicalType type, F&& f) {
  using data::PhysicalType;
  switch (type) {
    case PhysicalType::kBool:
      f(uint8_t{});
      return true;
    case PhysicalType::kInt8:
      f(int8_t{});
      return true;
    case PhysicalType::kInt16:
      f(int16_t{});
      return true;
    case PhysicalType::kInt32:
      f(int32_t{});
      return true;
    case PhysicalType::kInt64:
      f(int64_t{});
      return true;
    case PhysicalType::kInt128:
      f(state::Int128{});
      return true;
    case PhysicalType::kFloat:
      f(float{});
      return true;
    case PhysicalType::kDouble:
      f(double{});
      return true;
    case PhysicalType::kString:
      f(std::string_view{});
      return true;
    default:
      return false;
  }
}

}  // namespace thalweg::operators
