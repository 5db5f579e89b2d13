#include <gtest/gtest.h>

#include "data/column_builder.h"
#include "data/print.h"
#include "expr/builder.h"
#include "expr/program.h"
#include "expr/time_zone.h"

namespace thalweg::expr {
namespace {

using data::ColumnPtr;
using data::Type;

class CastTest : public testing::Test {
 protected:
  /// The value as text after `CAST(text AS first AS second ...)`; errors as their message.
  std::string Cast(std::string_view text, std::vector<Type> types, bool try_cast = false) {
    data::ColumnBuilder b(Type::String());
    b.AppendString(text);
    ExprPtr e = MakeColumn(0, Type::String());
    for (const Type& t : types) {
      Result<ExprPtr> cast = MakeCast(e, t, context_, try_cast);
      if (!cast.ok()) return cast.status().ToString();
      e = *cast;
    }
    data::Batch batch;
    batch.size = 1;
    batch.columns = {b.Finish()};
    auto program = Program::Compile({e});
    auto columns = (*program)->Evaluate(context_, batch);
    if (!columns.ok()) return columns.status().message();
    std::string out;
    data::ZoneOffset offset;
    if (context_.zone) offset = [this](int64_t s) { return context_.zone->OffsetAt(s); };
    data::AppendCell(*(*columns)[0], 0, &out, offset);
    return out;
  }
  std::string TryCast(std::string_view text, const Type& type) { return Cast(text, {type}, true); }

  EvalContext context_;
};

TEST_F(CastTest, DecimalsWithAndWithoutRoom) {
  const std::string low = "-9223372036854775808";
  EXPECT_EQ(Cast(low, {Type::Bigint(), Type::Decimal(19, 0)}), low);
  EXPECT_EQ(Cast(low, {Type::Bigint(), Type::Decimal(38, 19)}), low + ".0000000000000000000");
  EXPECT_EQ(Cast(low, {Type::Bigint(), Type::Decimal(18, 0)}), "NULL");
  EXPECT_EQ(Cast(low, {Type::Bigint(), Type::Decimal(38, 20)}), "NULL");
  EXPECT_EQ(Cast("-128", {Type::Tinyint(), Type::Decimal(3, 0)}), "-128");
  EXPECT_EQ(Cast("-12.5", {Type::Decimal(3, 1), Type::Decimal(38, 1)}), "-12.5");
  EXPECT_EQ(Cast("-12.5", {Type::Decimal(3, 1), Type::Decimal(38, 36)}),
            "-12.500000000000000000000000000000000000");
  EXPECT_EQ(Cast("-12.5", {Type::Decimal(3, 1), Type::Decimal(38, 37)}), "NULL");
  EXPECT_EQ(Cast("99.9", {Type::Decimal(24, 1), Type::Decimal(3, 1)}), "99.9");
  EXPECT_EQ(Cast("-100.0", {Type::Decimal(24, 1), Type::Decimal(3, 1)}), "NULL");
}

TEST_F(CastTest, IntegersAreTrimmedAndCut) {
  EXPECT_EQ(Cast(" 42 ", {Type::Int()}), "42");
  EXPECT_EQ(Cast("-129.99", {Type::Smallint()}), "-129");
  EXPECT_EQ(Cast("128", {Type::Tinyint()}), "Cannot cast '128' to TINYINT");
  EXPECT_EQ(Cast("1e3", {Type::Int()}), "Cannot cast '1e3' to INT");
  EXPECT_EQ(TryCast("", Type::Int()), "NULL");
  EXPECT_EQ(Cast("9223372036854775807", {Type::Bigint()}), "9223372036854775807");
  EXPECT_EQ(TryCast("9223372036854775808", Type::Bigint()), "NULL");
}

TEST_F(CastTest, NarrowingFollowsJava) {
  EXPECT_EQ(Cast("300", {Type::Int(), Type::Tinyint()}), "44");
  EXPECT_EQ(Cast("1e20", {Type::Double(), Type::Int()}), "2147483647");
  EXPECT_EQ(Cast("-1e20", {Type::Double(), Type::Tinyint()}), "0");
  EXPECT_EQ(Cast("NaN", {Type::Double(), Type::Bigint()}), "0");
}

TEST_F(CastTest, DecimalsRoundHalfUpAndOverflowToNull) {
  EXPECT_EQ(Cast("1.005", {Type::Decimal(3, 2)}), "1.01");
  EXPECT_EQ(Cast("-1.005", {Type::Decimal(3, 2)}), "-1.01");
  EXPECT_EQ(Cast("12345", {Type::Decimal(3, 2)}), "Cannot cast '12345' to DECIMAL(3, 2)");
  EXPECT_EQ(Cast("12345", {Type::Int(), Type::Decimal(3, 2)}), "NULL");
  EXPECT_EQ(Cast("0.1", {Type::Double(), Type::Decimal(20, 18)}), "0.100000000000000000");
  EXPECT_EQ(Cast("99999999999999999999999999999999999999.4", {Type::Decimal(38, 0)}),
            "99999999999999999999999999999999999999");
}

TEST_F(CastTest, CharactersArePaddedAndCutByCodePoint) {
  EXPECT_EQ(Cast("äöü", {Type::Varchar(2)}), "äö");
  EXPECT_EQ(Cast("ä", {Type::Char(3)}), "ä  ");
  EXPECT_EQ(Cast("12345", {Type::Int(), Type::Char(3)}), "123");
  EXPECT_EQ(Cast("true", {Type::Boolean(), Type::Char(2)}), "TR");
  EXPECT_EQ(Cast("a", {Type::Binary(3)}), "x'610000'");
  EXPECT_EQ(Cast("\xff", {Type::Bytes(), Type::String()}), "\xef\xbf\xbd");
}

TEST_F(CastTest, DatesAndTimes) {
  EXPECT_EQ(Cast("2024-2-9", {Type::Date()}), "2024-02-09");
  EXPECT_EQ(Cast("2024", {Type::Date()}), "2024-01-01");
  EXPECT_EQ(TryCast("2023-02-29", Type::Date()), "NULL");
  EXPECT_EQ(Cast("1:2:3", {Type::Time()}), "01:02:03");
  EXPECT_EQ(TryCast("25:00:00", Type::Time()), "NULL");
  EXPECT_EQ(Cast("2024-02-30 00:00:00", {Type::Timestamp(3)}), "2024-02-29 00:00:00.000");
  EXPECT_EQ(Cast("2024-02-29 12:34:56.9999", {Type::Timestamp(3)}), "2024-02-29 12:34:56.999");
  EXPECT_EQ(TryCast("2024-02-29T12:34:56", Type::Timestamp(3)), "NULL");
  EXPECT_EQ(TryCast("9999-12-31 00:00:00", Type::Timestamp(9)),
            "A timestamp is out of the range of TIMESTAMP(9)");
}

TEST_F(CastTest, LocalTimesThatTheClockSkips) {
  context_.zone = *TimeZone::Find("America/New_York");
  EXPECT_EQ(Cast("2024-03-10 02:30:00", {Type::Timestamp(0), Type::TimestampLtz(0)}),
            "2024-03-10 03:30:00");
  EXPECT_EQ(Cast("2024-07-01 00:00:00", {Type::TimestampLtz(3), Type::Date()}), "2024-07-01");
}

TEST_F(CastTest, NestedValuesCastTheirChildren) {
  const ExprPtr array =
      *MakeCall("ARRAY", {MakeStringLiteral("1"), MakeStringLiteral("x")}, context_);
  auto ints = MakeCast(array, Type::Array(Type::Int()), context_, true);
  ASSERT_TRUE(ints.ok()) << ints.status().ToString();
  auto folded = FoldConstants(*ints, context_);
  ASSERT_EQ((*folded)->kind, ExprKind::kLiteral);
  std::string text;
  data::AppendCell(*(*folded)->literal, 0, &text);
  EXPECT_EQ(text, "NULL");
}

TEST_F(CastTest, RefusesWhatFlinkRefuses) {
  EXPECT_EQ(Cast("1", {Type::Int(), Type::Date()}), "Invalid SQL: Cannot cast INT to DATE");
  EXPECT_EQ(Cast("1", {Type::Bytes(), Type::Int()}), "Invalid SQL: Cannot cast BYTES to INT");
  EXPECT_FALSE(SupportsImplicitCast(Type::Bigint(), Type::Int()));
  EXPECT_TRUE(SupportsImplicitCast(Type::Int(), Type::Decimal(10, 2)));
}

}  // namespace
}  // namespace thalweg::expr
