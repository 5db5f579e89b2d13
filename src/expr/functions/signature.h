// Matching arguments against a function's signature: what most bind functions of the string and
// temporal families are made of.
//
//   if (auto b = Match(args, {Arg::kString, Arg::kInteger}); b) return b->Returns(type, kernel);
//   return NoMatch("LEFT(string, length)", args);
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "expr/function.h"

namespace thalweg::expr {

/// What an argument may be, and what it is cast to.
enum class Arg : uint8_t {
  kString,         ///< CHAR, VARCHAR: as it is
  kBinary,         ///< BINARY, VARBINARY: as it is
  kStringOrBytes,  ///< either: as it is
  kInteger,        ///< TINYINT .. BIGINT: to BIGINT
  kNumeric,        ///< any number: as it is
  kBoolean,
  kTimestamp,  ///< TIMESTAMP, TIMESTAMP_LTZ: as it is
  kDatetime,   ///< DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ: as it is
  kInterval,   ///< either family: as it is
  kAny,        ///< whatever it is
};

/// A BoundFunction whose parameters are known.
struct Matched : BoundFunction {
  /// Whether any argument can be NULL.
  bool any_nullable = false;

  /// `result` is made nullable if an argument is, and NOT NULL otherwise.
  BoundFunction Returns(const data::Type& result, Kernel kernel,
                        NullPolicy nulls = NullPolicy::kPropagate);
  /// `result` as it is.
  BoundFunction ReturnsExactly(const data::Type& result, Kernel kernel,
                               NullPolicy nulls = NullPolicy::kPropagate);
  /// The same for kernels that make their column.
  BoundFunction ReturnsColumn(const data::Type& result, ColumnKernel kernel,
                              NullPolicy nulls = NullPolicy::kPropagate);
};

bool Accepts(Arg kind, const data::Type& type);
/// Exactly these arguments. An untyped NULL matches nothing.
std::optional<Matched> Match(const BindArgs& args, std::initializer_list<Arg> kinds);
/// `kinds`, then any number (at least `at_least`) of `rest`.
std::optional<Matched> MatchRepeated(const BindArgs& args, std::initializer_list<Arg> kinds,
                                     Arg rest, size_t at_least);
/// NoSuchOverload(): MakeCall names the function, the types and its signature.
Status NoMatch(std::string_view signature, const BindArgs& args);

/// The literal string at `i`, if it is one and not NULL.
std::optional<std::string_view> LiteralString(const BindArgs& args, size_t i);

}  // namespace thalweg::expr
