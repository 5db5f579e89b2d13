#include "connectors/filesystem/column_predicates.h"

#include <gtest/gtest.h>

#include "data/column_builder.h"

namespace thalweg::connectors {
namespace {

using data::Type;
using Op = formats::ColumnPredicate::Op;

expr::ExprPtr ColumnRef(int index, const Type& type) {
  auto e = std::make_shared<expr::Expr>();
  e->kind = expr::ExprKind::kColumn;
  e->type = type;
  e->column = index;
  return e;
}

expr::ExprPtr Int(int32_t value) {
  auto e = std::make_shared<expr::Expr>();
  e->kind = expr::ExprKind::kLiteral;
  e->type = Type::Int().WithNullable(false);
  data::ColumnBuilder b(e->type);
  b.Append<int32_t>(value);
  e->literal = b.Finish();
  return e;
}

expr::ExprPtr Call(const expr::ScalarFunction& function, expr::ExprPtr a, expr::ExprPtr b) {
  auto e = std::make_shared<expr::Expr>();
  e->kind = expr::ExprKind::kCall;
  e->type = Type::Boolean();
  e->function = &function;
  e->args = {std::move(a), std::move(b)};
  return e;
}

TEST(ColumnPredicates, ComparisonsOfColumnsThatTheFileHas) {
  const expr::ScalarFunction less{.name = "<"}, at_least{.name = ">="}, plus{.name = "+"};
  ScanSpec spec{.columns = {{"p", Type::Int()}, {"a", Type::Int()}, {"l", Type::Bigint()}},
                .metadata_keys = {"file.size"}};
  spec.filters = {Call(less, ColumnRef(1, Type::Int()), Int(7)),
                  Call(at_least, Int(3), ColumnRef(1, Type::Int())),
                  Call(less, ColumnRef(0, Type::Int()), Int(1)),     // a partition column
                  Call(less, ColumnRef(2, Type::Bigint()), Int(1)),  // another type
                  Call(plus, ColumnRef(1, Type::Int()), Int(1)),
                  Call(less, ColumnRef(3, Type::Int()), Int(1)),  // metadata
                  Call(less, ColumnRef(1, Type::Int()), ColumnRef(1, Type::Int()))};
  const auto predicates = PredicatesOf(spec, {{"a", Type::Int()}, {"l", Type::Bigint()}});
  ASSERT_EQ(predicates.size(), 2u);
  EXPECT_EQ(predicates[0].column, "a");
  EXPECT_EQ(predicates[0].op, Op::kLt);
  EXPECT_EQ(predicates[0].literal->At<int32_t>(0), 7);
  EXPECT_EQ(predicates[1].op, Op::kLe) << "3 >= a";
}

TEST(ColumnPredicates, CanHold) {
  const auto one = [](int32_t v) { return Int(v)->literal; };
  const auto holds = [&](int32_t value, Op op) { return CanHold({"a", op, one(5)}, *one(value)); };
  EXPECT_TRUE(holds(5, Op::kEq) && holds(4, Op::kLt) && holds(5, Op::kLe) && holds(6, Op::kGt) &&
              holds(5, Op::kGe));
  EXPECT_FALSE(holds(4, Op::kEq) || holds(5, Op::kLt) || holds(6, Op::kLe) || holds(5, Op::kGt) ||
               holds(4, Op::kGe));
  EXPECT_FALSE(CanHold({"a", Op::kEq, one(5)}, *data::Column::MakeNull(Type::Int(), 1)));
}

}  // namespace
}  // namespace thalweg::connectors
