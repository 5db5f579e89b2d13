#include "expr/decimal.h"

#include <gtest/gtest.h>

#include "data/print.h"
#include "expr/functions/evaluate_for_test.h"
#include "expr/numeric_types.h"

#include "data/print.h"

namespace thalweg::expr {
namespace {

Int128 Parse(std::string_view text, int scale) {
  Int128 v = 0;
  EXPECT_EQ(ParseDecimal(text, {38, scale}, &v), DecimalParse::kOk) << text;
  return v;
}

std::string Show(Int128 v, int scale) {
  std::string s;
  data::AppendDecimal(v, scale, &s);
  return s;
}

TEST(DecimalTest, ParsesPlainAndScientific) {
  EXPECT_EQ(Show(Parse("12.345", 2), 2), "12.35");
  EXPECT_EQ(Show(Parse("1e2", 0), 0), "100");
  EXPECT_EQ(Show(Parse("-1.5E-3", 4), 4), "-0.0015");
  Int128 v = 0;
  EXPECT_EQ(ParseDecimal("1e39", {38, 0}, &v), DecimalParse::kOverflow);
  EXPECT_EQ(ParseDecimal("1e-99999999999", {38, 0}, &v), DecimalParse::kOk);
  EXPECT_EQ(ParseDecimal("", {38, 0}, &v), DecimalParse::kMalformed);
  EXPECT_EQ(ParseDecimal("1.2.3", {38, 0}, &v), DecimalParse::kMalformed);
}

TEST(DecimalTest, AddsBeyond128Bits) {
  Int128 v = 0;
  const Int128 nines = PowerOf10(38) - 1;
  EXPECT_FALSE(DecimalAdd(nines, 0, 1, 0, {38, 0}, &v));
  ASSERT_TRUE(DecimalAdd(nines, 0, -nines, 0, {38, 0}, &v));
  EXPECT_EQ(Show(v, 0), "0");
  // The aligned value does not fit 128 bits, the sum does.
  ASSERT_TRUE(DecimalAdd(PowerOf10(30), 0, 1, 20, {38, 0}, &v));
  EXPECT_EQ(Show(v, 0), Show(PowerOf10(30), 0));
}

TEST(DecimalTest, MultipliesThrough256Bits) {
  Int128 v = 0;
  const Int128 a = Parse("12345678901234567890.123456789012345678", 18);
  ASSERT_TRUE(DecimalMultiply(a, 18, 100, 2, {38, 9}, &v));
  EXPECT_EQ(Show(v, 9), "12345678901234567890.123456789");
  EXPECT_FALSE(DecimalMultiply(a, 18, a, 18, {38, 6}, &v));
}

TEST(DecimalTest, DividesToTheAskedScale) {
  Int128 v = 0;
  ASSERT_TRUE(DecimalDivide(1, 0, 3, 0, {38, 37}, &v));
  EXPECT_EQ(Show(v, 37), "0.3333333333333333333333333333333333333");
  ASSERT_TRUE(DecimalDivide(-200, 2, 3, 0, {10, 6}, &v));
  EXPECT_EQ(Show(v, 6), "-0.666667");
  ASSERT_TRUE(DecimalDivide(PowerOf10(38) - 1, 0, 3, 0, {38, 0}, &v));
  EXPECT_EQ(Show(v, 0), "33333333333333333333333333333333333333");
}

TEST(DecimalTest, RemainderHasTheSignOfTheDividend) {
  Int128 v = 0;
  ASSERT_TRUE(DecimalModulo(-1234, 2, 5, 0, {10, 2}, &v));
  EXPECT_EQ(Show(v, 2), "-2.34");
  ASSERT_TRUE(
      DecimalModulo(Parse("12345678901234567890.123456789012345678", 18), 18, 3, 0, {28, 18}, &v));
  EXPECT_EQ(Show(v, 18), "0.123456789012345678");
}

TEST(DecimalTest, ComparesAcrossScales) {
  EXPECT_EQ(DecimalCompare(10, 1, 1, 0), 0);
  EXPECT_EQ(DecimalCompare(-(PowerOf10(38) - 1), 0, 1, 38), -1);
  EXPECT_EQ(DecimalCompare(PowerOf10(37), 0, 1, 38), 1);
}

TEST(DecimalTest, DoublesByTheirDigits) {
  Int128 v = 0;
  ASSERT_TRUE(DecimalFromDouble(0.1, {20, 18}, &v));
  EXPECT_EQ(Show(v, 18), "0.100000000000000000");
  EXPECT_FALSE(DecimalFromDouble(1e39, {38, 0}, &v));
  EXPECT_EQ(DecimalToDouble(Parse("1234567890123456789.25", 2), 2), 1234567890123456789.25);
}

// Results that always fit take kernels without checks: they must give what the checked operations
// give, at the edges of the precisions where one kernel hands over to the next.
TEST(Decimal, UncheckedKernelsAgreeWithTheChecked) {
  struct Case {
    int a_precision, a_scale, b_precision, b_scale;
  };
  const Case cases[] = {{18, 3, 18, 0}, {19, 3, 18, 0},   {18, 18, 19, 0}, {19, 0, 18, 18},
                        {3, 3, 19, 0},  {18, 18, 18, 18}, {37, 0, 1, 0},   {20, 10, 18, 5},
                        {38, 0, 38, 0}, {1, 0, 36, 36},   {36, 0, 1, 1},   {19, 19, 19, 19}};
  for (const Case& c : cases) {
    const auto limit = [](int precision) { return PowerOf10(precision) - 1; };
    const Int128 as[] = {0, 1, -1, limit(c.a_precision), -limit(c.a_precision)};
    const Int128 bs[] = {0, 1, -1, limit(c.b_precision), -limit(c.b_precision)};
    for (const Int128 a : as) {
      for (const Int128 b : bs) {
        const data::Type a_type = data::Type::Decimal(c.a_precision, c.a_scale);
        const data::Type b_type = data::Type::Decimal(c.b_precision, c.b_scale);
        const std::vector<ExprPtr> args = {Value(a_type.WithNullable(true), a),
                                           Value(b_type.WithNullable(true), b)};
        const auto expected = [&](auto operation, const data::Type& type) -> std::string {
          Int128 result;
          if (!operation(a, c.a_scale, b, c.b_scale, {type.precision(), type.scale()}, &result)) {
            return "error: ";
          }
          std::string text;
          data::AppendDecimal(result, type.scale(), &text);
          return text;
        };
        const DecimalShape x{c.a_precision, c.a_scale}, y{c.b_precision, c.b_scale};
        const std::string where = a_type.ToSummary() + " " + b_type.ToSummary();
        const auto check = [&](std::string_view name, const std::string& want) {
          EXPECT_EQ(Evaluate(name, args).substr(0, want.size()), want) << name << " " << where;
        };
        check("*", expected(&DecimalMultiply, DecimalProductType(x, y)));
        check("+", expected(&DecimalAdd, DecimalSumType(x, y)));
        const auto subtract = [](Int128 l, int ls, Int128 r, int rs, DecimalFormat to, Int128* o) {
          return DecimalAdd(l, ls, -r, rs, to, o);
        };
        check("-", expected(subtract, DecimalSumType(x, y)));
      }
    }
  }
}

}  // namespace
}  // namespace thalweg::expr
