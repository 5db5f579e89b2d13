#include "data/print.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/column_builder.h"

namespace thalweg::data {
namespace {

std::string Double(double v) {
  std::string s;
  AppendDouble(v, &s);
  return s;
}

std::string Float(float v) {
  std::string s;
  AppendFloat(v, &s);
  return s;
}

// What JDK 17 prints.
TEST(PrintTest, DoublesAsJavaPrintsThem) {
  EXPECT_EQ(Double(0.0), "0.0");
  EXPECT_EQ(Double(-0.0), "-0.0");
  EXPECT_EQ(Double(100), "100.0");
  EXPECT_EQ(Double(1e7), "1.0E7");
  EXPECT_EQ(Double(0.001), "0.001");
  EXPECT_EQ(Double(0.0001), "1.0E-4");
  EXPECT_EQ(Double(9999999.999), "9999999.999");
  EXPECT_EQ(Double(4.9e-324), "4.9E-324");
  EXPECT_EQ(Double(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(Double(std::nan("")), "NaN");
  EXPECT_EQ(Double(-std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(Double(2.0 / 3), "0.6666666666666666");
}

// Not the shortest digits: Java before version 19.
TEST(PrintTest, DoublesWithJavasExtraDigits) {
  EXPECT_EQ(Double(8.41e21), "8.409999999999999E21");
  EXPECT_EQ(Double(4611686018427387904.0), "4.6116860184273879E18");
}

TEST(PrintTest, FloatsAsJavaPrintsThem) {
  EXPECT_EQ(Float(0.1f), "0.1");
  EXPECT_EQ(Float(1.4e-45f), "1.4E-45");
  EXPECT_EQ(Float(3.4028235e38f), "3.4028235E38");
  EXPECT_EQ(Float(123456789.0f), "1.23456792E8");
  EXPECT_EQ(Float(4.4629692e25f), "4.4629692E25");
}

ColumnPtr Value(const Type& type, auto append) {
  ColumnBuilder b(type);
  append(&b);
  return b.Finish();
}

std::string Print(const ColumnPtr& c) {
  std::string s;
  AppendPrint(*c, 0, &s);
  return s;
}
std::string Cast(const ColumnPtr& c) {
  std::string s;
  AppendCastString(*c, 0, &s);
  return s;
}
std::string Cell(const ColumnPtr& c) {
  std::string s;
  AppendCell(*c, 0, &s);
  return s;
}

TEST(PrintTest, Timestamps) {
  auto at = [](const Type& t, int64_t v) {
    return Value(t, [v](ColumnBuilder* b) { b->Append<int64_t>(v); });
  };
  EXPECT_EQ(Print(at(Type::Timestamp(3), 1704067200000)), "2024-01-01T00:00");
  EXPECT_EQ(Print(at(Type::Timestamp(3), 1704067201000)), "2024-01-01T00:00:01");
  EXPECT_EQ(Print(at(Type::Timestamp(3), 1704067200120)), "2024-01-01T00:00:00.120");
  EXPECT_EQ(Print(at(Type::Timestamp(6), 1704067200000001)), "2024-01-01T00:00:00.000001");
  EXPECT_EQ(Print(at(Type::TimestampLtz(3), 1704067200000)), "2024-01-01T00:00:00Z");
  EXPECT_EQ(Cast(at(Type::Timestamp(3), 1704067200000)), "2024-01-01 00:00:00.000");
  EXPECT_EQ(Cast(at(Type::Timestamp(0), 1704067200999)), "2024-01-01 00:00:00");
  EXPECT_EQ(Cast(at(Type::Timestamp(9), -1)), "1969-12-31 23:59:59.999999999");
}

TEST(PrintTest, LtzInAZone) {
  const auto c =
      Value(Type::TimestampLtz(3), [](ColumnBuilder* b) { b->Append<int64_t>(1704067200000); });
  std::string s;
  AppendCell(*c, 0, &s, [](int64_t) { return -5 * 3600; });
  EXPECT_EQ(s, "2023-12-31 19:00:00.000");
}

TEST(PrintTest, DatesAndIntervals) {
  auto date = [](int32_t d) {
    return Value(Type::Date(), [d](ColumnBuilder* b) { b->Append<int32_t>(d); });
  };
  EXPECT_EQ(Print(date(0)), "1970-01-01");
  EXPECT_EQ(Print(date(-719162)), "0001-01-01");
  EXPECT_EQ(Print(date(2932896)), "9999-12-31");
  std::string s;
  AppendIntervalYearMonth(-14, &s);
  s += " ";
  AppendIntervalDayTime(93784005, &s);
  EXPECT_EQ(s, "-1-02 +1 02:03:04.005");
  const auto period =
      Value(Type::IntervalYearMonth(), [](ColumnBuilder* b) { b->Append<int32_t>(14); });
  EXPECT_EQ(Print(period), "P1Y2M");
  const auto duration =
      Value(Type::IntervalDayTime(), [](ColumnBuilder* b) { b->Append<int64_t>(-500); });
  EXPECT_EQ(Print(duration), "PT-0.5S");
}

TEST(PrintTest, Decimals) {
  auto decimal = [](int scale, __int128 v) {
    return Value(Type::Decimal(38, scale), [v](ColumnBuilder* b) { b->Append<__int128>(v); });
  };
  EXPECT_EQ(Cast(decimal(2, -5)), "-0.05");
  EXPECT_EQ(Cast(decimal(0, 0)), "0");
  EXPECT_EQ(Cast(decimal(18, 0)), "0.000000000000000000");
  EXPECT_EQ(Print(decimal(18, 0)), "0E-18");
  EXPECT_EQ(Print(decimal(8, 123)), "0.00000123");
  EXPECT_EQ(Print(decimal(9, 123)), "1.23E-7");
}

TEST(PrintTest, Bytes) {
  const auto c = Value(Type::Bytes(),
                       [](ColumnBuilder* b) { b->AppendString(std::string_view("\x0a\xff", 2)); });
  EXPECT_EQ(Print(c), "[10, -1]");
  EXPECT_EQ(Cell(c), "x'0aff'");
  EXPECT_EQ(Cast(c), "\n\xef\xbf\xbd");
}

TEST(PrintTest, NestedValues) {
  const Type row = Type::Row({{"a", Type::Int()}, {"b", Type::Boolean()}});
  const auto r = Value(row, [](ColumnBuilder* b) {
    b->child(0)->AppendNull();
    b->child(1)->Append<uint8_t>(1);
    b->EndRow();
  });
  EXPECT_EQ(Print(r), "+I[null, true]");
  EXPECT_EQ(Cast(r), "(NULL, TRUE)");
  const auto a = Value(Type::Array(Type::Int()), [](ColumnBuilder* b) {
    b->child(0)->Append<int32_t>(1);
    b->child(0)->AppendNull();
    b->EndList();
  });
  EXPECT_EQ(Print(a), "[1, null]");
  EXPECT_EQ(Cast(a), "[1, NULL]");
}

TEST(PrintTest, MapsInTheOrderOfJavasHashMap) {
  const auto m = Value(Type::Map(Type::String(), Type::Int()), [](ColumnBuilder* b) {
    int32_t v = 0;
    for (const std::string_view key : {"b", "aa", "a"}) {
      b->child(0)->AppendString(key);
      b->child(1)->Append<int32_t>(++v);
    }
    b->EndList();
  });
  EXPECT_EQ(Print(m), "{aa=2, a=3, b=1}");
  EXPECT_EQ(Cast(m), "{b=1, aa=2, a=3}");
}

}  // namespace
}  // namespace thalweg::data
