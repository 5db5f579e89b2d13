#include "cli/progress_line.h"

#include <gtest/gtest.h>

namespace thalweg::cli {
namespace {

TEST(ProgressLine, OneJob) {
  ProgressFacts facts;
  facts.jobs = 1;
  facts.name = "collect";
  facts.rows_in = 12'345'678;
  facts.rows_out = 321;
  facts.rows_per_second = 45'600;
  EXPECT_EQ(ProgressLine(facts), "collect: 12.3 M rows in (45.6 k/s), 321 out");
}

TEST(ProgressLine, WatermarkAndLag) {
  ProgressFacts facts;
  facts.jobs = 2;
  facts.watermark_ms = 1'700'000'000'000;
  facts.now_ms = facts.watermark_ms + 2'500;
  EXPECT_EQ(ProgressLine(facts),
            "2 jobs: 0 rows in (0/s), 0 out, watermark 2023-11-14 22:13:20, lag 2500 ms");
  facts.now_ms = facts.watermark_ms + 90'400;
  EXPECT_NE(ProgressLine(facts).find("lag 90 s"), std::string::npos);
  facts.now_ms = facts.watermark_ms + int64_t{400} * 86'400'000;
  EXPECT_EQ(ProgressLine(facts).find("lag"), std::string::npos);
}

TEST(ProgressLine, NamesAndNumbersAreShort) {
  ProgressFacts facts;
  facts.jobs = 1;
  facts.name = "insert-into_default_catalog.default_database.a,default_catalog.default_database.b";
  facts.rows_in = 1;
  EXPECT_EQ(ProgressLine(facts), "insert-into_a,b: 1 row in (0/s), 0 out");
}

TEST(ProgressLine, FitsTheTerminal) {
  EXPECT_EQ(ShortenedTo(0, "abcdef"), "abcdef");
  EXPECT_EQ(ShortenedTo(7, "abcdef"), "abcdef");
  EXPECT_EQ(ShortenedTo(6, "abcdef"), "abcde");
  EXPECT_EQ(ShortenedTo(3, "äöü"), "äö");
}

}  // namespace
}  // namespace thalweg::cli
