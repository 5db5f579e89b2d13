#include "base/duration.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(Duration, FlinksUnits) {
  EXPECT_EQ(*ParseDurationMs("500"), 500);
  EXPECT_EQ(*ParseDurationMs("10 s"), 10000);
  EXPECT_EQ(*ParseDurationMs(" 1min "), 60000);
  EXPECT_EQ(*ParseDurationMs("2 H"), 7200000);
  EXPECT_EQ(*ParseDurationMs("1 d"), 86400000);
  EXPECT_EQ(*ParseDurationNanos("3 us"), 3000);
  EXPECT_EQ(*ParseDurationNanos("3 µs"), 3000);
  EXPECT_EQ(*ParseDurationMs("1999999 ns"), 1);
}

TEST(Duration, Errors) {
  for (const char* text :
       {"", "s", "-1 s", "1 x", "99999999999999999999", "1 s 2", "999999999 d"}) {
    EXPECT_EQ(ParseDurationMs(text).status().code(), StatusCode::kInvalidSql) << text;
  }
}

TEST(Duration, Format) {
  EXPECT_EQ(FormatDurationMs(0), "0 ms");
  EXPECT_EQ(FormatDurationMs(1500), "1500 ms");
  EXPECT_EQ(FormatDurationMs(90000), "90 s");
  EXPECT_EQ(FormatDurationMs(120000), "2 min");
  EXPECT_EQ(FormatDurationMs(86400000), "1 d");
}

}  // namespace
}  // namespace thalweg
