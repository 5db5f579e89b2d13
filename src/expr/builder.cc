#include "expr/builder.h"

#include <fmt/format.h>

#include "expr/forms.h"
#include "expr/registry.h"

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

namespace {

template <typename T>
ExprPtr Literal(const Type& type, T value) {
  auto c = Column::Make(type.WithNullable(false), 1);
  c->mutable_values<T>()[0] = value;
  return MakeLiteral(std::move(c));
}

/// Length of a literal as Flink's parser counts it: UTF-16 units.
int32_t CountUtf16(std::string_view utf8) {
  int32_t n = 0;
  for (const char c : utf8) {
    const auto b = static_cast<uint8_t>(c);
    n += (b & 0xc0) != 0x80;
    n += b >= 0xf0;
  }
  return n;
}

Status CannotApply(const ScalarFunction& f, const std::vector<ExprPtr>& args) {
  std::string types;
  for (const auto& a : args) {
    if (!types.empty()) types += ", ";
    types += a->type.ToSummary();
  }
  return Status::InvalidSql(fmt::format("Cannot apply {} to arguments of type ({}); it takes {}",
                                        f.name, types, f.signature));
}

bool ResultIsNullable(const BoundFunction& bound, const std::vector<ExprPtr>& args) {
  switch (bound.result_nulls) {
    case ResultNulls::kAlways:
      return true;
    case ResultNulls::kNever:
      return false;
    case ResultNulls::kAsBound:
      return bound.result.nullable();
    case ResultNulls::kIfArgs:
      break;
  }
  for (const auto& a : args) {
    if (a->type.nullable()) return true;
  }
  return false;
}

/// -2147483648 is an INT and -9223372036854775808 a BIGINT, though without the sign they are not.
ExprPtr LeastInteger(const Expr& e) {
  if (e.literal->IsNull(0)) return nullptr;
  if (e.type.root() == TypeRoot::kBigint && e.literal->At<int64_t>(0) == -int64_t{INT32_MIN}) {
    return MakeIntLiteral(INT32_MIN);
  }
  if (e.type.root() == TypeRoot::kDecimal && e.type.scale() == 0 &&
      e.literal->At<__int128>(0) == -static_cast<__int128>(INT64_MIN)) {
    return MakeBigintLiteral(INT64_MIN);
  }
  return nullptr;
}

}  // namespace

ExprPtr MakeColumn(int column, const Type& type) {
  auto e = std::make_shared<Expr>();
  e->kind = ExprKind::kColumn;
  e->column = column;
  e->type = type;
  return e;
}

Type NormalizedInterval(const Type& t) {
  if (t.root() == TypeRoot::kIntervalYearMonth) {
    return Type::IntervalYearMonth(data::IntervalResolution::kMonth).WithNullable(t.nullable());
  }
  return Type::IntervalDayTime(data::IntervalResolution::kSecond, 2, 3).WithNullable(t.nullable());
}

ExprPtr MakeLiteral(ColumnPtr value) {
  if (value->type().is_interval()) value = value->WithType(NormalizedInterval(value->type()));
  auto e = std::make_shared<Expr>();
  e->kind = ExprKind::kLiteral;
  e->type = value->type();
  e->literal = std::move(value);
  return e;
}

ExprPtr MakeStringLiteral(std::string_view value) {
  auto c = Column::Make(Type::Char(CountUtf16(value)).WithNullable(false), 1);
  data::StringArena arena;
  c->mutable_values<std::string_view>()[0] = arena.Add(value);
  arena.AttachTo(c.get());
  return MakeLiteral(std::move(c));
}

ExprPtr MakeIntLiteral(int32_t value) { return Literal(Type::Int(), value); }
ExprPtr MakeBigintLiteral(int64_t value) { return Literal(Type::Bigint(), value); }
ExprPtr MakeBooleanLiteral(bool value) { return Literal<uint8_t>(Type::Boolean(), value ? 1 : 0); }
ExprPtr MakeNullLiteral(const Type& type) { return MakeLiteral(Column::MakeNull(type, 1)); }

ExprPtr MakeFieldAccess(ExprPtr row, int field) {
  auto e = std::make_shared<Expr>();
  e->kind = ExprKind::kField;
  e->column = field;
  const Type& t = row->type.fields()[static_cast<size_t>(field)].type;
  e->type = t.WithNullable(t.nullable() || row->type.nullable());
  e->args.push_back(std::move(row));
  return e;
}

Result<ExprPtr> MakeBoundCall(const ScalarFunction* function, BoundFunction bound,
                              std::vector<ExprPtr> args, const EvalContext& context) {
  TW_CHECK(
      bound.params.size() == args.size(),
      fmt::format("{}: {} params for {} args", function->name, bound.params.size(), args.size()));
  TW_CHECK((bound.kernel == nullptr) != (bound.column_kernel == nullptr),
           std::string(function->name));
  for (size_t i = 0; i < args.size(); ++i) {
    TW_ASSIGN_OR_RETURN(args[i], MakeCast(std::move(args[i]), bound.params[i], context));
  }
  auto e = std::make_shared<Expr>();
  e->kind = ExprKind::kCall;
  e->function = function;
  e->type = bound.result.WithNullable(ResultIsNullable(bound, args));
  e->args = std::move(args);
  e->bound = std::move(bound);
  return ExprPtr(std::move(e));
}

Result<ExprPtr> MakeCall(std::string_view name, std::vector<ExprPtr> args,
                         const EvalContext& context) {
  const ScalarFunction* f = FindScalarFunction(name);
  if (f == nullptr) return Status::InvalidSql(fmt::format("No function named {}", name));
  if (f->bind == nullptr) {
    auto result = MakeForm(*f, args, context);
    if (!result.ok() && result.status().message().empty()) return CannotApply(*f, args);
    return result;
  }
  TW_ASSIGN_OR_RETURN(ExprPtr simple, SimplifyComparison(f->name, args, context));
  if (simple != nullptr) return simple;
  if (f->name == "NOT" && args.size() == 1) {
    TW_ASSIGN_OR_RETURN(ExprPtr opposite, SimplifyNot(*args[0], context));
    if (opposite != nullptr) return opposite;
  }
  std::vector<Type> types;
  std::vector<ColumnPtr> literals;
  for (const auto& a : args) {
    types.push_back(a->type);
    literals.push_back(a->literal);
  }
  Result<BoundFunction> bound = f->bind(BindArgs{types, literals, context});
  if (!bound.ok()) {
    return bound.status().message().empty() ? CannotApply(*f, args) : bound.status();
  }
  // A sign before a literal makes a literal: ROUND(x, -1) sees its digits.
  const bool sign = args.size() == 1 && args[0]->kind == ExprKind::kLiteral && f->name == "-";
  if (sign) {
    if (ExprPtr least = LeastInteger(*args[0])) return least;
  }
  TW_ASSIGN_OR_RETURN(ExprPtr call, MakeBoundCall(f, *std::move(bound), std::move(args), context));
  return sign ? FoldConstants(std::move(call), context) : call;
}

}  // namespace thalweg::expr
