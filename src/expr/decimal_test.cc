#include "expr/decimal.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace thalweg::expr
