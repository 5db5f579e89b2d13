#include "data/civil_time.h"

#include <gtest/gtest.h>

#include <string>

namespace thalweg::data {
namespace {

template <typename F>
std::string Text(F&& write) {
  char buf[kMaxChars];
  return std::string(buf, write(buf));
}

std::string TimestampText(std::string_view in, int digits = 3) {
  auto t = ParseTimestamp(in);
  if (!t) return "none";
  return Text([&](char* o) { return WriteTimestamp(*t, digits, ' ', o); });
}

std::string DateText(std::string_view in) {
  auto d = ParseDate(in);
  if (!d) return "none";
  return Text([&](char* o) { return WriteDate(*d, o); });
}

TEST(CivilTime, DaysAndDatesAreInverse) {
  EXPECT_EQ(DaysFromCivil(1970, 1, 1), 0);
  EXPECT_EQ(DaysFromCivil(2000, 2, 29), 11016);
  EXPECT_EQ(DaysFromCivil(0, 3, 1), -719468);
  for (int64_t days = -800000; days < 3000000; days += 97) {
    const CivilDate d = CivilFromDays(days);
    ASSERT_EQ(DaysFromCivil(d.year, d.month, d.day), days);
    ASSERT_LE(d.day, DaysInMonth(d.year, d.month));
  }
  EXPECT_EQ(IsoDayOfWeek(0), 4);   // a Thursday
  EXPECT_EQ(IsoDayOfWeek(-4), 7);  // a Sunday
}

TEST(CivilTime, LenientDates) {
  EXPECT_EQ(DateText("2020-1-5"), "2020-01-05");
  EXPECT_EQ(DateText("2020-01-05 23:59:59"), "2020-01-05");
  EXPECT_EQ(DateText("2020"), "2020-01-01");
  EXPECT_EQ(DateText("2020-3"), "2020-03-01");
  EXPECT_EQ(DateText("2019-02-29"), "none");
  EXPECT_EQ(DateText("10000-01-01"), "none");
  EXPECT_EQ(DateText("2020-01-05T10"), "none");
  EXPECT_EQ(DateText(""), "none");
  EXPECT_EQ(DateText("99999999999999999999"), "none");
}

TEST(CivilTime, LenientTimes) {
  EXPECT_EQ(ParseTime("1:2:3.4"), 3723400);
  EXPECT_EQ(ParseTime("12"), 43200000);
  EXPECT_EQ(ParseTime("00:00:00.9996"), 1000);
  EXPECT_EQ(ParseTime("12:00:00-25:00"), -46800000);
  EXPECT_EQ(ParseTime("12-1"), 39600000);
  EXPECT_EQ(ParseTime("10:00+01:30"), std::nullopt);
  EXPECT_EQ(ParseTime("24:00:00"), std::nullopt);
  EXPECT_EQ(ParseTime("a"), std::nullopt);
  EXPECT_EQ(ParseTime("12:"), std::nullopt);
}

TEST(CivilTime, Timestamps) {
  EXPECT_EQ(TimestampText("2020-01-05 01:02:03.123456789", 0), "2020-01-05 01:02:03.123456789");
  EXPECT_EQ(TimestampText("2020-1-5"), "2020-01-05 00:00:00.000");
  EXPECT_EQ(TimestampText("2020-02-31"), "2020-02-29 00:00:00.000");
  EXPECT_EQ(TimestampText("2020-12-31 24:00:00"), "2021-01-01 00:00:00.000");
  EXPECT_EQ(TimestampText("2020-1212-01 1:2:3."), "2020-12-01 01:02:03.000");
  EXPECT_EQ(TimestampText("+12020-01-01"), "2020-01-01 00:00:00.000");
  EXPECT_EQ(TimestampText("2020-12-31 24:00:01"), "none");
  EXPECT_EQ(TimestampText("2020-123-01"), "none");
  EXPECT_EQ(TimestampText("12020-01-01"), "none");
  EXPECT_EQ(TimestampText("2020-01-01 1:2:3.1234567890"), "none");
  EXPECT_EQ(TimestampText("2020-12-31 12:00"), "none");
  EXPECT_EQ(TimestampText("2020-12-31T12:00:00"), "none");
  EXPECT_EQ(TimestampText("2020-13-01"), "none");
  EXPECT_EQ(TimestampText("0000-01-01"), "none");
  EXPECT_EQ(TimestampText("2020-01-01 "), "none");
}

TEST(CivilTime, PrecisionCutsTowardsThePast) {
  const auto t = ParseTimestamp("1969-12-31 23:59:59.987654321");
  ASSERT_TRUE(t);
  EXPECT_EQ(ToTimestamp(*t, 3), -13);
  EXPECT_EQ(ToTimestamp(*t, 1), -100);
  EXPECT_EQ(ToTimestamp(*t, 9), -12345679);
  EXPECT_EQ(RescaleTimestamp(-12345679, 9, 3), -13);
  EXPECT_EQ(RescaleTimestamp(-13, 3, 9), -13000000);
  EXPECT_EQ(RescaleTimestamp(1789, 3, 0), 1000);
  EXPECT_EQ(FromTimestamp(-12345679, 9), *t);
  EXPECT_EQ(ToTimestamp({DaysFromCivil(2300, 1, 1), 0}, 9), std::nullopt);
}

TEST(CivilTime, StrictForms) {
  EXPECT_EQ(ParseIsoDate("2020-01-05"), DaysFromCivil(2020, 1, 5));
  EXPECT_EQ(ParseIsoDate("2020-1-5"), std::nullopt);
  EXPECT_EQ(ParseIsoDate("2019-02-29"), std::nullopt);
  EXPECT_EQ(ParseIsoTime("01:02:03.5"), 3723500000000);
  EXPECT_EQ(ParseIsoTime("01:02"), std::nullopt);
  EXPECT_EQ(ParseIsoTime("01:02", true), 3720000000000);
  EXPECT_TRUE(ParseIsoTimestamp("2020-01-05 01:02:03", ' ', false));
  EXPECT_FALSE(ParseIsoTimestamp("2020-01-05T01:02:03", ' ', false));
  EXPECT_TRUE(ParseIsoTimestamp("2020-01-05T01:02:03.1Z", 'T', true));
  EXPECT_FALSE(ParseIsoTimestamp("2020-01-05T01:02:03.1", 'T', true));
}

TEST(CivilTime, JavaForms) {
  const auto at = [](std::string_view s) {
    return Text([&](char* o) { return WriteJavaDateTime(*ParseTimestamp(s), o); });
  };
  EXPECT_EQ(at("2020-01-05"), "2020-01-05T00:00");
  EXPECT_EQ(at("2020-01-05 00:00:01"), "2020-01-05T00:00:01");
  EXPECT_EQ(at("2020-01-05 00:00:00.12"), "2020-01-05T00:00:00.120");
  EXPECT_EQ(at("2020-01-05 00:00:00.0001"), "2020-01-05T00:00:00.000100");
  EXPECT_EQ(Text([](char* o) { return WriteJavaInstant({0, 0}, o); }), "1970-01-01T00:00:00Z");
  EXPECT_EQ(Text([](char* o) { return WriteJavaDate(DaysFromCivil(12020, 1, 5), o); }),
            "+12020-01-05");
  EXPECT_EQ(Text([](char* o) { return WriteJavaDate(DaysFromCivil(-44, 3, 15), o); }),
            "-0044-03-15");
}

TEST(CivilTime, TimesAndIntervals) {
  EXPECT_EQ(Text([](char* o) { return WriteTime(3723400, 0, o); }), "01:02:03");
  EXPECT_EQ(Text([](char* o) { return WriteTime(3723450, 3, o); }), "01:02:03.45");
  EXPECT_EQ(Text([](char* o) { return WriteTime(3723000, 3, o); }), "01:02:03.0");
  EXPECT_EQ(Text([](char* o) { return WriteIntervalYearMonth(-14, o); }), "-1-02");
  EXPECT_EQ(Text([](char* o) { return WriteIntervalDayTime(93784005, o); }), "+1 02:03:04.005");
  EXPECT_EQ(Text([](char* o) { return WriteIntervalDayTime(-1, o); }), "-0 00:00:00.001");
}

}  // namespace
}  // namespace thalweg::data
