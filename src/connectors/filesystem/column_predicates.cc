#include "connectors/filesystem/column_predicates.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace thalweg::connectors {
namespace {

using Op = formats::ColumnPredicate::Op;

std::optional<Op> OpOf(std::string_view function) {
  if (function == "=") return Op::kEq;
  if (function == "<") return Op::kLt;
  if (function == "<=") return Op::kLe;
  if (function == ">") return Op::kGt;
  if (function == ">=") return Op::kGe;
  return std::nullopt;
}

Op Mirrored(Op op) {
  switch (op) {
    case Op::kEq:
      return Op::kEq;
    case Op::kLt:
      return Op::kGt;
    case Op::kLe:
      return Op::kGe;
    case Op::kGt:
      return Op::kLt;
    case Op::kGe:
      return Op::kLe;
  }
  return op;
}

/// Of one type, or both texts: CHAR and VARCHAR compare as they are.
bool Comparable(const data::Type& a, const data::Type& b) {
  return a.EqualsIgnoringNullability(b) || (a.is_character() && b.is_character());
}

/// -1, 0, 1; nothing for types without a simple order.
std::optional<int> Compare(const data::Column& a, const data::Column& b) {
  const auto of = [&](auto zero) {
    using T = decltype(zero);
    const T x = a.At<T>(0), y = b.At<T>(0);
    return x < y ? -1 : x > y ? 1 : 0;
  };
  switch (a.physical()) {
    case data::PhysicalType::kBool:
      return of(uint8_t{});
    case data::PhysicalType::kInt8:
      return of(int8_t{});
    case data::PhysicalType::kInt16:
      return of(int16_t{});
    case data::PhysicalType::kInt32:
      return of(int32_t{});
    case data::PhysicalType::kInt64:
      return of(int64_t{});
    case data::PhysicalType::kInt128:
      return of(__int128{});
    case data::PhysicalType::kString:
      return of(std::string_view{});
    default:
      return std::nullopt;
  }
}

}  // namespace

bool CanHold(const formats::ColumnPredicate& predicate, const data::Column& value) {
  if (value.IsNull(0)) return false;
  const std::optional<int> order = Compare(value, *predicate.literal);
  if (!order) return true;
  switch (predicate.op) {
    case Op::kEq:
      return *order == 0;
    case Op::kLt:
      return *order < 0;
    case Op::kLe:
      return *order <= 0;
    case Op::kGt:
      return *order > 0;
    case Op::kGe:
      return *order >= 0;
  }
  return true;
}

std::vector<formats::ColumnPredicate> PredicatesOf(const ScanSpec& spec,
                                                   const data::Schema& readable) {
  std::vector<formats::ColumnPredicate> predicates;
  for (const expr::ExprPtr& filter : spec.filters) {
    if (filter->kind != expr::ExprKind::kCall || filter->args.size() != 2) continue;
    std::optional<Op> op = OpOf(filter->function->name);
    if (!op) continue;
    const expr::Expr* column = filter->args[0].get();
    const expr::Expr* literal = filter->args[1].get();
    if (column->kind == expr::ExprKind::kLiteral) {
      std::swap(column, literal);
      op = Mirrored(*op);
    }
    if (column->kind != expr::ExprKind::kColumn || literal->kind != expr::ExprKind::kLiteral ||
        column->column < 0 || static_cast<size_t>(column->column) >= spec.columns.size() ||
        literal->literal->IsNull(0) || !Comparable(column->type, literal->type)) {
      continue;
    }
    const std::string& name = spec.columns[static_cast<size_t>(column->column)].name;
    if (std::ranges::any_of(readable, [&](const auto& f) { return f.name == name; })) {
      predicates.push_back({name, *op, literal->literal->WithType(column->type)});
    }
  }
  return predicates;
}

}  // namespace thalweg::connectors
