#include "expr/functions/signature.h"

#include "expr/binding.h"

namespace thalweg::expr {

using data::Type;

BoundFunction Matched::Returns(const Type& result_type, Kernel k, NullPolicy policy) {
  return ReturnsExactly(result_type.WithNullable(any_nullable), k, policy);
}

BoundFunction Matched::ReturnsExactly(const Type& result_type, Kernel k, NullPolicy policy) {
  BoundFunction f = *this;
  f.result_nulls = ResultNulls::kAsBound;
  f.result = result_type;
  f.kernel = k;
  f.nulls = policy;
  return f;
}

BoundFunction Matched::ReturnsColumn(const Type& result_type, ColumnKernel k, NullPolicy policy) {
  BoundFunction f = *this;
  f.result_nulls = ResultNulls::kAsBound;
  f.result = result_type;
  f.column_kernel = k;
  f.nulls = policy;
  return f;
}

bool Accepts(Arg kind, const Type& t) {
  switch (kind) {
    case Arg::kString:
      return t.is_character();
    case Arg::kBinary:
      return t.is_binary();
    case Arg::kStringOrBytes:
      return t.is_character() || t.is_binary();
    case Arg::kInteger:
      return t.is_integer();
    case Arg::kNumeric:
      return t.is_numeric();
    case Arg::kBoolean:
      return t.root() == data::TypeRoot::kBoolean;
    case Arg::kTimestamp:
      return t.is_timestamp();
    case Arg::kDatetime:
      return t.is_datetime();
    case Arg::kInterval:
      return t.is_interval();
    case Arg::kAny:
      return t.root() != data::TypeRoot::kNull;
  }
  return false;
}

namespace {

bool Add(Arg kind, const Type& type, Matched* m) {
  if (!Accepts(kind, type)) return false;
  m->any_nullable |= type.nullable();
  m->params.push_back(kind == Arg::kInteger ? Type::Bigint().WithNullable(type.nullable()) : type);
  return true;
}

}  // namespace

std::optional<Matched> Match(const BindArgs& args, std::initializer_list<Arg> kinds) {
  if (args.types.size() != kinds.size()) return std::nullopt;
  Matched m;
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (!Add(kinds.begin()[i], args.types[i], &m)) return std::nullopt;
  }
  return m;
}

std::optional<Matched> MatchRepeated(const BindArgs& args, std::initializer_list<Arg> kinds,
                                     Arg rest, size_t at_least) {
  if (args.types.size() < kinds.size() + at_least) return std::nullopt;
  Matched m;
  for (size_t i = 0; i < args.types.size(); ++i) {
    if (!Add(i < kinds.size() ? kinds.begin()[i] : rest, args.types[i], &m)) return std::nullopt;
  }
  return m;
}

Status NoMatch(std::string_view, const BindArgs&) { return NoSuchOverload(); }

std::optional<std::string_view> LiteralString(const BindArgs& args, size_t i) {
  if (i >= args.literals.size() || args.literals[i] == nullptr) return std::nullopt;
  const data::Column& c = *args.literals[i];
  if (c.physical() != data::PhysicalType::kString || c.IsNull(0)) return std::nullopt;
  return c.At<std::string_view>(0);
}

}  // namespace thalweg::expr
