#include "expr/binding.h"

namespace thalweg::expr {

using data::PhysicalType;

BoundFunction BindAsIs(const BindArgs& args, data::Type result, Kernel kernel) {
  BoundFunction f;
  f.params.assign(args.types.begin(), args.types.end());
  f.result = std::move(result);
  f.kernel = kernel;
  return f;
}

std::optional<int64_t> LiteralInteger(const BindArgs& args, size_t i) {
  if (i >= args.literals.size() || args.literals[i] == nullptr) return std::nullopt;
  switch (args.literals[i]->physical()) {
    case PhysicalType::kInt8:
      return LiteralValue<int8_t>(args, i);
    case PhysicalType::kInt16:
      return LiteralValue<int16_t>(args, i);
    case PhysicalType::kInt32:
      return LiteralValue<int32_t>(args, i);
    case PhysicalType::kInt64:
      return LiteralValue<int64_t>(args, i);
    default:
      return std::nullopt;
  }
}

}  // namespace thalweg::expr
