// Small helpers for bind functions of the registry's entries.
#pragma once

#include <optional>

#include "expr/function.h"

namespace thalweg::expr {

/// The argument types fit no overload; MakeCall fills in the function's name, the types and the
/// signatures.
inline Status NoSuchOverload() { return Status::InvalidSql(""); }

/// An untyped NULL fits every parameter.
inline bool IsNullType(const data::Type& t) { return t.root() == data::TypeRoot::kNull; }
inline bool FitsCharacter(const data::Type& t) { return t.is_character() || IsNullType(t); }
inline bool FitsBinary(const data::Type& t) { return t.is_binary() || IsNullType(t); }
inline bool FitsNumeric(const data::Type& t) { return t.is_numeric() || IsNullType(t); }
inline bool FitsInteger(const data::Type& t) { return t.is_integer() || IsNullType(t); }
inline bool FitsBoolean(const data::Type& t) {
  return t.root() == data::TypeRoot::kBoolean || IsNullType(t);
}

/// A bound function whose parameters are the arguments' own types.
BoundFunction BindAsIs(const BindArgs& args, data::Type result, Kernel kernel);

/// The argument's value where it is a literal that is not NULL, else nullopt. T is the physical
/// type.
template <typename T>
std::optional<T> LiteralValue(const BindArgs& args, size_t i) {
  if (i >= args.literals.size() || args.literals[i] == nullptr) return std::nullopt;
  const data::Column& c = *args.literals[i];
  if (c.physical() == data::PhysicalType::kNull || c.IsNull(0)) return std::nullopt;
  return c.At<T>(0);
}
/// Likewise for an integer of any width.
std::optional<int64_t> LiteralInteger(const BindArgs& args, size_t i);

}  // namespace thalweg::expr
