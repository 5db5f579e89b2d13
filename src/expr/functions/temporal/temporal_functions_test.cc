// One row of each function, and what the corpus under tests/functions/temporal does not reach.
#include <gtest/gtest.h>

#include "expr/functions/evaluate_for_test.h"

namespace thalweg::expr {
namespace {

const data::Type kString = data::Type::String();

std::string Extract(std::string_view unit, ExprPtr value, std::string_view zone = "UTC") {
  return Evaluate("EXTRACT", {Text(unit), std::move(value)}, zone);
}

TEST(TemporalFunctions, Extract) {
  EXPECT_EQ(Extract("WEEK", Date("2021-01-03")), "53");
  EXPECT_EQ(Extract("ISOYEAR", Date("2021-01-03")), "2020");
  EXPECT_EQ(Extract("ISOYEAR", Date("2024-12-30")), "2025");
  EXPECT_EQ(Extract("DOW", Date("2024-03-03")), "1");
  EXPECT_EQ(Extract("ISODOW", Date("2024-03-03")), "7");
  EXPECT_EQ(Extract("DOY", Date("2024-12-31")), "366");
  EXPECT_EQ(Extract("CENTURY", Date("2000-12-31")), "20");
  EXPECT_EQ(Extract("MILLENNIUM", Date("2001-01-01")), "3");
  EXPECT_EQ(Extract("EPOCH", Date("1969-12-31")), "-86400");
  EXPECT_EQ(Extract("HOUR", Date("2024-03-03")), "0");
  EXPECT_EQ(Extract("MICROSECOND", Timestamp("2024-01-01 00:00:59.123456", 6)), "123456");
  EXPECT_EQ(Extract("MILLISECOND", Timestamp("2024-01-01 00:00:59.123456", 6)), "123");
  // Times of day before 1970: Flink's answers are negative and a day off.
  EXPECT_EQ(Extract("YEAR", Timestamp("1969-12-31 23:59:59.001")), "1969");
  EXPECT_EQ(Extract("MILLISECOND", Timestamp("1969-12-31 23:59:59.001")), "1");
  EXPECT_EQ(Extract("HOUR", Ltz("2024-07-01 12:00:00"), "Europe/Berlin"), "14");
  EXPECT_EQ(Extract("EPOCH", Ltz("1970-01-01 00:00:00"), "Europe/Berlin"), "3600");
  EXPECT_EQ(Extract("HOUR", Millis(((10 * 24 + 5) * 60 + 6) * 60000)), "5");
  EXPECT_EQ(Extract("MONTH", Months(27)), "3");
  EXPECT_TRUE(Extract("YEAR", Time("01:02:03")).starts_with("error: "));
  EXPECT_TRUE(Extract("MONTH", Millis(1)).starts_with("error: "));
  EXPECT_TRUE(Extract("FORTNIGHT", Date("2024-01-01")).starts_with("error: "));
  EXPECT_EQ(Evaluate("DAYOFWEEK", {Date("2024-03-02")}), "7");
  EXPECT_EQ(Evaluate("HOUR", {Ltz("2024-07-01 12:00:00")}, "GMT+8"), "20");
  EXPECT_EQ(Evaluate("YEAR", {Null(data::Type::Date())}), "NULL");
  EXPECT_EQ(TypeOf("YEAR", {Date("2024-01-01")}), "BIGINT NOT NULL");
}

TEST(TemporalFunctions, Arithmetic) {
  EXPECT_EQ(Evaluate("+", {Date("2024-01-31"), Months(1)}), "2024-02-29");
  EXPECT_EQ(Evaluate("-", {Date("2024-02-29"), Months(12)}), "2023-02-28");
  EXPECT_EQ(Evaluate("+", {Date("2024-01-31"), Millis(25 * 3600000)}), "2024-02-01");
  EXPECT_EQ(Evaluate("+", {Millis(86400000), Date("2024-01-31")}), "2024-02-01");
  EXPECT_EQ(Evaluate("-", {Time("00:00:00"), Millis(3600000)}), "23:00:00");
  EXPECT_EQ(Evaluate("+", {Timestamp("2024-01-31 10:00:00", 9), Months(1)}),
            "2024-02-29 10:00:00.000000000");
  EXPECT_EQ(Evaluate("-", {Timestamp("2024-01-01 00:00:00", 0), Millis(500)}),
            "2023-12-31 23:59:59");
  // Intervals are added to the instant, not to the local time.
  EXPECT_EQ(Evaluate("+", {Ltz("2024-03-10 06:30:00"), Millis(3600000)}, "America/New_York"),
            "2024-03-10 03:30:00.000");
  EXPECT_EQ(Evaluate("+", {Millis(86400000), Millis(7200000)}), "+1 02:00:00.000");
  EXPECT_EQ(Evaluate("*", {Int(3), Months(1)}), "+0-03");
  EXPECT_TRUE(Evaluate("+", {Millis(1), Months(1)}).starts_with("error: "));
  EXPECT_TRUE(Evaluate("-", {Date("2024-01-01"), Date("2024-01-01")}).starts_with("error: "));
  EXPECT_TRUE(Evaluate("+", {Date("2024-01-01"), Int(1)}).starts_with("error: "));
}

TEST(TemporalFunctions, Differences) {
  const auto diff = [](std::string_view unit, ExprPtr a, ExprPtr b) {
    return Evaluate("TIMESTAMPDIFF", {Text(unit), std::move(a), std::move(b)});
  };
  EXPECT_EQ(diff("DAY", Timestamp("2003-01-02 10:00:00"), Timestamp("2003-01-03 09:59:59")), "0");
  EXPECT_EQ(diff("MONTH", Timestamp("2024-01-31 23:59:59.999"), Timestamp("2024-02-29 00:00:00")),
            "0");
  EXPECT_EQ(diff("MONTH", Timestamp("2024-02-29 00:00:00"), Timestamp("2024-01-31 23:59:59.999")),
            "-1");
  EXPECT_EQ(diff("YEAR", Date("2020-02-29"), Date("2021-02-28")), "1");
  EXPECT_EQ(diff("HOUR", Date("2024-02-29"), Timestamp("2024-02-29 12:00:00")), "12");
  EXPECT_EQ(diff("SECOND", Date("1970-01-01"), Date("2100-01-01")), "-192522496");
  EXPECT_TRUE(diff("DAY", Ltz("2024-01-01"), Timestamp("2024-01-01")).starts_with("error: "));
  EXPECT_EQ(Evaluate("TIMESTAMPADD", {Text("QUARTER"), Int(1), Date("2024-01-31")}), "2024-04-30");
  EXPECT_EQ(Evaluate("TIMESTAMPADD", {Text("MINUTE"), Int(45), Time("23:30:00")}), "00:15:00");
  EXPECT_EQ(Evaluate("DATETIME_MINUS", {Date("2024-03-01"), Date("2024-02-01"), Text("DAY")}),
            "+29 00:00:00.000");
  EXPECT_EQ(Evaluate("DATETIME_MINUS", {Timestamp("2024-03-01 00:00:00"),
                                        Timestamp("2023-01-31 12:00:00"), Text("MONTH")}),
            "+1-01");
  EXPECT_EQ(
      Evaluate("OVERLAPS", {Time("2:55:00"), Millis(3600000), Time("3:30:00"), Millis(7200000)}),
      "TRUE");
  EXPECT_EQ(Evaluate("OVERLAPS", {Date("2024-01-10"), Date("2024-01-01"), Date("2024-01-05"),
                                  Date("2024-01-06")}),
            "TRUE");
  EXPECT_EQ(Evaluate("OVERLAPS",
                     {Time("9:00:00"), Time("10:00:00"), Time("10:15:00"), Millis(3 * 3600000)}),
            "FALSE");
}

TEST(TemporalFunctions, CurrentTimeIsTheContexts) {
  EXPECT_EQ(Evaluate("CURRENT_DATE", {}, "Asia/Tokyo"), "2024-03-01");
  EXPECT_EQ(Evaluate("LOCALTIMESTAMP", {}, "Asia/Tokyo"), "2024-03-01 08:05:09.012");
  EXPECT_EQ(Evaluate("NOW", {}), "2024-02-29 23:05:09.012");
  EXPECT_EQ(Evaluate("LOCALTIME", {}), "23:05:09");
  EXPECT_EQ(Evaluate("UNIX_TIMESTAMP", {}), "1709247909");
  EXPECT_EQ(TypeOf("CURRENT_TIMESTAMP", {}), "TIMESTAMP_LTZ(3) NOT NULL");
  EXPECT_TRUE(Evaluate("CURRENT_WATERMARK", {Timestamp("2024-01-01")}).starts_with("error: "));
}

TEST(DateFormat, JavaLetters) {
  const auto f = [](std::string_view pattern,
                    std::string_view t = "2024-02-29 23:05:09.012345678") {
    return Evaluate("DATE_FORMAT", {Timestamp(t, 9), Text(pattern)});
  };
  EXPECT_EQ(f("yyyy-MM-dd'T'HH:mm:ss.SSSSSS"), "2024-02-29T23:05:09.012345");
  EXPECT_EQ(f("yy/M/d h:m:s a"), "24/2/29 11:5:9 PM");
  EXPECT_EQ(f("KK kk DDD"), "11 23 060");
  EXPECT_EQ(f("E EEEE EEEEE MMM LLLL"), "Thu Thursday T Feb February");
  EXPECT_EQ(f("Q QQ QQQ QQQQ"), "1 01 Q1 1st quarter");
  EXPECT_EQ(f("w W YYYY e F G"), "9 5 2024 5 1 AD");
  EXPECT_EQ(f("YYYY w", "1969-12-31 00:00:00"), "1970 1");
  EXPECT_EQ(f("n N A"), "12345678 83109012345678 83109012");
  EXPECT_EQ(f("''[yyyy][z]"), "'2024");
  EXPECT_EQ(f(""), "");
  EXPECT_EQ(f("y yyy", "1700-01-01 00:00:00"), "1700 1700");
  for (const char* bad : {"z", "foo", "yyyy'", "]", "#", "ddd", "P", "XXX"}) {
    EXPECT_TRUE(f(bad).starts_with("error: ")) << bad;
  }
  EXPECT_EQ(Evaluate("DATE_FORMAT", {Ltz("2024-07-01 12:00:00"), Text("HH:mm")}, "Europe/Berlin"),
            "14:00");
  EXPECT_EQ(Evaluate("DATE_FORMAT", {Text("2024-02-29 23:05:09"), Text("HHmm")}), "2305");
  EXPECT_EQ(Evaluate("DATE_FORMAT", {Text("2024-02-29"), Text("MM")}), "NULL");
  EXPECT_EQ(Evaluate("DATE_FORMAT", {Timestamp("2024-02-29"), Null(kString)}), "NULL");
}

TEST(ToTimestamp, Patterns) {
  const auto f = [](std::string_view s, std::string_view pattern) {
    return Evaluate("TO_TIMESTAMP", {Text(s), Text(pattern)});
  };
  EXPECT_EQ(f("29/02/2024 13:14", "dd/MM/yyyy HH:mm"), "2024-02-29 13:14:00.000");
  EXPECT_EQ(f("20240229 010203999", "yyyyMMdd HHmmssSSS"), "2024-02-29 01:02:03.999");
  EXPECT_EQ(f("20240229010203", "yyyyMMddHHmmss"), "2024-02-29 01:02:03.000");
  EXPECT_EQ(f("2024-060", "yyyy-DDD"), "2024-02-29 00:00:00.000");
  EXPECT_EQ(f("01:02:03", "HH:mm:ss"), "1970-01-01 01:02:03.000");
  EXPECT_EQ(f("2024-02-29 01:02:03 PM", "yyyy-MM-dd hh:mm:ss a"), "2024-02-29 13:02:03.000");
  EXPECT_EQ(f("Feb 29, 2024", "MMM dd, yyyy"), "2024-02-29 00:00:00.000");
  EXPECT_EQ(f("2024-02-30 00:00:00", "yyyy-MM-dd HH:mm:ss"), "2024-02-29 00:00:00.000");
  // Where the pattern does not fit, java.sql.Timestamp and Date are tried.
  EXPECT_EQ(f("2024-02-30 00:00:00", "yyyyMMdd"), "2024-03-01 00:00:00.000");
  EXPECT_EQ(f(" 2024-2-9 ", "yyyyMMdd"), "2024-02-09 00:00:00.000");
  EXPECT_EQ(f("garbage", "yyyy"), "NULL");
  EXPECT_EQ(f("2024-02-29", "bad pattern"), "NULL");
  EXPECT_EQ(f("24:00", "HH:mm"), "1970-01-01 00:00:00.000");
  EXPECT_EQ(Evaluate("TO_TIMESTAMP", {Text("2024-02-29 1:2:3.9999")}), "2024-02-29 01:02:03.999");
  EXPECT_EQ(Evaluate("TO_TIMESTAMP", {Text("2024-02-29T01:02:03")}), "NULL");
}

TEST(ToTimestampLtz, Overloads) {
  EXPECT_EQ(Evaluate("TO_TIMESTAMP_LTZ", {Big(1709247909), Int(0)}), "2024-02-29 23:05:09.000");
  EXPECT_EQ(Evaluate("TO_TIMESTAMP_LTZ", {Big(1709247909123)}), "2024-02-29 23:05:09.123");
  EXPECT_EQ(Evaluate("TO_TIMESTAMP_LTZ", {Big(253402300800), Int(0)}), "NULL");
  EXPECT_EQ(Evaluate("TO_TIMESTAMP_LTZ", {Value<double>(data::Type::Double(), -0.5), Int(0)}),
            "1969-12-31 23:59:59.500");
  EXPECT_TRUE(Evaluate("TO_TIMESTAMP_LTZ", {Big(1), Int(6)}).starts_with("error: "));
  EXPECT_TRUE(Evaluate("TO_TIMESTAMP_LTZ", {Text("garbage")}).starts_with("error: "));
  EXPECT_EQ(Evaluate("TO_TIMESTAMP_LTZ", {Text("2024-02-29 00:00:00"), Text("yyyy-MM-dd HH:mm:ss"),
                                          Text("America/New_York")}),
            "2024-02-29 05:00:00.000");
  EXPECT_EQ(Evaluate("TO_TIMESTAMP_LTZ",
                     {Text("2024-02-29 00:00:00"), Text("yyyy-MM-dd HH:mm:ss"), Text("Nope")}),
            "NULL");
}

TEST(SimpleDateFormat, UnixTime) {
  EXPECT_EQ(Evaluate("FROM_UNIXTIME", {Int(-1)}), "1969-12-31 23:59:59");
  EXPECT_EQ(Evaluate("FROM_UNIXTIME", {Big(1711848600), Text("HH:mm z Z X XXX")}, "Europe/Berlin"),
            "03:30 CEST +0200 +02 +02:00");
  EXPECT_EQ(Evaluate("UNIX_TIMESTAMP", {Text("1970-01-01 00:00:01.999")}), "1");
  EXPECT_EQ(Evaluate("UNIX_TIMESTAMP", {Text("bad")}), "-9223372036854775808");
  EXPECT_EQ(Evaluate("UNIX_TIMESTAMP", {Text("2024-03-10 02:30:00")}, "America/New_York"),
            "1710055800");
  EXPECT_EQ(Evaluate("UNIX_TIMESTAMP", {Text("2024-11-03 01:30:00")}, "America/New_York"),
            "1730615400");
  // "yyyyMMdd" on "2024-02-29": the month is "-0", the day "2".
  EXPECT_EQ(Evaluate("TO_DATE", {Text("2024-02-29"), Text("yyyyMMdd")}), "2023-12-02");
  EXPECT_EQ(Evaluate("TO_DATE", {Text("29.02.24"), Text("dd.MM.yy")}), "2024-02-29");
  EXPECT_EQ(Evaluate("TO_DATE", {Text("feb 29, 2024"), Text("MMM dd, yyyy")}), "2024-02-29");
  EXPECT_EQ(Evaluate("TO_DATE", {Text("2024-02-30"), Text("yyyy-MM-dd")}), "2024-03-01");
  EXPECT_EQ(Evaluate("TO_DATE", {Text("nope"), Text("yyyy-MM-dd")}), "NULL");
  const auto convert = [](std::string_view s, std::string_view from, std::string_view to) {
    return Evaluate("CONVERT_TZ", {Text(s), Text(from), Text(to)});
  };
  EXPECT_EQ(convert("1970-01-01 00:00:00", "UTC", "America/Los_Angeles"), "1969-12-31 16:00:00");
  EXPECT_EQ(convert("2024-11-03 01:30:00", "America/New_York", "UTC"), "2024-11-03 06:30:00");
  EXPECT_EQ(convert("2024-07-01 00:00:00", "UTC", "+05:30"), "2024-07-01 00:00:00");
  EXPECT_EQ(convert("1970-01-01", "UTC", "UTC"), "NULL");
}

}  // namespace
}  // namespace thalweg::expr
