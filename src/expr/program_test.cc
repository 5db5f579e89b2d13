#include "expr/program.h"

#include <gtest/gtest.h>

#include "data/column_builder.h"
#include "data/print.h"
#include "expr/builder.h"

namespace thalweg::expr {
namespace {

using data::Batch;
using data::Column;
using data::ColumnBuilder;
using data::ColumnPtr;
using data::Type;

constexpr int32_t kNull = INT32_MIN;

ColumnPtr Ints(std::vector<int32_t> values) {
  ColumnBuilder b(Type::Int());
  for (const int32_t v : values) {
    if (v == kNull) {
      b.AppendNull();
    } else {
      b.Append<int32_t>(v);
    }
  }
  return b.Finish();
}

Batch BatchOf(std::vector<ColumnPtr> columns) {
  Batch b;
  b.size = columns[0]->size();
  b.columns = std::move(columns);
  return b;
}

class ProgramTest : public testing::Test {
 protected:
  ExprPtr Call(std::string_view name, std::vector<ExprPtr> args) {
    auto e = MakeCall(name, std::move(args), context_);
    EXPECT_TRUE(e.ok()) << e.status().ToString();
    return *e;
  }
  ExprPtr IntColumn(int i) { return MakeColumn(i, Type::Int()); }

  /// All values, as CAST to STRING shows them.
  std::string Run(ExprPtr e, const Batch& batch) {
    auto program = Program::Compile({std::move(e)});
    EXPECT_TRUE(program.ok());
    auto columns = (*program)->Evaluate(context_, batch);
    if (!columns.ok()) return columns.status().ToString();
    std::string text;
    const data::Rows rows = batch.rows();
    for (int32_t k = 0; k < rows.count(); ++k) {
      if (k > 0) text += ",";
      data::AppendCastString(*(*columns)[0], rows[k], &text);
    }
    return text;
  }

  EvalContext context_;
};

TEST_F(ProgramTest, PropagatesNulls) {
  const Batch b = BatchOf({Ints({1, kNull, 3}), Ints({10, 20, kNull})});
  EXPECT_EQ(Run(Call("+", {IntColumn(0), IntColumn(1)}), b), "11,NULL,NULL");
}

TEST_F(ProgramTest, GuardsDivision) {
  const Batch b = BatchOf({Ints({0, 2, kNull, 5}), Ints({10, 20, 30, 40})});
  const ExprPtr quotient = Call("/", {IntColumn(1), IntColumn(0)});
  EXPECT_EQ(Run(quotient, b), "Evaluation failed: Division by zero");
  const ExprPtr guard = Call("<>", {IntColumn(0), MakeIntLiteral(0)});
  const ExprPtr guarded = Call("CASE", {guard, quotient, MakeIntLiteral(-1)});
  EXPECT_EQ(Run(guarded, b), "-1,10,-1,8");
  const ExprPtr greater = Call(">", {quotient, MakeIntLiteral(9)});
  EXPECT_EQ(Run(Call("AND", {guard, greater}), b), "FALSE,TRUE,NULL,FALSE");
}

TEST_F(ProgramTest, SharedWorkStaysInItsBranch) {
  // The quotient is in both branches, and unconditional in neither.
  const Batch b = BatchOf({Ints({0, 2, 4}), Ints({8, 8, 8})});
  const ExprPtr quotient = Call("/", {IntColumn(1), IntColumn(0)});
  const ExprPtr zero = Call("=", {IntColumn(0), MakeIntLiteral(0)});
  const ExprPtr e = Call("CASE", {zero, MakeIntLiteral(0), Call("=", {quotient, MakeIntLiteral(4)}),
                                  quotient, Call("-", {quotient})});
  EXPECT_EQ(Run(e, b), "0,4,-2");
}

TEST_F(ProgramTest, CaseBetweenValuesAtHand) {
  auto indices = data::Buffer::Allocate(5 * 4);
  const int32_t at[] = {1, 0, 1, 0, 1};
  std::copy(at, at + 5, indices->as<int32_t>());
  Batch b = BatchOf({Ints({0, 1, 2, kNull, 1}), Ints({10, 11, 12, 13, kNull}),
                     Column::MakeDictionary(indices, 5, Ints({kNull, 21}))});
  const ExprPtr zero = Call("=", {IntColumn(0), MakeIntLiteral(0)});
  const ExprPtr one = Call("=", {IntColumn(0), MakeIntLiteral(1)});
  EXPECT_EQ(Run(Call("CASE", {zero, IntColumn(2), one, IntColumn(1), MakeIntLiteral(-1)}), b),
            "21,11,-1,-1,NULL");
  EXPECT_EQ(Run(Call("CASE", {one, IntColumn(1), MakeNullLiteral(Type::Int())}), b),
            "NULL,11,NULL,NULL,NULL");
  EXPECT_EQ(
      Run(Call("CASE", {Call("=", {IntColumn(2), MakeIntLiteral(21)}), IntColumn(0), IntColumn(1)}),
          b),
      "0,11,2,13,1");
  const ExprPtr word = Call("CASE", {one, MakeStringLiteral("one"), zero, MakeStringLiteral("0"),
                                     MakeNullLiteral(Type::String())});
  EXPECT_EQ(Run(word, b), "0,one,NULL,NULL,one");
  auto selection = data::Buffer::Allocate(4);
  selection->as<int32_t>()[0] = 4;
  b.Select(selection, 1);
  EXPECT_EQ(Run(word, b), "one");
}

TEST_F(ProgramTest, CaseBetweenFields) {
  const Type row = Type::Row({{"a", Type::Int()}, {"b", Type::Int()}});
  auto fields = std::vector<ColumnPtr>{Ints({1, kNull, 3}), Ints({4, 5, 6})};
  auto validity = data::Buffer::Copy(std::string_view("\1\1\0", 3));
  auto column = Column::MakeRow(row, 3, fields);
  column->SetValidity(validity);
  const Batch b = BatchOf({column, Ints({0, 0, 1})});
  const ExprPtr record = MakeColumn(0, row);
  const ExprPtr zero = Call("=", {IntColumn(1), MakeIntLiteral(0)});
  EXPECT_EQ(Run(Call("CASE", {zero, MakeFieldAccess(record, 0), MakeFieldAccess(record, 1)}), b),
            "1,NULL,NULL");
  EXPECT_EQ(Run(Call("CASE", {zero, MakeFieldAccess(record, 1), IntColumn(1)}), b), "4,5,1");
}

TEST_F(ProgramTest, ThreeValuedLogic) {
  auto bools = [](std::vector<int> v) {
    ColumnBuilder b(Type::Boolean());
    for (const int x : v) {
      if (x < 0) {
        b.AppendNull();
      } else {
        b.Append<uint8_t>(static_cast<uint8_t>(x));
      }
    }
    return b.Finish();
  };
  const Batch b =
      BatchOf({bools({1, 1, 1, 0, 0, 0, -1, -1, -1}), bools({1, 0, -1, 1, 0, -1, 1, 0, -1})});
  const ExprPtr x = MakeColumn(0, Type::Boolean()), y = MakeColumn(1, Type::Boolean());
  EXPECT_EQ(Run(Call("AND", {x, y}), b), "TRUE,FALSE,NULL,FALSE,FALSE,FALSE,NULL,FALSE,NULL");
  EXPECT_EQ(Run(Call("OR", {x, y}), b), "TRUE,TRUE,TRUE,TRUE,FALSE,NULL,TRUE,NULL,NULL");
  EXPECT_EQ(Run(Call("IS NOT TRUE", {x}), b), "FALSE,FALSE,FALSE,TRUE,TRUE,TRUE,TRUE,TRUE,TRUE");
}

TEST_F(ProgramTest, CoalesceTakesTheFirstKnown) {
  const Batch b = BatchOf({Ints({1, kNull, kNull}), Ints({kNull, 2, kNull})});
  EXPECT_EQ(Run(Call("COALESCE", {IntColumn(0), IntColumn(1), MakeIntLiteral(9)}), b), "1,2,9");
  EXPECT_EQ(Run(Call("NULLIF", {IntColumn(0), MakeIntLiteral(1)}), b), "NULL,NULL,NULL");
}

TEST_F(ProgramTest, DictionariesAreEvaluatedPerEntry) {
  auto indices = data::Buffer::Allocate(5 * 4);
  const int32_t at[] = {2, 0, 0, 1, 0};
  std::copy(at, at + 5, indices->as<int32_t>());
  const ColumnPtr column = Column::MakeDictionary(indices, 5, Ints({10, kNull, 30}));
  const Batch b = BatchOf({column});
  const ExprPtr e = Call("+", {IntColumn(0), MakeIntLiteral(1)});
  EXPECT_EQ(Run(e, b), "31,11,11,NULL,11");
  auto program = Program::Compile({e});
  auto columns = (*program)->Evaluate(context_, b);
  EXPECT_EQ((*columns)[0]->encoding(), data::Encoding::kDictionary);
}

TEST_F(ProgramTest, UnusedDictionaryEntriesDoNotFail) {
  auto indices = data::Buffer::Allocate(3 * 4);
  const int32_t at[] = {0, 0, 2};
  std::copy(at, at + 3, indices->as<int32_t>());
  const Batch b = BatchOf({Column::MakeDictionary(indices, 3, Ints({5, 0, 2}))});
  EXPECT_EQ(Run(Call("/", {MakeIntLiteral(10), IntColumn(0)}), b), "2,2,5");
}

TEST_F(ProgramTest, InListFollowsThreeValuedLogic) {
  const Batch b = BatchOf({Ints({1, 2, kNull})});
  EXPECT_EQ(Run(Call("IN", {IntColumn(0), MakeIntLiteral(1), MakeIntLiteral(3)}), b),
            "TRUE,FALSE,NULL");
  EXPECT_EQ(Run(Call("NOT IN", {IntColumn(0), MakeIntLiteral(1), MakeNullLiteral(Type::Int())}), b),
            "FALSE,NULL,NULL");
}

TEST_F(ProgramTest, FilterNarrowsConjunctByConjunct) {
  Batch b = BatchOf({Ints({0, 2, 4, kNull, 5}), Ints({8, 8, 8, 8, 3})});
  const ExprPtr nonzero = Call("<>", {IntColumn(0), MakeIntLiteral(0)});
  const ExprPtr exact = Call("=", {Call("%", {IntColumn(1), IntColumn(0)}), MakeIntLiteral(0)});
  auto program = Program::Compile({IntColumn(1)}, Call("AND", {nonzero, exact}));
  ASSERT_TRUE(program.ok());
  auto out = (*program)->Run(context_, b);
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out->num_rows(), 2);
  EXPECT_EQ(out->rows()[0], 1);
  EXPECT_EQ(out->rows()[1], 2);
}

TEST_F(ProgramTest, FilterAndProjectionShareTheirWork) {
  // Few rows are left, so they move together, and what the filter has computed with them.
  std::vector<int32_t> values(16, 1);
  values[11] = 7;
  Batch b = BatchOf({Ints(values), Ints({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})});
  auto kinds = data::Buffer::Allocate(16);
  std::fill_n(kinds->as<data::RowKind>(), 16, data::RowKind::kInsert);
  kinds->as<data::RowKind>()[11] = data::RowKind::kDelete;
  b.kinds = kinds;
  const ExprPtr product = Call("*", {IntColumn(0), MakeIntLiteral(3)});
  auto program = Program::Compile({product, IntColumn(1), Call("+", {product, IntColumn(1)})},
                                  Call(">", {product, MakeIntLiteral(20)}));
  ASSERT_TRUE(program.ok());
  auto out = (*program)->Run(context_, b);
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out->size, 1);
  EXPECT_EQ(out->kind(0), data::RowKind::kDelete);
  EXPECT_EQ(out->columns[0]->At<int32_t>(0), 21);
  EXPECT_EQ(out->columns[1]->At<int32_t>(0), 11);
  EXPECT_EQ(out->columns[2]->At<int32_t>(0), 32);
}

TEST_F(ProgramTest, AProjectionFailsOnlyOnRowsThatPass) {
  const Batch b = BatchOf({Ints({0, 2}), Ints({8, 8})});
  const ExprPtr quotient = Call("/", {IntColumn(1), IntColumn(0)});
  auto program = Program::Compile({quotient}, Call("<>", {IntColumn(0), MakeIntLiteral(0)}));
  ASSERT_TRUE(program.ok());
  auto out = (*program)->Run(context_, b);
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ(out->columns[0]->At<int32_t>(1), 4);
}

TEST_F(ProgramTest, CaseOfFieldsAndLiteralsSelects) {
  const ExprPtr x = IntColumn(0), y = IntColumn(1);
  const auto equals = [&](int v) { return Call("=", {x, MakeIntLiteral(v)}); };
  const ExprPtr e = Call("CASE", {equals(1), y, equals(1), MakeIntLiteral(-1), equals(2),
                                  MakeIntLiteral(22), MakeNullLiteral(Type::Int())});
  Batch b = BatchOf({Ints({1, 2, 3, kNull, 1}), Ints({10, 20, 30, 40, kNull})});
  EXPECT_EQ(Run(e, b), "10,22,NULL,NULL,NULL");
  auto selection = data::Buffer::Allocate(8);
  selection->as<int32_t>()[0] = 1;
  selection->as<int32_t>()[1] = 4;
  b.Select(selection, 2);
  EXPECT_EQ(Run(e, b), "22,NULL");
  // Texts, one of them from a dictionary.
  auto indices = data::Buffer::Allocate(3 * 4);
  const int32_t at[] = {1, 0, 1};
  std::copy(at, at + 3, indices->as<int32_t>());
  ColumnBuilder texts(Type::String());
  texts.AppendString("a");
  texts.AppendNull();
  b = BatchOf({Ints({1, 2, 2}), Column::MakeDictionary(indices, 3, texts.Finish())});
  EXPECT_EQ(
      Run(Call("CASE", {equals(1), MakeStringLiteral("one"), MakeColumn(1, Type::String())}), b),
      "one,a,NULL");
}

TEST_F(ProgramTest, EvaluatesUnderASelection) {
  Batch b = BatchOf({Ints({1, 0, 3, 0})});
  auto selection = data::Buffer::Allocate(8);
  selection->as<int32_t>()[0] = 0;
  selection->as<int32_t>()[1] = 2;
  b.Select(selection, 2);
  EXPECT_EQ(Run(Call("/", {MakeIntLiteral(6), IntColumn(0)}), b), "6,2");
}

TEST_F(ProgramTest, FoldsWhatReadsNoColumn) {
  auto folded = FoldConstants(Call("*", {MakeIntLiteral(6), MakeIntLiteral(7)}), context_);
  ASSERT_TRUE(folded.ok());
  ASSERT_EQ((*folded)->kind, ExprKind::kLiteral);
  EXPECT_EQ((*folded)->literal->At<int32_t>(0), 42);
}

TEST_F(ProgramTest, IntegersWrapAround) {
  const Batch b = BatchOf({Ints({INT32_MAX})});
  EXPECT_EQ(Run(Call("+", {IntColumn(0), MakeIntLiteral(1)}), b), "-2147483648");
}

TEST_F(ProgramTest, UnknownNamesAndWrongTypesAreErrors) {
  EXPECT_EQ(MakeCall("NOPE", {}, context_).status().ToString(),
            "Invalid SQL: No function named NOPE");
  EXPECT_EQ(
      MakeCall("+", {MakeIntLiteral(1), MakeStringLiteral("a")}, context_).status().message(),
      "Cannot apply + to arguments of type (INT NOT NULL, CHAR(1) NOT NULL); it takes numeric1 "
      "+ numeric2");
}

}  // namespace
}  // namespace thalweg::expr
